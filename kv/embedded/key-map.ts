/** A power of two. */
const SHARDS = 64;

/**
 * A map from keys (`keyString`) that may hold a million: in shards, since a Map that has outgrown its table copies all of it at once,
 * which takes a hundred milliseconds then.
 */
export class KeyMap<T> {
  private readonly shards = Array.from({ length: SHARDS }, () => new Map<string, T>());
  size = 0;

  /** By the last byte, in which keys of neighbouring rows differ. */
  private shard(key: string): Map<string, T> {
    return this.shards[key.length === 0 ? 0 : key.charCodeAt(key.length - 1) & (SHARDS - 1)]!;
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
