import type { WaitForEntry } from '../rpc.js';

interface Edge {
  readonly holder: bigint;
  readonly key: Uint8Array;
}

/**
 * The wait-for graph of transactions. An edge says that a request of the waiter waits for a lock of the holder; a new edge that
 * closes a ring is a deadlock, and the request that brought it is the victim (as in TiKV: the last to come fails, no timeouts).
 */
export class WaitForGraph {
  private readonly edges = new Map<bigint, Edge[]>();

  /** The chain from `holder` back to `waiter` if waiting would close a ring, else null. */
  findRing(waiter: bigint, holder: bigint, key: Uint8Array): WaitForEntry[] | null {
    if (this.edges.size === 0) return null;
    const cameFrom = new Map<bigint, WaitForEntry>();
    const open = [holder];
    while (open.length > 0) {
      const at = open.pop()!;
      for (const edge of this.edges.get(at) ?? []) {
        if (cameFrom.has(edge.holder)) continue;
        cameFrom.set(edge.holder, { txn: at, waitForTxn: edge.holder, key: edge.key });
        if (edge.holder !== waiter) {
          open.push(edge.holder);
          continue;
        }
        const chain: WaitForEntry[] = [];
        for (let step = cameFrom.get(waiter)!; ; step = cameFrom.get(step.txn)!) {
          chain.unshift(step);
          if (step.txn === holder) break;
        }
        chain.push({ txn: waiter, waitForTxn: holder, key });
        return chain;
      }
    }
    return null;
  }

  add(waiter: bigint, holder: bigint, key: Uint8Array): void {
    const edges = this.edges.get(waiter);
    if (edges === undefined) this.edges.set(waiter, [{ holder, key }]);
    else edges.push({ holder, key });
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
    for (const [txn, edges] of this.edges)
      for (const edge of edges) yield { txn, waitForTxn: edge.holder, key: edge.key };
  }
}

/** FNV-1a, 64 bits: the key's identity in a deadlock report. */
export function deadlockKeyHash(key: Uint8Array): bigint {
  let h = 0xcbf29ce484222325n;
  for (const b of key) h = ((h ^ BigInt(b)) * 0x100000001b3n) & 0xffff_ffff_ffff_ffffn;
  return h;
}
