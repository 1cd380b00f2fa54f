import type * as rpc from '../../rpc.js';
import { PessimisticLockKeyResultType, PessimisticLockWakeUpMode } from '../generated/kvrpcpb.js';
import type * as pb from '../generated/kvrpcpb.js';
import type { BatchCommandsRequestRequestInit, BatchCommandsResponseResponse } from '../generated/tikvpb.js';
import { contextToWire } from './context.js';
import { keyErrorFromWire, lockFromWire } from './key-error.js';
import { ACTIONS, ASSERTIONS, ASSERTION_LEVELS, OPS, PESSIMISTIC_ACTIONS } from './names.js';
import { regionErrorFromWire } from './region-error.js';

type RequestCase = NonNullable<BatchCommandsRequestRequestInit['cmd']>;
type ResponseCase = NonNullable<BatchCommandsResponseResponse['cmd']>;
/** Number of a command's field in BatchCommandsRequest.Request and BatchCommandsResponse.Response. */
export type CommandTag = RequestCase['tag'];
export type WireRequest<T extends CommandTag> = Extract<RequestCase, { tag: T }>['value'];
export type WireResponse<T extends CommandTag> = Extract<ResponseCase, { tag: T }>['value'];

/** How the client sends one operation of kv/rpc.ts and reads its answer. */
export interface Command<T extends CommandTag, Req, Res> {
  readonly tag: T;
  request(req: Req): WireRequest<T>;
  response(wire: WireResponse<T>): Res;
}

const command = <T extends CommandTag, Req, Res>(
  tag: T,
  request: (req: Req) => WireRequest<T>,
  response: (wire: WireResponse<T>) => Res,
): Command<T, Req, Res> => ({ tag, request, response });

const mutationToWire = (m: rpc.Mutation): pb.MutationInit => ({
  op: OPS.numbers[m.op],
  key: m.key,
  value: m.value,
  assertion: m.assertion === undefined ? 0 : ASSERTIONS.numbers[m.assertion],
});

export const mutationFromWire = (m: pb.Mutation): rpc.Mutation => ({
  op: OPS.names[m.op] ?? 'put',
  key: m.key,
  value: m.value,
  assertion: ASSERTIONS.names[m.assertion] ?? 'none',
});

const NO_PAIRS: readonly rpc.KvPair[] = Object.freeze([]);
const NO_ERRORS: readonly rpc.KeyError[] = Object.freeze([]);

const errorsFromWire = (errors: readonly pb.KeyError[]): readonly rpc.KeyError[] =>
  errors.length === 0 ? NO_ERRORS : errors.map(keyErrorFromWire);

const errorList = (e: pb.KeyError | undefined): readonly rpc.KeyError[] =>
  e === undefined ? NO_ERRORS : [keyErrorFromWire(e)];

/** A pair may carry the lock that it met: the whole answer is then as good as locked. */
function pairsFromWire(pairs: readonly pb.KvPair[], error: pb.KeyError | undefined): rpc.ScanResponse {
  if (error !== undefined) return { error: keyErrorFromWire(error), pairs: NO_PAIRS };
  for (const p of pairs)
    if (p.error !== undefined) return { error: keyErrorFromWire(p.error), pairs: NO_PAIRS };
  return { pairs };
}

/** Nobody stores an empty value (TiDB refuses to): with one a store says that the key is not there. */
const isAbsent = (value: Uint8Array): boolean => value.length === 0;

/** A DAG request. */
const DAG = 103;

function detailsFromWire(d: pb.ExecDetailsV2 | undefined): rpc.CopDetails | undefined {
  const time = d?.timeDetailV2;
  const scan = d?.scanDetailV2;
  if (time === undefined && scan === undefined) return undefined;
  return {
    processMs: (time?.processWallTimeNs ?? 0) / 1e6,
    waitMs: (time?.waitWallTimeNs ?? 0) / 1e6,
    processedKeys: scan?.processedVersions ?? 0,
    processedBytes: scan?.processedVersionsSize ?? 0,
    totalKeys: scan?.totalVersions ?? 0,
  };
}

export const COPROCESSOR = command<22, rpc.CoprocessorRequest, rpc.CoprocessorResponse>(
  22,
  (req) => ({
    // What the answer's details are made of.
    context: { ...contextToWire(req.context), recordTimeStat: true, recordScanStat: true },
    tp: DAG,
    data: req.wire!,
    ranges: req.ranges.map((r) => ({ start: r.startKey, end: r.endKey })),
    startTs: req.startTs,
    pagingSize: req.pagingSize,
  }),
  (res) => {
    if (res.regionError !== undefined) return { regionError: regionErrorFromWire(res.regionError) };
    if (res.locked !== undefined) return { locked: lockFromWire(res.locked) };
    if (res.otherError !== '') return { otherError: new Error(res.otherError) };
    const { data, range } = res;
    const details = detailsFromWire(res.execDetailsV2);
    return range === undefined
      ? { data, details }
      : { data, details, range: { startKey: range.start, endKey: range.end } };
  },
);

