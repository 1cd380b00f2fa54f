import type { CollationScheme } from './collation-bytes.js';
import { compareRange, equalRange, hashRange, trimEnd } from './collation-bytes.js';
import { generalCi } from './collation-general.js';
import { gb18030ChineseCi } from './collation-gb18030.js';
import { gbkChineseCi } from './collation-gbk.js';
import {
  asciiGeneralCi,
  latin1DanishCi,
  latin1GeneralCi,
  latin1GeneralCs,
  latin1German1Ci,
  latin1SpanishCi,
  latin1SwedishCi,
} from './collation-latin1.js';
import { uca0900AiCi, unicode520Ci, unicodeCi } from './collation-uca.js';

/**
 * The order of strings. `sortKey` is memory-comparable: compare(a, b) is the order of the keys' bytes, and two strings are
 * equal when their keys are. The keys are those TiDB writes into indexes.
 */
export interface Collation {
  readonly id: number;
  readonly name: string;
  readonly charset: string;
  readonly isDefault: boolean;
  /** Equal bytes only (`binary`, `*_bin`), trailing spaces aside where `padSpace`. */
  readonly isBinary: boolean;
  /** PAD SPACE: trailing spaces do not count in comparisons. */
  readonly padSpace: boolean;
  readonly sortLen: number;
  /** -1, 0 or 1. */
  compare(a: Uint8Array, b: Uint8Array): number;
  /** `compare` of a[af, at) and b[bf, bt), for cells of vectors. */
  compareAt(a: Uint8Array, af: number, at: number, b: Uint8Array, bf: number, bt: number): number;
  equalsAt(a: Uint8Array, af: number, at: number, b: Uint8Array, bf: number, bt: number): boolean;
  /** 32-bit hash of b[from, to); equal strings hash equally. */
  hashAt(b: Uint8Array, from: number, to: number): number;
  /** May return `bytes` itself or a view of it. */
  sortKey(bytes: Uint8Array): Uint8Array;
  /**
   * Weight of one character for LIKE, REGEXP-free pattern matching and LOCATE, which compare character by character and never pad.
   * Code points of equal weight match. null: compare bytes.
   */
  readonly charWeight: ((codePoint: number) => number) | null;
}

const BINARY_SCHEME: CollationScheme = {
  isBinary: true,
  padSpace: false,
  sortLen: 1,
  compareAt: compareRange,
  equalsAt: equalRange,
  hashAt: hashRange,
  sortKey: (b) => b,
  charWeight: null,
};

/** TiDB's PAD SPACE for `_bin`: the key is the bytes without trailing spaces. */
const BIN_PAD_SCHEME: CollationScheme = {
  isBinary: true,
  padSpace: true,
  sortLen: 1,
  compareAt: (a, af, at, b, bf, bt) => compareRange(a, af, trimEnd(a, af, at), b, bf, trimEnd(b, bf, bt)),
  equalsAt: (a, af, at, b, bf, bt) => equalRange(a, af, trimEnd(a, af, at), b, bf, trimEnd(b, bf, bt)),
  hashAt: (b, from, to) => hashRange(b, from, trimEnd(b, from, to)),
  sortKey: (b) => {
    const n = trimEnd(b, 0, b.length);
    return n === b.length ? b : b.subarray(0, n);
  },
  charWeight: null,
};

const define = (
  id: number,
  name: string,
  charset: string,
  isDefault: boolean,
  scheme: CollationScheme,
): Collation => ({
  id,
  name,
  charset,
  isDefault,
  isBinary: scheme.isBinary,
  padSpace: scheme.padSpace,
  sortLen: scheme.sortLen,
  compare: (a, b) => scheme.compareAt(a, 0, a.length, b, 0, b.length),
  compareAt: scheme.compareAt,
  equalsAt: scheme.equalsAt,
  hashAt: scheme.hashAt,
  sortKey: scheme.sortKey,
  charWeight: scheme.charWeight,
});

