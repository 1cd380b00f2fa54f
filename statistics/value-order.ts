import { compareBytes } from '../kv/codec/byte-writer.js';
import type { Datum } from '../types/datum.js';

/** Bytes of a key that a double tells apart. */
const PREFIX = 6;

function prefixOf(key: Uint8Array, from: number): number {
  let n = 0;
  for (let i = from; i < from + PREFIX; i++) n = n * 256 + (key[i] ?? 0);
  return n;
}

/** Bytes that all keys begin with. */
function commonPrefix(keys: readonly Uint8Array[], places: Uint32Array): number {
  const first = keys[places[0]!]!;
  let n = first.length;
  for (const p of places) {
    const key = keys[p]!;
    if (key.length < n) n = key.length;
    let i = 0;
    while (i < n && key[i] === first[i]) i++;
    n = i;
  }
  return n;
}

/** Places sorted at once, or merged. */
const STEP = 1 << 10;

/** Sorts in steps: short runs, which are merged in pairs. May give another array than `places`. */
export function* sortInSteps(
  places: Uint32Array,
  compare: (a: number, b: number) => number,
): Generator<void, Uint32Array> {
  const n = places.length;
  for (let from = 0; from < n; from += STEP) {
    if (from > 0) yield;
    places.subarray(from, from + STEP).sort(compare);
  }
  let source = places;
  let target = n > STEP ? new Uint32Array(n) : places;
  for (let width = STEP; width < n; width *= 2) {
    for (let from = 0; from < n; from += 2 * width) {
      const middle = Math.min(n, from + width);
      const end = Math.min(n, middle + width);
      for (let a = from, b = middle, out = from; out < end; out++) {
        if ((out & (STEP - 1)) === 0) yield;
        const left = a < middle && (b === end || compare(source[a]!, source[b]!) <= 0);
        target[out] = source[left ? a++ : b++]!;
      }
    }
    [source, target] = [target, source];
  }
  return source;
}

/**
 * Sorts places by the values there, equal ones by `tie`, in steps. `keyOf` gives bytes that order as the values do (a collation's sort
 * key). What is compared is a number per value, the values themselves only where those are equal.
 */
export function* sortByValue(
  places: Uint32Array,
  value: (place: number) => Datum,
  keyOf: (bytes: Uint8Array) => Uint8Array,
  tie: (a: number, b: number) => number,
): Generator<void, Uint32Array> {
  let most = -1;
  for (const p of places) if (p > most) most = p;
  const order = new Float64Array(most + 1);
  let keys: Uint8Array[] | null = null;
  let wide: bigint[] | null = null;
  for (const [i, p] of places.entries()) {
    if ((i & (STEP - 1)) === STEP - 1) yield;
    const v = value(p);
    if (v instanceof Uint8Array) {
      (keys ??= new Array<Uint8Array>(most + 1))[p] = keyOf(v);
    } else {
      order[p] = Number(v);
      if (typeof v === 'bigint') wide ??= new Array<bigint>(most + 1);
    }
  }
  if (wide !== null) for (const p of places) wide[p] = BigInt(value(p) as number | bigint);
  if (keys !== null) {
    const all = keys;
    const common = commonPrefix(all, places);
    for (const p of places) order[p] = prefixOf(all[p]!, common);
    return yield* sortInSteps(
      places,
      (a, b) => order[a]! - order[b]! || compareBytes(all[a]!, all[b]!) || tie(a, b),
    );
  }
  if (wide !== null) {
    const all = wide;
    return yield* sortInSteps(places, (a, b) => {
      const [x, y] = [all[a]!, all[b]!];
      return x < y ? -1 : x > y ? 1 : tie(a, b);
    });
  }
  return yield* sortInSteps(places, (a, b) => order[a]! - order[b]! || tie(a, b));
}
