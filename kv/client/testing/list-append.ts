import type { Random } from '../../../testing/random.js';
import { MysqlError } from '../../../types/error.js';
import {
  KeyExistsError,
  UndeterminedError,
  WriteConflictError,
  type Storage,
  type Transaction,
} from '../../storage.js';

/** What one transaction of the list-append workload did (Kingsbury & Alvaro, "Elle", VLDB 2020). */
export interface ListTxn {
  readonly id: number;
  readonly startTs: bigint;
  readonly pessimistic?: boolean;
  commitTs: bigint;
  outcome: 'committed' | 'aborted' | 'unknown';
  /** Reads at the snapshot, before own appends. */
  readonly reads: Map<string, readonly number[]>;
  /** Key -> the list that the transaction left there. */
  readonly appends: Map<string, readonly number[]>;
}

export interface HistoryOptions {
  readonly keys: number;
  readonly clients: number;
  readonly txnsPerClient: number;
  /** Share of pessimistic transactions. */
  readonly pessimistic: number;
}

const keyOf = (name: string): Uint8Array => Buffer.from(name, 'latin1');
const encode = (list: readonly number[]): Uint8Array => Buffer.from(list.join(','));
const decode = (b: Uint8Array | null): number[] =>
  b === null || b.length === 0 ? [] : Buffer.from(b).toString().split(',').map(Number);

/** Spread over the key space, so that regions cut between them. */
const listKey = (i: number): string => `${String.fromCharCode((i * 37) % 250)}list${i}`;

/** Errors that a transaction under contention may end with. */
export function isAbort(e: unknown): boolean {
  return (
    e instanceof WriteConflictError ||
    e instanceof KeyExistsError ||
    (e instanceof MysqlError && [9007, 1213, 1205, 8022, 3572, 9004].includes(e.code))
  );
}

/** Runs clients that read and append at random; gives the history and the final lists. */
export async function runListAppend(
  storage: Storage,
  random: Random,
  o: HistoryOptions,
): Promise<{ history: ListTxn[]; final: Map<string, readonly number[]> }> {
  const history: ListTxn[] = [];
  let nextId = 1;
  const client = async (): Promise<void> => {
    for (let n = 0; n < o.txnsPerClient; n++) {
      const pessimistic = random.next() < o.pessimistic;
      const fairLocking = random.below(2) === 0;
      const txn = await storage.begin({ pessimistic, lockWaitTimeoutMs: 300, fairLocking });
      const t: ListTxn = {
        id: nextId++,
        startTs: txn.startTs,
        pessimistic,
        commitTs: 0n,
        outcome: 'aborted',
        reads: new Map(),
        appends: new Map(),
      };
      history.push(t);
      try {
        const ops = 1 + random.below(4);
        for (let i = 0; i < ops; i++) {
          const key = listKey(random.below(o.keys));
          if (random.below(2) === 0) {
            if (!t.appends.has(key)) t.reads.set(key, decode(await txn.get(keyOf(key))));
          } else if (!t.appends.has(key)) {
            const before = await currentList(storage, txn, key, random.below(2) === 0);
            const after = [...before, t.id];
            txn.set(keyOf(key), encode(after));
            t.appends.set(key, after);
          }
          if (random.below(3) === 0) await new Promise((r) => setImmediate(r));
        }
        t.commitTs = await txn.commit();
        t.outcome = 'committed';
      } catch (e) {
        if (e instanceof UndeterminedError) t.outcome = 'unknown';
        else if (!isAbort(e)) throw e;
        await txn.rollback();
      }
    }
  };
  await Promise.all(Array.from({ length: o.clients }, client));
  const final = new Map<string, readonly number[]>();
  const snapshot = storage.snapshot(await storage.currentTs());
  for (let i = 0; i < o.keys; i++) final.set(listKey(i), decode(await snapshot.get(keyOf(listKey(i)))));
  return { history, final };
}

/** The list to append to: from the snapshot, or under a lock with statement retry. */
async function currentList(
  storage: Storage,
  txn: Transaction,
  key: string,
  newest: boolean,
): Promise<number[]> {
  if (!txn.pessimistic) return decode(await txn.get(keyOf(key)));
  for (;;) {
    txn.forUpdateTs = await storage.currentTs();
    try {
      const [value] = await txn.lockKeys([keyOf(key)], { returnValues: true, newest });
      await txn.releaseUnwanted();
      return decode(value!);
    } catch (e) {
      if (!(e instanceof WriteConflictError)) throw e;
    }
  }
}

