import { isIndexKey } from '../codec/table-key.js';
import { isUntouchedIndexValue } from '../codec/index-value.js';
import type { Mutation } from '../rpc.js';
import type { LocalKeys } from '../storage.js';
import { interruptionOf } from './interruptible.js';
import { EntryCursor, type TxnMemBuffer } from './mem-buffer.js';
import { Turns } from './turns.js';
import { ASSERTIONS, KeyFlag, type WriteEntry } from './write-entry.js';

/** How the prewrite of a pessimistic transaction treats a mutation (kvrpcpb PrewriteRequest.PessimisticAction). */
export type PessimisticAction = 'skipPessimisticCheck' | 'doPessimisticCheck' | 'doConstraintCheck';

/** What a transaction asks the store to do, in key order. */
export interface Mutations {
  readonly list: Mutation[];
  /** Per mutation, of a pessimistic transaction. */
  readonly actions: PessimisticAction[] | null;
  /** Bytes of keys and values. */
  bytes: number;
  /** Whether anything is written, locks aside. */
  writes: boolean;
}

/** Percolator mutations of the buffered writes and locks (client-go, initKeysAndMutations). */
export function mutationsOf(
  buffer: TxnMemBuffer,
  pessimistic: boolean,
  local: LocalKeys | null = null,
): Mutations {
  const m = noMutations(pessimistic);
  buffer.forEachEntry((e) => addMutation(m, e, pessimistic, local));
  return m;
}

/** Entries from which on they are gone through in turns. */
const MANY = 16_384;

export const hasMany = (buffer: TxnMemBuffer): boolean => buffer.entryCount >= MANY;

/** The same of a buffer that nothing is written to any more, with others having their turn meanwhile. Throws when interrupted. */
export async function mutationsInSteps(
  buffer: TxnMemBuffer,
  pessimistic: boolean,
  local: LocalKeys | null,
  signal: AbortSignal | undefined,
): Promise<Mutations> {
  const m = noMutations(pessimistic);
  const entries = new EntryCursor(buffer, EMPTY, EMPTY, false);
  const turns = new Turns();
  for (let e = entries.next(); e !== null; e = entries.next()) {
    addMutation(m, e, pessimistic, local);
    const pause = turns.next();
    if (pause === undefined) continue;
    await pause;
    if (signal?.aborted === true) throw interruptionOf(signal);
  }
  return m;
}

const EMPTY = new Uint8Array(0);

const noMutations = (pessimistic: boolean): Mutations => ({
  list: [],
  actions: pessimistic ? [] : null,
  bytes: 0,
  writes: false,
});

function addMutation(m: Mutations, e: WriteEntry, pessimistic: boolean, local: LocalKeys | null): void {
  if (local !== null && local.has(e.key)) return;
  const mutation = mutationOf(e, pessimistic);
  if (mutation === null) return;
  m.list.push(mutation);
  m.bytes += mutation.key.length + (mutation.value === undefined ? 0 : mutation.value.length);
  if (mutation.op !== 'lock') m.writes = true;
  m.actions?.push(
    (e.flags & KeyFlag.Locked) !== 0
      ? 'doPessimisticCheck'
      : mutation.op === 'insert' || mutation.op === 'checkNotExists'
        ? 'doConstraintCheck'
        : 'skipPessimisticCheck',
  );
}

function mutationOf(e: WriteEntry, pessimistic: boolean): Mutation | null {
  const { key, value, flags } = e;
  const locked = (flags & KeyFlag.Locked) !== 0;
  if (value === undefined) {
    if ((flags & KeyFlag.LockAtCommit) !== 0 && (flags & KeyFlag.PresumeNotExists) !== 0)
      return { op: 'checkNotExists', key };
    return locked || (flags & KeyFlag.LockAtCommit) !== 0 ? { op: 'lock', key } : null;
  }
  // A lock that proved the key absent has answered the presumption.
  const presumed =
    (flags & KeyFlag.PresumeNotExists) !== 0 && !(locked && (flags & KeyFlag.NewlyInserted) !== 0);
  const assertion = assertionOf(flags);
  if (value === null) {
    if (presumed) return pessimistic && locked ? { op: 'lock', key } : { op: 'checkNotExists', key };
    if (locked && (flags & KeyFlag.NewlyInserted) !== 0) return { op: 'lock', key };
    return { op: 'del', key, value: undefined, assertion };
  }
  if (isIndexKey(key) && isUntouchedIndexValue(value)) return locked ? { op: 'lock', key } : null;
  return { op: presumed ? 'insert' : 'put', key, value, assertion };
}

const assertionOf = (flags: number): 'none' | 'exist' | 'notExist' =>
  (flags & ASSERTIONS) === 0 ? 'none' : (flags & KeyFlag.AssertExist) !== 0 ? 'exist' : 'notExist';
