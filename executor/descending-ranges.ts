import { compareBytes, prefixNext } from '../kv/codec/byte-writer.js';
import { complement } from '../kv/codec/datum-codec.js';
import type { Descending } from '../kv/codec/table-key.js';
import type { KeyRange } from '../kv/rpc.js';

/** One end of a range over the parts of a key: their ascending encodings, from the left. A part that is left open ends it. */
export interface RangeEnd {
  readonly parts: readonly Uint8Array[];
  /** Keys that begin with the parts are not in the range. */
  readonly exclusive: boolean;
}

/**
 * The keys of a range of values where some parts of the keys are in descending order. Behind the parts that both ends share, the next one is an
 * interval, which lies the other way round where that part is descending. What ends of more parts than that say of the rest is true
 * at one of the interval's borders only, so these are ranges of their own:
 *
 *     (1, 5) … (3, 2)  =  (1, 5) … (1, max),  between 1 and 3,  (3, min) … (3, 2)
 *
 * Ascending and disjoint.
 */
export function descendingRanges(
  prefix: Uint8Array,
  low: RangeEnd,
  high: RangeEnd,
  descending: Descending,
): KeyRange[] {
  const out: KeyRange[] = [];
  cover(prefix, 0, low, high, descending, out);
  return out.sort((a, b) => compareBytes(a.startKey, b.startKey));
}

function cover(
  prefix: Uint8Array,
  at: number,
  low: RangeEnd,
  high: RangeEnd,
  descending: Descending,
  out: KeyRange[],
): void {
  const desc = descending[at] === true;
  const [l, h] = [low.parts[at], high.parts[at]];
  // An end without more parts takes in all that begins so, or nothing of it.
  if ((l === undefined && low.exclusive) || (h === undefined && high.exclusive)) return;
  if (l === undefined && h === undefined) {
    out.push({ startKey: prefix, endKey: prefixNext(prefix) });
    return;
  }
  if (l !== undefined && h !== undefined && compareBytes(l, h) === 0) {
    const next = joined(prefix, l, desc);
    if (low.parts.length > at + 1 || high.parts.length > at + 1)
      cover(next, at + 1, low, high, descending, out);
    else if (!low.exclusive && !high.exclusive) out.push({ startKey: next, endKey: prefixNext(next) });
    return;
  }
  if (l !== undefined && h !== undefined && compareBytes(l, h) > 0) return;
  const lowGoesOn = low.parts.length > at + 1;
  const highGoesOn = high.parts.length > at + 1;
  const lowKey = l === undefined ? null : joined(prefix, l, desc);
  const highKey = h === undefined ? null : joined(prefix, h, desc);
  const open: RangeEnd = { parts: [], exclusive: false };
  if (lowGoesOn) cover(lowKey!, at + 1, low, open, descending, out);
  if (highGoesOn) cover(highKey!, at + 1, open, high, descending, out);
  // What lies between the borders, and the borders themselves where they are whole.
  const first = { key: lowKey, without: lowGoesOn || low.exclusive };
  const last = { key: highKey, without: highGoesOn || high.exclusive };
  const [start, end] = desc ? [last, first] : [first, last];
  const startKey = start.key === null ? prefix : start.without ? prefixNext(start.key) : start.key;
  const endKey = end.key === null ? prefixNext(prefix) : end.without ? end.key : prefixNext(end.key);
  if (compareBytes(startKey, endKey) < 0) out.push({ startKey, endKey });
}

function joined(prefix: Uint8Array, part: Uint8Array, desc: boolean): Uint8Array {
  const out = new Uint8Array(prefix.length + part.length);
  out.set(prefix);
  out.set(part, prefix.length);
  if (desc) complement(out, prefix.length, out.length);
  return out;
}
