import { compareRanges } from './record.js';

/** Groups of keys that each have a gap of their own: a power of two. */
const GROUPS = 32;
/** Gaps noted without one of them being of use before they are noted seldom, and how seldom. */
const CREDIT = 4;
const SELDOM = 64;

interface Gap {
  /** The layers that it is a gap of. */
  epoch: number;
  /** Keys between the two are not stored; null: without bound. */
  after: Uint8Array | null;
  until: Uint8Array | null;
  credit: number;
  asked: number;
}

/**
 * Gaps between the keys that are stored, the last one met in each of a few groups of keys: that a row goes behind all others of its table
 * is seen without a search. Keys that come in no order fill no gap; of their groups none are noted but now and then.
 */
export class KnownGaps {
  private readonly gaps = Array.from({ length: GROUPS }, (): Gap => ({
    epoch: -1,
    after: null,
    until: null,
    credit: CREDIT,
    asked: 0,
  }));

  /** Whether the key lies in a gap known of these layers. */
  holds(epoch: number, key: Uint8Array, start: number, end: number): boolean {
    const gap = this.gaps[groupOf(key, start, end)]!;
    if (gap.epoch !== epoch) return false;
    const { after, until } = gap;
    if (after !== null && compareRanges(key, start, end, after, 0, after.length) <= 0) return false;
    if (until !== null && compareRanges(key, start, end, until, 0, until.length) >= 0) return false;
    if (gap.credit < CREDIT) gap.credit++;
    return true;
  }

  /** Whether the gap that an absent key lies in is worth being found. */
  wants(key: Uint8Array, start: number, end: number): boolean {
    const gap = this.gaps[groupOf(key, start, end)]!;
    if (gap.credit > 0) {
      gap.credit--;
      return true;
    }
    return (++gap.asked & (SELDOM - 1)) === 0;
  }

  note(epoch: number, key: Uint8Array, after: Uint8Array | null, until: Uint8Array | null): void {
    const gap = this.gaps[groupOf(key, 0, key.length)]!;
    gap.epoch = epoch;
    gap.after = after;
    gap.until = until;
  }
}

/** Records or index entries of one table mostly have a group of their own: the last byte of the table's id, and `r` or `i` (table-key.ts). */
const groupOf = (key: Uint8Array, start: number, end: number): number =>
  end - start < 11 ? 0 : (key[start + 8]! * 2 + (key[start + 10]! & 1)) & (GROUPS - 1);
