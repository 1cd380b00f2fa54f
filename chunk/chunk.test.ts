import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { Flag, newFieldType, TypeCode } from '../types/field-type.js';
import { datumToText } from '../types/format.js';
import { randomSource } from '../testing/random.js';
import type { Chunk } from './chunk.js';
import { ChunkBuilder, chunkOf, chunkRows } from './chunk-builder.js';
import { compareCells, compareRows, sortedIndices } from './compare.js';
import { concat, concatChunks } from './concat.js';
import { compact, gather } from './gather.js';
import { hashColumns } from './hash.js';
import { chunkBytes } from './memory.js';
import { matchPairs, rowsEqual } from './row-equal.js';
import { keyCollation } from './hash.js';
import { slice, sliceChunk } from './slice.js';
import { textSize, textWriter } from './text-writer.js';
import { BytesVectorBuilder, constantVector, newVectorBuilder, vectorOf } from './vector-builder.js';
import type { Vector } from './vector.js';
import { BytesVector } from './vector.js';
import { equalNumbers } from '../types/datum.js';

const { seed, random } = randomSource();
const int = (n: number): number => Math.floor(random() * n);
const enc = new TextEncoder();

const TYPES: FieldType[] = [
  newFieldType(TypeCode.Long),
  newFieldType(TypeCode.LongLong),
  newFieldType(TypeCode.LongLong, { flag: Flag.Unsigned }),
  newFieldType(TypeCode.NewDecimal, { flen: 50, decimal: 4 }),
  newFieldType(TypeCode.Double),
  newFieldType(TypeCode.DateTime, { decimal: 6 }),
  newFieldType(TypeCode.VarChar),
  newFieldType(TypeCode.VarChar, { collate: 'utf8mb4_general_ci' }),
];

function value(ft: FieldType): Datum {
  if (random() < 0.15) return null;
  switch (ft.tp) {
    case TypeCode.Long:
      return int(100) - 50;
    case TypeCode.LongLong:
      if (random() < 0.3)
        return (ft.flag & Flag.Unsigned) !== 0 ? 2n ** 63n + BigInt(int(9)) : -(2n ** 60n) + BigInt(int(9));
      return int(20);
    case TypeCode.NewDecimal:
      return random() < 0.3 ? -(10n ** 40n) + BigInt(int(9)) : int(1000) - 500;
    case TypeCode.Double:
      return (int(100) - 50) / 3;
    case TypeCode.DateTime:
      return BigInt(int(6e8)) * 10n ** 9n;
    default:
      return enc.encode(
        ['a', 'B', 'b', 'bb', 'é', 'E', '', ' ', 'zzz', 'A '][int(10)]! +
          'x'.repeat(random() < 0.05 ? 80 : 0),
      );
  }
}

const same = (a: Datum, b: Datum): boolean =>
  a === null || b === null
    ? a === b
    : typeof a === 'object'
      ? Buffer.compare(a, b as Uint8Array) === 0
      : equalNumbers(a, b as number | bigint);
const cells = (v: Vector): Datum[] => Array.from({ length: v.length }, (_, i) => v.get(i));
const expectCells = (v: Vector, want: readonly Datum[]): void => {
  expect(v.length).toBe(want.length);
  want.forEach((w, i) => {
    if (!same(v.get(i), w))
      throw new Error(`seed ${seed}: row ${i} is ${String(v.get(i))}, not ${String(w)}`);
  });
};

function coded(v: Vector): Vector {
  if (!(v instanceof BytesVector)) return v;
  const perm = Int32Array.from({ length: v.length }, (_, i) => i);
  return new BytesVector(v.bytes, v.offsets, v.length, v.nulls, perm);
}

