import { compareBytes } from '../../kv/codec/byte-writer.js';
import type { MvccReader } from '../../kv/mvcc-reader.js';
import type { KeyRange } from '../../kv/rpc.js';
import type { MemBuffer } from '../../kv/storage.js';
import { isPoint } from '../coprocessor/record-scan.js';
import type { ExecContext } from '../exec-context.js';

/** Rows deleted by the transaction that are passed by at most. */
const MAX_DELETED = 2048;

/** Takes a record; false when it is the last that is wanted. `stays`: the value may be kept until the turn of the event loop ends. */
export type TakeRow = (
  key: Uint8Array,
  keyLength: number,
  value: Uint8Array,
  start: number,
  end: number,
  stays: boolean,
) => boolean;

/** The transaction's own writes where there may be some among the records of these ranges; else null. */
export function ownWrites(ranges: readonly KeyRange[], ctx: ExecContext): MemBuffer | null {
  const own = ctx.txn?.memBuffer;
  if (own === undefined || own.count === 0) return null;
  return ranges.some((r) => own.hasRange(r.startKey, r.endKey)) ? own : null;
}

/**
 * Gives the records of a range as the transaction sees them, in the order of their keys: what it has written itself in the place of what
 * is stored. Which rows a range has their keys say, so that own rows need no other test than theirs. False when it has given up: so many
 * rows are deleted that others should have their turn meanwhile.
 */
export function walkOwn(
  range: KeyRange,
  desc: boolean,
  keyOnly: boolean,
  reader: MvccReader,
  own: MemBuffer,
  before: number | undefined,
  take: TakeRow,
): boolean {
  const { startKey, endKey } = range;
  if (isPoint(range)) {
    const mine = own.get(startKey, before);
    const value = mine === undefined ? reader.get(startKey) : mine;
    if (value !== null) take(startKey, startKey.length, value, 0, value.length, true);
    return true;
  }
  const mine = own.iterate(startKey, endKey, desc, before)[Symbol.iterator]();
  const cursor = reader.scan(startKey, endKey, desc, keyOnly);
  const direction = desc ? -1 : 1;
  let stored = cursor.next();
  let written = mine.next();
  let more = true;
  let deleted = 0;
  while (more && (stored || written.done !== true)) {
    const order = !stored
      ? 1
      : written.done === true
        ? -1
        : direction * compareBytes(cursor.keyBuffer.subarray(0, cursor.keyLength), written.value.key);
    if (order < 0) {
      const { keyBuffer, keyLength, valueBuffer, valueStart, valueEnd, valuesStay } = cursor;
      more = take(keyBuffer, keyLength, valueBuffer, valueStart, valueEnd, valuesStay === true);
      if (more) stored = cursor.next();
      continue;
    }
    const { key, value } = written.value as { readonly key: Uint8Array; readonly value: Uint8Array | null };
    if (value !== null) more = take(key, key.length, value, 0, value.length, true);
    else if (++deleted > MAX_DELETED) break;
    if (!more) break;
    if (order === 0) stored = cursor.next();
    written = mine.next();
  }
  cursor.close();
  return deleted <= MAX_DELETED;
}