export const GET = command<1, rpc.GetRequest, rpc.GetResponse>(
  1,
  (req) => ({ context: contextToWire(req.context), key: req.key, version: req.version }),
  (res) => {
    if (res.regionError !== undefined) return { regionError: regionErrorFromWire(res.regionError) };
    if (res.error !== undefined) return { error: keyErrorFromWire(res.error) };
    return res.notFound || isAbsent(res.value) ? {} : { value: res.value };
  },
);

export const BATCH_GET = command<7, rpc.BatchGetRequest, rpc.BatchGetResponse>(
  7,
  (req) => ({ context: contextToWire(req.context), keys: req.keys, version: req.version }),
  (res) =>
    res.regionError !== undefined
      ? { regionError: regionErrorFromWire(res.regionError), pairs: NO_PAIRS }
      : pairsFromWire(
          res.pairs.filter((p) => p.error !== undefined || !isAbsent(p.value)),
          res.error,
        ),
);

export const SCAN = command<2, rpc.ScanRequest, rpc.ScanResponse>(
  2,
  (req) => ({
    context: contextToWire(req.context),
    startKey: req.reverse === true ? req.endKey : req.startKey,
    endKey: req.reverse === true ? req.startKey : req.endKey,
    limit: req.limit,
    version: req.version,
    keyOnly: req.keyOnly,
    reverse: req.reverse,
  }),
  (res) =>
    res.regionError !== undefined
      ? { regionError: regionErrorFromWire(res.regionError), pairs: NO_PAIRS }
      : pairsFromWire(res.pairs, res.error),
);

export const PREWRITE = command<3, rpc.PrewriteRequest, rpc.PrewriteResponse>(
  3,
  (req) => ({
    context: contextToWire(req.context),
    mutations: req.mutations.map(mutationToWire),
    primaryLock: req.primaryLock,
    startVersion: req.startVersion,
    lockTtl: req.lockTtl,
    txnSize: req.txnSize,
    pessimisticActions: req.pessimisticActions?.map((a) => PESSIMISTIC_ACTIONS.numbers[a]),
    forUpdateTs: req.forUpdateTs,
    minCommitTs: req.minCommitTs,
    maxCommitTs: req.maxCommitTs,
    useAsyncCommit: req.useAsyncCommit,
    secondaries: req.secondaries,
    forUpdateTsConstraints: req.lockedAt?.map((c) => ({
      index: c.index,
      expectedForUpdateTs: c.forUpdateTs,
    })),
    tryOnePc: req.tryOnePc,
    assertionLevel: req.assertionLevel === undefined ? 0 : ASSERTION_LEVELS.numbers[req.assertionLevel],
  }),
  (res) => ({
    regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
    errors: errorsFromWire(res.errors),
    minCommitTs: res.minCommitTs,
    onePcCommitTs: res.onePcCommitTs,
  }),
);

export const COMMIT = command<4, rpc.CommitRequest, rpc.CommitResponse>(
  4,
  (req) => ({
    context: contextToWire(req.context),
    startVersion: req.startVersion,
    keys: req.keys,
    commitVersion: req.commitVersion,
  }),
  (res) => ({
    regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
    error: res.error === undefined ? undefined : keyErrorFromWire(res.error),
    commitVersion: res.commitVersion,
  }),
);

export const BATCH_ROLLBACK = command<8, rpc.BatchRollbackRequest, rpc.KeyErrorsResponse>(
  8,
  (req) => ({ context: contextToWire(req.context), startVersion: req.startVersion, keys: req.keys }),
  (res) => ({
    regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
    errors: errorList(res.error),
  }),
);

export const PESSIMISTIC_LOCK = command<23, rpc.PessimisticLockRequest, rpc.PessimisticLockResponse>(
  23,
  (req) => ({
    context: contextToWire(req.context),
    mutations: req.mutations.map(mutationToWire),
    primaryLock: req.primaryLock,
    startVersion: req.startVersion,
    lockTtl: req.lockTtl,
    forUpdateTs: req.forUpdateTs,
    isFirstLock: req.isFirstLock,
    waitTimeout: req.waitTimeout,
    returnValues: req.returnValues,
    minCommitTs: req.minCommitTs,
    checkExistence: req.checkExistence,
    lockOnlyIfExists: req.lockOnlyIfExists,
    wakeUpMode:
      req.newest === true
        ? PessimisticLockWakeUpMode.WakeUpModeForceLock
        : PessimisticLockWakeUpMode.WakeUpModeNormal,
  }),
  (res) => {
    const { values, notFounds, results } = res;
    const regionError = res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError);
    const errors = errorsFromWire(res.errors);
    // A store from before the forced mode answers as it always did.
    const forced = results[0];
    if (forced !== undefined)
      return {
        regionError,
        errors,
        values: [forced.existence && !isAbsent(forced.value) ? forced.value : null],
        lockedTs:
          forced.type === PessimisticLockKeyResultType.LockResultLockedWithConflict
            ? forced.lockedWithConflictTs
            : undefined,
        lockIsFresh: forced.skipResolvingLock,
      };
    return {
      regionError,
      errors,
      values:
        values.length === 0
          ? undefined
          : values.map((v, i) => (notFounds[i] === true || isAbsent(v) ? null : v)),
      notFounds: notFounds.length === 0 ? undefined : notFounds,
    };
  },
);

