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

/**
 * Sorts places by the values there, equal ones by `tie`. `keyOf` gives bytes that order as the values do (a collation's sort
 * key). What is compared is a number per value, the values themselves only where those are equal.
 */
export function sortByValue(
  places: Uint32Array,
  value: (place: number) => Datum,
  keyOf: (bytes: Uint8Array) => Uint8Array,
  tie: (a: number, b: number) => number,
): Uint32Array {
  let most = -1;
  for (const p of places) if (p > most) most = p;
  const order = new Float64Array(most + 1);
  let keys: Uint8Array[] | null = null;
  let wide: bigint[] | null = null;
  for (const p of places) {
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
    return places.sort((a, b) => order[a]! - order[b]! || compareBytes(all[a]!, all[b]!) || tie(a, b));
  }
  if (wide !== null) {
    const all = wide;
    return places.sort((a, b) => {
      const [x, y] = [all[a]!, all[b]!];
      return x < y ? -1 : x > y ? 1 : tie(a, b);
    });
  }
  return places.sort((a, b) => order[a]! - order[b]! || tie(a, b));
}
