import { TypeCode } from '../types/field-type.js';
import type { Datum } from '../types/datum.js';
import type { Expression, ScalarFunction } from './expression.js';
import { findFunction, HEAVY_FAMILIES } from './function-registry.js';
import { walkedArgs } from './traverse.js';

/** Nanoseconds for each byte of arguments and result, by family of functions. Rather too many than too few. */
const FAMILY_NS: Readonly<Record<string, number>> = {
  json: 60,
  regexp: 50,
  fulltext: 50,
  encryption: 15,
  vector: 15,
  string: 8,
  miscellaneous: 5,
};
const OTHER_NS = 2;

/** Those that are unlike their families. */
const FUNCTION_NS: Readonly<Record<string, number>> = {
  length: 0,
  bit_length: 0,
  ascii: 0,
  uncompressed_length: 0,
  char_length: 1,
  concat: 1,
  concat_ws: 1,
  left: 1,
  right: 1,
  substring: 1,
  repeat: 1,
  space: 1,
  locate: 1,
  instr: 1,
  strcmp: 1,
  md5: 3,
  sha1: 3,
  sha2: 4,
  compress: 60,
  like: 30,
  ilike: 30,
};
const TO_JSON_NS = 60;
/** Those that look for one text in another, which may take as long as one length times the other; by the texts' positions. */
const SEARCHES: Readonly<Record<string, readonly [number, number]>> = {
  locate: [0, 1],
  instr: [0, 1],
  replace: [0, 1],
};
const SEARCH_NS = 0.3;

/** Functions of which a call may take long. */
const LONG_FUNCTIONS = new Map<string, boolean>();

/** Whether a call may take long at all. */
export function mayTakeLong({ name, type }: ScalarFunction): boolean {
  let long = LONG_FUNCTIONS.get(name);
  if (long === undefined) {
    long = HEAVY_FAMILIES.has(findFunction(name)?.family ?? '') || FUNCTION_NS[name] !== undefined;
    LONG_FUNCTIONS.set(name, long);
  }
  return long || (name === 'cast' && type.tp === TypeCode.Json);
}

type Sized = (bytes: readonly number[], values: readonly (Datum | undefined)[]) => number;

const count = (v: Datum | undefined): number => Math.max(0, Number(typeof v === 'object' ? 0 : (v ?? 0)));
/** Each occurrence of the second text becomes the third. */
const replaced: Sized = ([text = 0, from = 0, to = 0]) =>
  text + Math.max(0, to - from) * (text / Math.max(1, from));
const padded: Sized = ([text = 0], [, length]) => Math.max(text, count(length));

/** Bytes of results that are longer than the arguments together. */
const GROWING: Readonly<Record<string, Sized>> = {
  repeat: ([text = 0], [, times]) => text * count(times),
  space: (_, [length]) => count(length),
  lpad: padded,
  rpad: padded,
  replace: replaced,
  regexp_replace: replaced,
  hex: ([text = 0]) => 2 * text,
  // The length comes first in four bytes.
  uncompress: (_, [packed]) =>
    packed instanceof Uint8Array && packed.length > 4
      ? (packed[0]! | (packed[1]! << 8) | (packed[2]! << 16) | ((packed[3]! & 0x3f) << 24)) >>> 0
      : 0,
};

/**
 * About how long a value takes to compute, by the bytes that its functions read and write: told apart are microseconds from
 * what others would wait for. `valueOf` gives leaves other than literals; undefined where they count for nothing.
 */
export class WorkEstimate {
  ns = 0;

  constructor(
    private readonly valueOf: (leaf: Expression) => Datum | undefined,
    /** Results that would be longer are NULL at once. */
    private readonly longest: number,
  ) {}

  /** Adds the work for `e`; gives the bytes of its value. */
  add(e: Expression): number {
    const v = this.value(e);
    if (v !== undefined) return v instanceof Uint8Array ? v.length : 8;
    return e.kind === 'function' ? this.call(e) : 0;
  }

  private value(e: Expression): Datum | undefined {
    return e.kind === 'constant' && e.param === undefined ? e.value : this.valueOf(e);
  }

  private call(e: ScalarFunction): number {
    const { name, args } = e;
    const bytes: number[] = [];
    let read = 0;
    for (let i = 0, n = walkedArgs(args); i < n; i++) {
      const b = this.add(args[i]!);
      bytes.push(b);
      read += b;
    }
    const grows = GROWING[name];
    const made =
      grows === undefined
        ? read
        : grows(
            bytes,
            args.map((a) => this.value(a)),
          );
    if (made > this.longest) return 0;
    this.ns += (read + made) * nsOf(e);
    const search = SEARCHES[name];
    if (search !== undefined) this.ns += bytes[search[0]]! * bytes[search[1]]! * SEARCH_NS;
    return made;
  }
}

function nsOf({ name, type }: ScalarFunction): number {
  if (name === 'cast' && type.tp === TypeCode.Json) return TO_JSON_NS;
  return FUNCTION_NS[name] ?? FAMILY_NS[findFunction(name)?.family ?? ''] ?? OTHER_NS;
}

/** Work that is worth another thread: a value that takes it keeps everybody waiting. */
export const LONG_NS = 6_000_000;