/** Checks a history for what snapshot isolation forbids; gives what is wrong. */
export function checkListAppend(
  history: readonly ListTxn[],
  final: ReadonlyMap<string, readonly number[]>,
): string[] {
  const wrong: string[] = [];
  const byId = new Map(history.map((t) => [t.id, t]));
  for (const [key, list] of final) {
    if (new Set(list).size !== list.length) wrong.push(`${key}: an append is there twice: ${list.join()}`);
    for (const id of list) {
      const t = byId.get(id);
      if (t === undefined || !t.appends.has(key)) wrong.push(`${key}: ${id} was never appended`);
      else if (t.outcome === 'aborted') wrong.push(`${key}: ${id} is of an aborted transaction (G1a)`);
    }
  }
  // A transaction of unknown outcome committed if any of its appends is there, and then all must be.
  for (const t of history) {
    if (t.appends.size === 0) continue;
    const there = [...t.appends.keys()].filter((k) => final.get(k)!.includes(t.id));
    if (t.outcome === 'committed' && there.length !== t.appends.size) wrong.push(`${t.id}: lost append`);
    if (t.outcome === 'unknown' && there.length > 0) {
      if (there.length !== t.appends.size) wrong.push(`${t.id}: half committed`);
      t.outcome = 'committed';
    }
  }
  const committed = history.filter((t) => t.outcome === 'committed');
  const isPrefix = (a: readonly number[], list: readonly number[]): boolean =>
    a.every((x, i) => list[i] === x);
  for (const t of committed) {
    for (const [key, seen] of t.reads) {
      const list = final.get(key)!;
      if (!isPrefix(seen, list))
        wrong.push(`${t.id}: read ${seen.join()} of ${key}, which is ${list.join()}`);
      // Exactly what was committed at the snapshot's timestamp.
      const visible = list.filter(
        (id) => byId.get(id)!.commitTs !== 0n && byId.get(id)!.commitTs <= t.startTs,
      ).length;
      const unknown = list.some((id) => byId.get(id)!.commitTs === 0n);
      if (!unknown && visible !== seen.length)
        wrong.push(`${t.id}: at ${t.startTs} saw ${seen.length} of ${visible} appends to ${key}`);
    }
    for (const [key, left] of t.appends) {
      const list = final.get(key)!;
      if (!isPrefix(left, list))
        wrong.push(`${t.id}: left ${left.join()} in ${key}, which is ${list.join()} (lost update)`);
    }
  }
  wrong.push(...cycles(committed, final));
  return wrong;
}

/** Cycles of dependencies without two adjacent anti-dependencies (G0, G1c, G-single): forbidden under snapshot isolation. */
function cycles(committed: readonly ListTxn[], final: ReadonlyMap<string, readonly number[]>): string[] {
  const depends = new Map<number, Set<number>>();
  const anti = new Map<number, Set<number>>();
  const ids = new Set(committed.map((t) => t.id));
  const add = (m: Map<number, Set<number>>, from: number, to: number): void => {
    if (from === to || !ids.has(from) || !ids.has(to)) return;
    const s = m.get(from);
    if (s === undefined) m.set(from, new Set([to]));
    else s.add(to);
  };
  for (const list of final.values())
    for (let i = 1; i < list.length; i++) add(depends, list[i - 1]!, list[i]!);
  for (const t of committed) {
    // A pessimistic transaction reads its snapshot but writes upon the newest versions (MySQL's current reads): its reads
    // and writes are not of one instant, by design. Its reads alone are checked against its snapshot above.
    if (t.pessimistic === true && t.appends.size > 0) continue;
    for (const [key, seen] of t.reads) {
      const list = final.get(key)!;
      if (seen.length > 0) add(depends, seen[seen.length - 1]!, t.id);
      if (seen.length < list.length) add(anti, t.id, list[seen.length]!);
    }
  }
  // Depth-first over (transaction, last edge was an anti-dependency); a second one may not follow. With a stack of its own: the
  // paths of a long history are long.
  const entered = 1;
  const left = 2;
  const state = new Map<number, number>();
  const found: string[] = [];
  const successors = (node: number): number[] => {
    const id = node >> 1;
    const out = [...(depends.get(id) ?? [])].map((to) => to * 2);
    if ((node & 1) === 0) for (const to of anti.get(id) ?? []) out.push(to * 2 + 1);
    return out;
  };
  const visit = (root: number): boolean => {
    if (state.has(root)) return false;
    const path = [{ node: root, next: successors(root), at: 0 }];
    state.set(root, entered);
    while (path.length > 0) {
      const top = path[path.length - 1]!;
      if (top.at === top.next.length) {
        state.set(top.node, left);
        path.pop();
        continue;
      }
      const to = top.next[top.at++]!;
      const seen = state.get(to);
      if (seen === entered) {
        const from = path.findIndex((p) => p.node === to);
        const ids = [...path.slice(from).map((p) => p.node), to];
        found.push(`cycle ${ids.map((n) => `${(n & 1) === 1 ? '-rw-> ' : ''}${n >> 1}`).join(' ')}`);
        return true;
      }
      if (seen !== undefined) continue;
      state.set(to, entered);
      path.push({ node: to, next: successors(to), at: 0 });
    }
    return false;
  };
  for (const t of committed) for (const last of [0, 1]) if (visit(t.id * 2 + last)) return found;
  return found;
}
