import { keyString } from '../../kv/codec/key-string.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import type { ExecContext } from '../exec-context.js';
import { readKeys, StatementLock } from '../read-key.js';

/** Values that are kept from one part of a statement to the next. */
const MAX_KEPT = 1 << 14;

/**
 * What keys hold at the moment, for statements that must know before they write (IGNORE, REPLACE, ON DUPLICATE KEY UPDATE, changed
 * unique keys). Keys are read in batches: locked and current in pessimistic mode, at the snapshot in optimistic mode, where
 * the commit finds out about later writers. Writes of the statement itself are seen as they happen.
 */
export class CurrentValues {
  private stored: Map<string, Uint8Array | null> | null = null;

  /** Keys above this, up to `absentTo`, are known to be absent from the store. */
  private absentFrom: Uint8Array | null = null;
  private absentTo: Uint8Array | null = null;

  constructor(private readonly ctx: ExecContext) {}

  /**
   * Finds the last key of a range in the snapshot, so that higher keys need not be read: rows loaded in the order of their keys
   * behind all others. Optimistic transactions only; the commit finds out about rows that others put there meanwhile.
   */
  async findEnd(startKey: Uint8Array, endKey: Uint8Array): Promise<void> {
    const it = this.ctx.snapshot.iterate(startKey, endKey, { reverse: true, keyOnly: true, batchSize: 1 });
    const last = await it.next();
    it.close();
    this.absentFrom = last === null ? startKey : last.key.slice();
    this.absentTo = endKey;
  }

  /** Whether the key lies where `findEnd` found nothing. */
  knownAbsent(key: Uint8Array): boolean {
    return (
      this.absentFrom !== null &&
      compareBytes(key, this.absentFrom) > 0 &&
      compareBytes(key, this.absentTo!) < 0
    );
  }

  /** What was loaded so far is not asked for again, unless it is loaded again: a long statement does not keep all of it. */
  nextPiece(): void {
    if (this.stored !== null && this.stored.size > MAX_KEPT) this.stored = null;
  }

  async load(keys: readonly Uint8Array[]): Promise<void> {
    const txn = this.ctx.txn!;
    const missing: Uint8Array[] = [];
    const stored = (this.stored ??= new Map<string, Uint8Array | null>());
    for (const k of keys) {
      if (this.knownAbsent(k) || txn.memBuffer.get(k) !== undefined) continue;
      const name = keyString(k);
      if (stored.has(name)) continue;
      stored.set(name, null);
      missing.push(k);
    }
    if (missing.length === 0) return;
    const values = txn.pessimistic
      ? await txn.lockKeys(missing, new StatementLock(this.ctx, true))
      : await readKeys(missing, this.ctx);
    for (let i = 0; i < missing.length; i++) stored.set(keyString(missing[i]!), values[i] ?? null);
  }

  /** Value of a loaded key, or of one written by the transaction; null when there is none. */
  get(key: Uint8Array): Uint8Array | null {
    const own = this.ctx.txn!.memBuffer.get(key);
    return own === undefined ? (this.stored?.get(keyString(key)) ?? null) : own;
  }
}