export const PESSIMISTIC_ROLLBACK = command<24, rpc.PessimisticRollbackRequest, rpc.KeyErrorsResponse>(
  24,
  (req) => ({
    context: contextToWire(req.context),
    startVersion: req.startVersion,
    forUpdateTs: req.forUpdateTs,
    keys: req.keys,
  }),
  (res) => ({
    regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
    errors: errorsFromWire(res.errors),
  }),
);

export const TXN_HEART_BEAT = command<26, rpc.TxnHeartBeatRequest, rpc.TxnHeartBeatResponse>(
  26,
  (req) => ({
    context: contextToWire(req.context),
    primaryLock: req.primaryLock,
    startVersion: req.startVersion,
    adviseLockTtl: req.adviseLockTtl,
  }),
  (res) => ({
    regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
    error: res.error === undefined ? undefined : keyErrorFromWire(res.error),
    lockTtl: res.lockTtl,
  }),
);

export const CHECK_TXN_STATUS = command<25, rpc.CheckTxnStatusRequest, rpc.CheckTxnStatusResponse>(
  25,
  (req) => ({
    context: contextToWire(req.context),
    primaryKey: req.primaryKey,
    lockTs: req.lockTs,
    callerStartTs: req.callerStartTs,
    currentTs: req.currentTs,
    rollbackIfNotExist: req.rollbackIfNotExist,
    forceSyncCommit: req.forceSyncCommit,
    resolvingPessimisticLock: req.resolvingPessimisticLock,
    verifyIsPrimary: true,
  }),
  (res) => ({
    regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
    error: res.error === undefined ? undefined : keyErrorFromWire(res.error),
    lockTtl: res.lockTtl,
    commitVersion: res.commitVersion,
    action: ACTIONS.names[res.action] ?? 'noAction',
    lockInfo: res.lockInfo === undefined ? undefined : lockFromWire(res.lockInfo),
  }),
);

export const CHECK_SECONDARY_LOCKS = command<
  33,
  rpc.CheckSecondaryLocksRequest,
  rpc.CheckSecondaryLocksResponse
>(
  33,
  (req) => ({ context: contextToWire(req.context), keys: req.keys, startVersion: req.startVersion }),
  (res) => ({
    regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
    error: res.error === undefined ? undefined : keyErrorFromWire(res.error),
    locks: res.locks.map(lockFromWire),
    commitTs: res.commitTs,
  }),
);

export const RESOLVE_LOCK = command<10, rpc.ResolveLockRequest, rpc.KeyErrorsResponse>(
  10,
  (req) => ({
    context: contextToWire(req.context),
    startVersion: req.startVersion,
    commitVersion: req.commitVersion,
    keys: req.keys,
  }),
  (res) => ({
    regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
    errors: errorList(res.error),
  }),
);

export const SCAN_LOCK = command<9, rpc.ScanLockRequest, rpc.ScanLockResponse>(
  9,
  (req) => ({
    context: contextToWire(req.context),
    maxVersion: req.maxVersion,
    startKey: req.startKey,
    endKey: req.endKey,
    limit: req.limit,
  }),
  (res) => ({
    regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
    error: res.error === undefined ? undefined : keyErrorFromWire(res.error),
    locks: res.locks.map(lockFromWire),
  }),
);

export const GC = command<11, rpc.GcRequest, rpc.KeyErrorsResponse>(
  11,
  (req) => ({ context: contextToWire(req.context), safePoint: req.safePoint }),
  (res) => ({
    regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
    errors: errorList(res.error),
  }),
);

export const DELETE_RANGE = command<12, rpc.DeleteRangeRequest, rpc.KeyErrorsResponse>(
  12,
  (req) => ({ context: contextToWire(req.context), startKey: req.startKey, endKey: req.endKey }),
  (res) => ({
    regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
    errors: res.error === '' ? NO_ERRORS : [{ kind: 'abort', message: res.error }],
  }),
);

const flashbackFromWire = (res: pb.FlashbackToVersionResponse): rpc.FlashbackResponse => ({
  regionError: res.regionError === undefined ? undefined : regionErrorFromWire(res.regionError),
  error: res.error === '' ? undefined : res.error,
});

export const PREPARE_FLASHBACK = command<36, rpc.PrepareFlashbackRequest, rpc.FlashbackResponse>(
  36,
  ({ context, startKey, endKey, version, startTs }) => ({
    context: contextToWire(context),
    startKey,
    endKey,
    version,
    startTs,
  }),
  flashbackFromWire,
);

export const FLASHBACK = command<35, rpc.FlashbackRequest, rpc.FlashbackResponse>(
  35,
  ({ context, startKey, endKey, version, startTs, commitTs }) => ({
    context: contextToWire(context),
    startKey,
    endKey,
    version,
    startTs,
    commitTs,
  }),
  flashbackFromWire,
);
