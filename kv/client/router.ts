import type { Awaitable } from '../../types/awaitable.js';
import { compareBytes } from '../codec/byte-writer.js';
import type { Backoffer } from './backoff.js';
import type { RequestAttributes } from '../storage.js';
import type { KeyRange, KvRpc, RegionError, RpcContext } from '../rpc.js';
import { Turns } from './turns.js';

/** A region as a request needs it: the keys it covers, and where and with which context to ask for them. */
export interface RegionRoute {
  readonly startKey: Uint8Array;
  /** Exclusive; empty = to the end. */
  readonly endKey: Uint8Array;
  readonly context: RpcContext;
  readonly rpc: KvRpc;
}

/**
 * Which peer of a region a read asks: tidb_replica_read's choices. `busy`: the leader, unless it has too much to do; `stale`: any that
 * has all up to the read's timestamp, which lies in the past.
 */
export type ReadMode =
  'busy' | 'prefer-leader' | 'follower' | 'leader-and-follower' | 'closest-replicas' | 'learner' | 'stale';

/** Finds the region of a key. The embedded store is one region; the remote client keeps a cache filled from PD. */
export interface Router {
  /** Set when one region covers all keys: callers then skip grouping. */
  readonly whole: RegionRoute | null;
  locate(key: Uint8Array): Awaitable<RegionRoute>;
  /** The region that holds the keys right below `endKey` (empty = the last region): where reverse scans begin. */
  locateEnd(endKey: Uint8Array): Awaitable<RegionRoute>;
  /** A request failed with this error: refresh what is known of the region. True: another peer may be asked at once. */
  onRegionError(route: RegionRoute, error: RegionError): boolean | void;
  /** The transport to the region's store broke. True: as above. */
  onSendFailure(route: RegionRoute, error: unknown): boolean | void;
  /** Where reads of a mode go; absent where regions have one peer. */
  readonly replicas?: (mode: ReadMode, attributes: RequestAttributes) => Router;
}

const EMPTY = new Uint8Array(0);

/** Everything in one region, as the embedded store has it. */
export class SingleRegionRouter implements Router {
  readonly whole: RegionRoute;

  constructor(rpc: KvRpc) {
    this.whole = {
      startKey: EMPTY,
      endKey: EMPTY,
      rpc,
      context: { regionId: 1, regionEpoch: { confVer: 1, version: 1 } },
    };
  }

  locate(): RegionRoute {
    return this.whole;
  }

  locateEnd(): RegionRoute {
    return this.whole;
  }

  onRegionError(): void {}

  onSendFailure(): void {}
}

/** Exclusive ends, where empty is infinity: the smaller. */
export function minEnd(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  if (b.length === 0) return a;
  return compareBytes(a, b) <= 0 ? a : b;
}

export const maxStart = (a: Uint8Array, b: Uint8Array): Uint8Array => (compareBytes(a, b) >= 0 ? a : b);

/** Whether `key` lies in the region. */
export function covers(route: RegionRoute, key: Uint8Array): boolean {
  return (
    compareBytes(key, route.startKey) >= 0 &&
    (route.endKey.length === 0 || compareBytes(key, route.endKey) < 0)
  );
}

/** Items of one region. */
export interface RegionGroup<T> {
  readonly route: RegionRoute;
  readonly items: T[];
}

/** Groups items by the region of their key, in the order in which regions first appear. */
export async function groupByRegion<T>(
  router: Router,
  items: readonly T[],
  keyOf: (item: T) => Uint8Array,
): Promise<RegionGroup<T>[]> {
  if (router.whole !== null) return [{ route: router.whole, items: [...items] }];
  const groups: RegionGroup<T>[] = [];
  const turns = new Turns();
  let last: RegionGroup<T> | null = null;
  for (const item of items) {
    const pause = turns.next();
    if (pause !== undefined) await pause;
    const key = keyOf(item);
    if (last === null || !covers(last.route, key)) {
      last = groups.find((g) => covers(g.route, key)) ?? null;
      if (last === null) {
        last = { route: await router.locate(key), items: [] };
        groups.push(last);
      }
    }
    last.items.push(item);
  }
  return groups;
}

/** The groups cut into such whose items' sizes add up to no more than `limit`, of one item at least. */
export async function inBatches<T>(
  groups: readonly RegionGroup<T>[],
  limit: number,
  sizeOf: (item: T) => number,
): Promise<RegionGroup<T>[]> {
  const out: RegionGroup<T>[] = [];
  const turns = new Turns();
  for (const { route, items: all } of groups) {
    let items: T[] = [];
    let size = 0;
    for (const item of all) {
      const pause = turns.next();
      if (pause !== undefined) await pause;
      const more = sizeOf(item);
      if (items.length > 0 && size + more > limit) {
        out.push({ route, items });
        items = [];
        size = 0;
      }
      items.push(item);
      size += more;
    }
    out.push({ route, items });
  }
  return out;
}

/**
 * Cuts ranges at region borders. Within a group they ascend, as stores expect it: a range that begins below the one before (unsigned
 * handles beyond the signed ones, partitions in their own order) begins a group anew.
 */
export async function splitRanges(
  router: Router,
  ranges: readonly KeyRange[],
): Promise<RegionGroup<KeyRange>[]> {
  if (router.whole !== null) return [{ route: router.whole, items: [...ranges] }];
  const groups: RegionGroup<KeyRange>[] = [];
  for (const range of ranges) {
    let start = range.startKey;
    for (;;) {
      let group = groups[groups.length - 1];
      if (group === undefined || !covers(group.route, start) || !follows(group.items, start)) {
        group = { route: await router.locate(start), items: [] };
        groups.push(group);
      }
      const end = minEnd(group.route.endKey, range.endKey);
      group.items.push({ startKey: start, endKey: end });
      if (end.length === 0 || (range.endKey.length > 0 && compareBytes(end, range.endKey) >= 0)) break;
      start = end;
    }
  }
  return groups;
}

/** Whether a range from `start` on lies behind all of `ranges`. */
function follows(ranges: readonly KeyRange[], start: Uint8Array): boolean {
  const last = ranges[ranges.length - 1];
  return last === undefined || (last.endKey.length > 0 && compareBytes(last.endKey, start) <= 0);
}

/** Asks the region of `key`, again for as long as the region has moved or the connection breaks and `bo` allows. */
export async function sendToKey<R extends { readonly regionError?: RegionError }>(
  router: Router,
  key: Uint8Array,
  bo: Backoffer,
  send: (route: RegionRoute) => Awaitable<R>,
): Promise<R> {
  for (;;) {
    const route = await router.locate(key);
    let res: R;
    try {
      res = await send(route);
    } catch (e) {
      router.onSendFailure(route, e);
      await bo.sleep('tikvRPC');
      continue;
    }
    if (res.regionError === undefined) return res;
    router.onRegionError(route, res.regionError);
    await bo.regionError(res.regionError);
  }
}

/** One batch's request: its answer, or null when it is to be grouped and sent again. */
export async function sendBatch<R extends { readonly regionError?: RegionError }>(
  router: Router,
  route: RegionRoute,
  bo: Backoffer,
  send: () => Awaitable<R>,
): Promise<R | null> {
  let res: R;
  try {
    res = await send();
  } catch (e) {
    router.onSendFailure(route, e);
    await bo.sleep('tikvRPC');
    return null;
  }
  if (res.regionError === undefined) return res;
  router.onRegionError(route, res.regionError);
  await bo.regionError(res.regionError);
  return null;
}