describe.each(TYPES.map((t, i) => [i, t] as const))('vectors of type %i', (_i, ft) => {
  const random10 = (n: number): Datum[] => Array.from({ length: n }, () => value(ft));

  test('build, shared build, gather, slice, concat', () => {
    for (let round = 0; round < 30; round++) {
      const want = random10(int(200));
      const v = vectorOf(want, ft);
      expectCells(v, want);
      const b = newVectorBuilder(ft, 1, true);
      for (let i = 0; i < v.length; i++) b.appendFrom(v, i);
      expectCells(b.finish(), want);
      if (want.length === 0) continue;
      const idx = Int32Array.from({ length: int(100) }, () => int(want.length + 1) - 1);
      for (const x of [v, coded(v)]) {
        expectCells(
          gather(x, idx, idx.length, true),
          [...idx].map((i) => (i < 0 ? null : want[i]!)),
        );
        const from = int(want.length);
        const to = from + int(want.length - from + 1);
        expectCells(slice(x, from, to), want.slice(from, to));
        const more = random10(int(50));
        expectCells(concat([slice(x, from, to), vectorOf(more, ft), x]), [
          ...want.slice(from, to),
          ...more,
          ...want,
        ]);
        expectCells(concat([x, x]), [...want, ...want]);
      }
      const one = want[0]!;
      expectCells(constantVector(one, ft, 5), [one, one, one, one, one]);
    }
  });

  test('equal cells hash equally and sort together', () => {
    for (let round = 0; round < 20; round++) {
      const a = random10(100);
      const b = random10(100);
      const va = vectorOf(a, ft);
      const vb = coded(vectorOf([...b, value(ft)], ft));
      const ha = new Int32Array(100);
      const hb = new Int32Array(100);
      hashColumns([va], [ft], null, 100, ha);
      hashColumns([vb], [ft], null, 100, hb);
      const keep = new Uint8Array(100).fill(1);
      const same100 = Int32Array.from({ length: 100 }, (_, i) => i);
      const shuffled = Int32Array.from({ length: 100 }, () => int(100));
      matchPairs(va, same100, vb, shuffled, 100, keep, ft);
      for (let k = 0; k < 100; k++) {
        const j = shuffled[k]!;
        const c = compareCells(va, k, vb, j, ft);
        expect(compareCells(vb, j, va, k, ft) + c).toBe(0);
        const eq = c === 0;
        if (eq) expect(ha[k]).toBe(hb[j]);
        expect(rowsEqual([va], k, [vb], j, [keyCollation(ft)], true)).toBe(eq);
        expect(keep[k] === 1).toBe(eq && a[k] !== null);
      }
    }
  });

  test('text writer agrees with datumToText', () => {
    const v = vectorOf(random10(200), ft);
    const write = textWriter(ft);
    const buf = new Uint8Array(1000);
    for (const x of [v, coded(v)]) {
      for (let i = 0; i < x.length; i++) {
        if (x.isNull(i)) continue;
        const end = write(buf, 3, x, i);
        expect(end - 3).toBeLessThanOrEqual(textSize(x, i, ft));
        expect(Buffer.from(buf.subarray(3, end)).toString()).toBe(
          Buffer.from(datumToText(x.get(i), ft)!).toString(),
        );
      }
    }
  });
});

test('numbers are written digit by digit', () => {
  const buf = new Uint8Array(64);
  const int8 = textWriter(newFieldType(TypeCode.LongLong));
  for (let n = 0; n < 3000; n++) {
    const x = Math.trunc((random() - 0.5) * 2 * 10 ** int(17));
    const v = Number.isSafeInteger(x) ? x + 0 : 7;
    const vec = vectorOf([v], newFieldType(TypeCode.LongLong));
    expect(Buffer.from(buf.subarray(0, int8(buf, 0, vec, 0))).toString()).toBe(String(v));
    const ft = newFieldType(TypeCode.NewDecimal, { flen: 65, decimal: int(20) });
    expect(Buffer.from(buf.subarray(0, textWriter(ft)(buf, 0, vec, 0))).toString()).toBe(
      Buffer.from(datumToText(v, ft)!).toString(),
    );
  }
});

test('bytes written in place', () => {
  const b = new BytesVectorBuilder(1);
  for (let i = 0; i < 100; i++) {
    const at = b.reserve(5);
    b.buffer.set(enc.encode('k' + i), at);
    b.commit(at + ('k' + i).length);
  }
  const v = b.finish();
  for (let i = 0; i < 100; i++) expect(Buffer.from(v.slice(i)).toString()).toBe('k' + i);
  expect(b.finish().length).toBe(0);
});

describe('chunks', () => {
  const make = (n: number): Chunk => {
    const b = new ChunkBuilder(TYPES);
    for (let i = 0; i < n; i++) b.appendRow(TYPES.map(value));
    return b.finish();
  };

  test(`sorted order is the order of compareRows and stable (seed ${seed})`, () => {
    for (let round = 0; round < 25; round++) {
      const n = round % 2 === 0 ? 700 : 60;
      let c = make(n);
      if (random() < 0.5)
        c = c.withSel(Int32Array.from(Array.from({ length: n }, (_, i) => i).filter(() => random() < 0.7)));
      const keys = Array.from({ length: 1 + int(3) }, () => {
        const column = int(TYPES.length);
        return { column, type: TYPES[column]!, desc: random() < 0.5 };
      });
      const order = sortedIndices(c, keys);
      expect(order.length).toBe(c.rows);
      expect(new Set(order).size).toBe(order.length);
      for (let k = 1; k < order.length; k++) {
        const r = compareRows(c, order[k - 1]!, c, order[k]!, keys);
        if (r > 0 || (r === 0 && order[k - 1]! > order[k]!))
          throw new Error(`seed ${seed} round ${round}: rows ${order[k - 1]} and ${order[k]}`);
      }
    }
  });

  test('compact, slice, concat keep the selected rows', () => {
    const a = make(50).withSel(Int32Array.of(3, 7, 8, 40));
    expect(chunkRows(compact(a)).map((r) => r.map(String))).toEqual(chunkRows(a).map((r) => r.map(String)));
    expect(chunkRows(sliceChunk(a, 1, 3)).length).toBe(2);
    const both = concatChunks([a, make(3)]);
    expect(both.rows).toBe(7);
    expect(chunkBytes(both)).toBeGreaterThan(100);
    expect(chunkOf([[], []], []).rows).toBe(2);
    expect(cells(vectorOf([1, null], TYPES[0]!))).toEqual([1, null]);
  });
});
