const SHARDS = 64;
/** Bits of a key's hash that tell its shard. */
const BITS = 12;

/**
 * Shards by hash, of which the last gets twice as many keys as the first: their Maps outgrow their tables one by one, where even shards
 * would do so all at the same size, within a batch of keys.
 */
const SHARD_OF = Uint8Array.from({ length: 1 << BITS }, (_, h) => Math.log2(1 + h / (1 << BITS)) * SHARDS);

/**
 * A map from keys (`keyString`) that may hold a million: in shards, since a Map that has outgrown its table copies all of it at once,
 * which takes a hundred milliseconds then.
 */
export class KeyMap<T> {
  private readonly shards = Array.from({ length: SHARDS }, () => new Map<string, T>());
  size = 0;

  /** By the last two bytes, in which keys of neighbouring rows differ. */
  private shard(key: string): Map<string, T> {
    const n = key.length;
    const tail = n < 2 ? 0 : (key.charCodeAt(n - 2) << 8) | key.charCodeAt(n - 1);
    return this.shards[SHARD_OF[Math.imul(tail, 0x9e3779b1) >>> (32 - BITS)]!]!;
  }

  get(key: string): T | undefined {
    return this.shard(key).get(key);
  }

  has(key: string): boolean {
    return this.shard(key).has(key);
  }

  set(key: string, value: T): void {
    const shard = this.shard(key);
    const before = shard.size;
    shard.set(key, value);
    this.size += shard.size - before;
  }

  delete(key: string): boolean {
    const was = this.shard(key).delete(key);
    if (was) this.size--;
    return was;
  }

  *values(): Generator<T> {
    for (const shard of this.shards) yield* shard.values();
  }
}