/** Ids are MySQL's (information_schema.COLLATIONS). */
const COLLATIONS: readonly Collation[] = [
  define(65, 'ascii_bin', 'ascii', true, BIN_PAD_SCHEME),
  define(63, 'binary', 'binary', true, BINARY_SCHEME),
  define(249, 'gb18030_bin', 'gb18030', false, BIN_PAD_SCHEME),
  define(248, 'gb18030_chinese_ci', 'gb18030', true, gb18030ChineseCi),
  define(87, 'gbk_bin', 'gbk', false, BIN_PAD_SCHEME),
  define(28, 'gbk_chinese_ci', 'gbk', true, gbkChineseCi),
  define(47, 'latin1_bin', 'latin1', true, BIN_PAD_SCHEME),
  define(83, 'utf8_bin', 'utf8', true, BIN_PAD_SCHEME),
  define(33, 'utf8_general_ci', 'utf8', false, generalCi),
  define(192, 'utf8_unicode_ci', 'utf8', false, unicodeCi),
  define(255, 'utf8mb4_0900_ai_ci', 'utf8mb4', false, uca0900AiCi),
  define(309, 'utf8mb4_0900_bin', 'utf8mb4', false, BINARY_SCHEME),
  define(46, 'utf8mb4_bin', 'utf8mb4', true, BIN_PAD_SCHEME),
  define(45, 'utf8mb4_general_ci', 'utf8mb4', false, generalCi),
  define(224, 'utf8mb4_unicode_ci', 'utf8mb4', false, unicodeCi),
];

/** MySQL's that TiDB lacks: understood wherever a collation is named (dumps do), but not in TiDB's lists. */
const UNLISTED: readonly Collation[] = [
  define(11, 'ascii_general_ci', 'ascii', false, asciiGeneralCi),
  define(15, 'latin1_danish_ci', 'latin1', false, latin1DanishCi),
  define(48, 'latin1_general_ci', 'latin1', false, latin1GeneralCi),
  define(49, 'latin1_general_cs', 'latin1', false, latin1GeneralCs),
  define(5, 'latin1_german1_ci', 'latin1', false, latin1German1Ci),
  define(94, 'latin1_spanish_ci', 'latin1', false, latin1SpanishCi),
  define(8, 'latin1_swedish_ci', 'latin1', false, latin1SwedishCi),
  define(214, 'utf8_unicode_520_ci', 'utf8', false, unicode520Ci),
  define(246, 'utf8mb4_unicode_520_ci', 'utf8mb4', false, unicode520Ci),
];

const ALL = [...COLLATIONS, ...UNLISTED];
const BY_NAME = new Map(ALL.map((c) => [c.name, c]));
for (const c of ALL) if (c.charset === 'utf8') BY_NAME.set(c.name.replace('utf8_', 'utf8mb3_'), c);
const BY_ID = new Map(ALL.map((c) => [c.id, c]));

export const BINARY_COLLATION: Collation = BY_NAME.get('binary')!;
export const UTF8MB4_BIN: Collation = BY_NAME.get('utf8mb4_bin')!;

/** By name in any case; undefined when unknown. */
export const collation = (name: string): Collation | undefined =>
  BY_NAME.get(name) ?? BY_NAME.get(name.toLowerCase());

/** The same; that of bytes when unknown. */
export const collationFor = (name: string): Collation => collation(name) ?? BINARY_COLLATION;

/** By name; `binary` when unknown. For types that the catalog has checked. */
export const collationOf = (ft: { readonly collate: string }): Collation =>
  BY_NAME.get(ft.collate) ?? BINARY_COLLATION;

export const collationById = (id: number): Collation | undefined => BY_ID.get(id);

/** Those that TiDB has, sorted by name (SHOW COLLATION). */
export const collations = (): readonly Collation[] => COLLATIONS;

/** All that are understood. */
export const allCollations = (): readonly Collation[] => ALL;
