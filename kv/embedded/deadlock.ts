import type { WaitForEntry } from '../rpc.js';

interface Edge {
  readonly holder: bigint;
  readonly key: Uint8Array;
  /** What the waiting request says of its statement. */
  readonly tag: Uint8Array | undefined;
}

/**
 * The wait-for graph of transactions. An edge says that a request of the waiter waits for a lock of the holder; a new edge that
 * closes a ring is a deadlock, and the request that brought it is the victim (as in TiKV: the last to come fails, no timeouts).
 */
export class WaitForGraph {
  private readonly edges = new Map<bigint, Edge[]>();

  /** The chain from `holder` back to `waiter` if waiting would close a ring, else null. */
  findRing(waiter: bigint, holder: bigint, key: Uint8Array, tag?: Uint8Array): WaitForEntry[] | null {
    if (this.edges.size === 0) return null;
    const cameFrom = new Map<bigint, WaitForEntry>();
    const open = [holder];
    while (open.length > 0) {
      const at = open.pop()!;
      for (const edge of this.edges.get(at) ?? []) {
        if (cameFrom.has(edge.holder)) continue;
        cameFrom.set(edge.holder, entryOf(at, edge));
        if (edge.holder !== waiter) {
          open.push(edge.holder);
          continue;
        }
        const chain: WaitForEntry[] = [];
        for (let step = cameFrom.get(waiter)!; ; step = cameFrom.get(step.txn)!) {
          chain.unshift(step);
          if (step.txn === holder) break;
        }
        chain.push(entryOf(waiter, { holder, key, tag }));
        return chain;
      }
    }
    return null;
  }

  add(waiter: bigint, holder: bigint, key: Uint8Array, tag?: Uint8Array): void {
    const edges = this.edges.get(waiter);
    if (edges === undefined) this.edges.set(waiter, [{ holder, key, tag }]);
    else edges.push({ holder, key, tag });
  }

  remove(waiter: bigint, holder: bigint): void {
    const edges = this.edges.get(waiter);
    if (edges === undefined) return;
    const at = edges.findIndex((edge) => edge.holder === holder);
    if (at >= 0) edges.splice(at, 1);
    if (edges.length === 0) this.edges.delete(waiter);
  }

  get size(): number {
    return this.edges.size;
  }

  /** All waits, for information_schema.data_lock_waits. */
  *entries(): IterableIterator<WaitForEntry> {
    for (const [txn, edges] of this.edges) for (const edge of edges) yield entryOf(txn, edge);
  }
}

const entryOf = (txn: bigint, { holder, key, tag }: Edge): WaitForEntry => ({
  txn,
  waitForTxn: holder,
  key,
  ...(tag === undefined ? {} : { resourceGroupTag: tag }),
});

/** FNV-1a, 64 bits: the key's identity in a deadlock report. */
export function deadlockKeyHash(key: Uint8Array): bigint {
  let h = 0xcbf29ce484222325n;
  for (const b of key) h = ((h ^ BigInt(b)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn;
  return h;
}
