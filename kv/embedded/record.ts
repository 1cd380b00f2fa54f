import { writeUint32BE } from './timestamp.js';

/**
 * A version as it is stored, in LMDB values and in the memtable alike, so that a flush copies bytes and nothing else:
 *
 *     kind (1) | commit ts (8, big-endian) | start ts (8, big-endian) | value
 */
export const RECORD_HEADER = 17;

export const VersionKind = { put: 1, del: 2, lock: 3, rollback: 4 } as const;
export type VersionKind = (typeof VersionKind)[keyof typeof VersionKind];

export function writeRecordHeader(
  target: Uint8Array,
  at: number,
  kind: number,
  commitHi: number,
  commitLo: number,
  startHi: number,
  startLo: number,
): void {
  target[at] = kind;
  writeUint32BE(target, at + 1, commitHi);
  writeUint32BE(target, at + 5, commitLo);
  writeUint32BE(target, at + 9, startHi);
  writeUint32BE(target, at + 13, startLo);
}

/**
 * Longest user key. A history key (see `historyKey`) of 9 bytes per started group of 8 plus 8 bytes of timestamp must fit into
 * LMDB's limit of 4026 bytes with 8 KiB pages; TiDB's longest index key (3072 bytes of columns, encoded) is 3493.
 */
export const MAX_USER_KEY = 3567;

/** LMDB's overflow pages and the page windows allow values up to this, header included. */
export const MAX_VALUE = (16 << 20) - 4096;

const GROUP = 8;

/**
 * Key of an older version: the user key in memory-comparable groups (so that a key which is a prefix of another does not mix with
 * it), then the complement of the commit timestamp, so that versions of a key ascend from new to old. Returns the length.
 */
export function writeHistoryKey(
  target: Uint8Array,
  key: Uint8Array,
  keyStart: number,
  keyEnd: number,
  hi: number,
  lo: number,
): number {
  const at = writeComparableKey(target, key, keyStart, keyEnd);
  writeUint32BE(target, at, ~hi >>> 0);
  writeUint32BE(target, at + 4, ~lo >>> 0);
  return at + 8;
}

/** Groups of 8 bytes padded with zeros, each followed by 255 - padding (TiKV's memcomparable bytes). Returns the length. */
export function writeComparableKey(
  target: Uint8Array,
  key: Uint8Array,
  keyStart: number,
  keyEnd: number,
): number {
  let at = 0;
  let from = keyStart;
  for (;;) {
    const n = Math.min(GROUP, keyEnd - from);
    for (let i = 0; i < n; i++) target[at + i] = key[from + i]!;
    for (let i = n; i < GROUP; i++) target[at + i] = 0;
    target[at + GROUP] = 255 - (GROUP - n);
    at += GROUP + 1;
    from += n;
    if (n < GROUP) return at;
  }
}

/** Inverse of `writeComparableKey`; returns the length of the user key written to `target`. */
export function readComparableKey(target: Uint8Array, source: Uint8Array, start: number): number {
  let length = 0;
  let at = start;
  for (;;) {
    const n = GROUP - (255 - source[at + GROUP]!);
    for (let i = 0; i < n; i++) target[length + i] = source[at + i]!;
    length += n;
    at += GROUP + 1;
    if (n < GROUP) return length;
  }
}

/** Bytewise order of a[aStart, aEnd) and b[bStart, bEnd). */
export function compareRanges(
  a: Uint8Array,
  aStart: number,
  aEnd: number,
  b: Uint8Array,
  bStart: number,
  bEnd: number,
): number {
  const n = Math.min(aEnd - aStart, bEnd - bStart);
  for (let i = 0; i < n; i++) {
    const d = a[aStart + i]! - b[bStart + i]!;
    if (d !== 0) return d;
  }
  return aEnd - aStart - (bEnd - bStart);
}
