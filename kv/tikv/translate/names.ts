import type { CheckTxnStatusResponse, KeyError, Mutation, MutationOp, PrewriteRequest } from '../../rpc.js';
import {
  Action,
  Assertion,
  AssertionLevel,
  CommandPri,
  IsolationLevel,
  Op,
  PrewriteRequestPessimisticAction,
  WriteConflictReason,
} from '../generated/kvrpcpb.js';

/** Both directions between the names of kv/rpc.ts and the numbers of an enum. */
export interface Naming<N extends string> {
  readonly numbers: Readonly<Record<N, number>>;
  readonly names: readonly (N | undefined)[];
}

function naming<N extends string>(numbers: Readonly<Record<N, number>>): Naming<N> {
  const names: (N | undefined)[] = [];
  for (const [name, n] of Object.entries(numbers) as [N, number][]) names[n] = name;
  return { numbers, names };
}

export const OPS = naming<MutationOp>({
  put: Op.Put,
  del: Op.Del,
  lock: Op.Lock,
  rollback: Op.Rollback,
  insert: Op.Insert,
  pessimisticLock: Op.PessimisticLock,
  checkNotExists: Op.CheckNotExists,
});

export const ASSERTIONS = naming<NonNullable<Mutation['assertion']>>({
  none: Assertion.None,
  exist: Assertion.Exist,
  notExist: Assertion.NotExist,
});

export const ASSERTION_LEVELS = naming<NonNullable<PrewriteRequest['assertionLevel']>>({
  off: AssertionLevel.Off,
  fast: AssertionLevel.Fast,
  strict: AssertionLevel.Strict,
});

type PessimisticAction = NonNullable<PrewriteRequest['pessimisticActions']>[number];
export const PESSIMISTIC_ACTIONS = naming<PessimisticAction>({
  skipPessimisticCheck: PrewriteRequestPessimisticAction.SKIP_PESSIMISTIC_CHECK,
  doPessimisticCheck: PrewriteRequestPessimisticAction.DO_PESSIMISTIC_CHECK,
  doConstraintCheck: PrewriteRequestPessimisticAction.DO_CONSTRAINT_CHECK,
});

export const ACTIONS = naming<CheckTxnStatusResponse['action']>({
  noAction: Action.NoAction,
  ttlExpireRollback: Action.TTLExpireRollback,
  lockNotExistRollback: Action.LockNotExistRollback,
  minCommitTsPushed: Action.MinCommitTSPushed,
  ttlExpirePessimisticRollback: Action.TTLExpirePessimisticRollback,
  lockNotExistDoNothing: Action.LockNotExistDoNothing,
});

type ConflictReason = Extract<KeyError, { kind: 'conflict' }>['reason'];
export const CONFLICT_REASONS = naming<ConflictReason>({
  optimistic: WriteConflictReason.Optimistic,
  pessimisticRetry: WriteConflictReason.PessimisticRetry,
  selfRolledBack: WriteConflictReason.SelfRolledBack,
  rcCheckTs: WriteConflictReason.RcCheckTs,
  lazyUniquenessCheck: WriteConflictReason.LazyUniquenessCheck,
  notLockedKeyConflict: WriteConflictReason.NotLockedKeyConflict,
});

export const PRIORITIES = naming<'normal' | 'low' | 'high'>({
  normal: CommandPri.Normal,
  low: CommandPri.Low,
  high: CommandPri.High,
});

export const ISOLATION_LEVELS = naming<'SI' | 'RC'>({ SI: IsolationLevel.SI, RC: IsolationLevel.RC });
