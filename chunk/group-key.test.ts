import type { Datum } from '../types/datum.js';
import type { FieldType } from '../types/field-type.js';
import { Flag, newFieldType, TypeCode } from '../types/field-type.js';
import { randomSource } from '../testing/random.js';
import { collationOf } from '../types/collation.js';
import { GroupTable } from './group-key.js';
import { vectorOf } from './vector-builder.js';
import type { Vector } from './vector.js';
import { BytesVector, NumVector, WideVector } from './vector.js';

const { seed, random } = randomSource();
const int = (n: number): number => Math.floor(random() * n);
const enc = new TextEncoder();

const BIGINT = newFieldType(TypeCode.LongLong);
const UBIGINT = newFieldType(TypeCode.LongLong, { flag: Flag.Unsigned });
const INT = newFieldType(TypeCode.Long);
const DOUBLE = newFieldType(TypeCode.Double);
const DEC = newFieldType(TypeCode.NewDecimal, { flen: 40, decimal: 2 });
const BIN = newFieldType(TypeCode.VarChar, { collate: 'utf8mb4_bin' });
const CI = newFieldType(TypeCode.VarChar, { collate: 'utf8mb4_general_ci' });

/** A cell generator and the identity it should group by. */
function cell(ft: FieldType, domain: number): Datum {
  if (random() < 0.1) return null;
  const k = int(domain);
  switch (ft) {
    case BIGINT:
      return random() < 0.2 ? 2n ** 60n + BigInt(k) : k - domain / 2 > 0 ? k : -k;
    case UBIGINT:
      return random() < 0.2 ? 2n ** 63n + BigInt(k) : k;
    case DEC:
      return random() < 0.2 ? 10n ** 30n + BigInt(k) : k;
    case INT:
      return k;
    case DOUBLE:
      return k === 0 ? (random() < 0.5 ? 0 : -0) : k / 4;
    default: {
      const s = `Key${k}`;
      return enc.encode(
        ft === CI
          ? (random() < 0.5 ? s.toUpperCase() : s) + (random() < 0.3 ? '  ' : '')
          : s + (random() < 0.3 ? ' ' : ''),
      );
    }
  }
}

function identity(v: Datum, ft: FieldType): string {
  if (v === null) return 'NULL';
  if (typeof v === 'object') return Buffer.from(collationOf(ft).sortKey(v)).toString('hex');
  return String(v);
}

/** Sometimes the same column in another of its forms: Int32Array as Float64Array, narrow as wide, coded. */
function disguise(v: Vector, ft: FieldType): Vector {
  if (random() < 0.5) return v;
  if (v instanceof NumVector) {
    if (ft === INT || random() < 0.5) return new NumVector(Float64Array.from(v.data), v.length, v.nulls);
    if (ft === BIGINT)
      return new WideVector(BigInt64Array.from(Array.from(v.data, (x) => BigInt(x))), v.length, v.nulls);
    return v;
  }
  if (v instanceof BytesVector && v.codes === null) {
    const codes = Int32Array.from({ length: v.length }, (_, i) => i);
    return new BytesVector(v.bytes, v.offsets, v.length, v.nulls, codes);
  }
  return v;
}

const CASES: [string, FieldType[], number][] = [
  ['int small', [INT], 50],
  ['int large', [INT], 1e6],
  ['double', [DOUBLE], 100],
  ['bigint', [BIGINT], 1000],
  ['unsigned bigint', [UBIGINT], 1000],
  ['decimal', [DEC], 1000],
  ['bin', [BIN], 300],
  ['ci', [CI], 300],
  ['int, ci', [INT, CI], 20],
  ['coded pair', [BIN, BIN], 4],
  ['three', [INT, DEC, BIN], 10],
  ['growing product', [INT, INT], 2000],
  ['eight coded', Array.from({ length: 8 }, () => BIN), 2],
  ['nine', Array.from({ length: 9 }, () => INT), 2],
  ['forty', Array.from({ length: 40 }, () => INT), 2],
];

describe.each(CASES)('groups by %s', (_name, types, domain) => {
  test.each(['group', 'skip'] as const)(`NULLs: %s (seed ${seed})`, (nullKeys) => {
    const table = new GroupTable(types, nullKeys);
    const want = new Map<string, number>();
    const ids = new Map<number, string>();
    for (let batch = 0; batch < 6; batch++) {
      const n = 300;
      const growth = Math.max(2, Math.ceil((domain * (batch + 1)) / 6));
      const rows = Array.from({ length: n }, () => types.map((t) => cell(t, growth)));
      const columns = types.map((t, c) =>
        disguise(
          vectorOf(
            rows.map((r) => r[c]!),
            t,
          ),
          t,
        ),
      );
      const sel =
        random() < 0.5
          ? null
          : Int32Array.from(Array.from({ length: n }, (_, i) => i).filter(() => random() < 0.6));
      const m = sel === null ? n : sel.length;
      const out = new Int32Array(m);
      table.assign(columns, sel, m, out);
      const found = new Int32Array(m);
      table.find(columns, sel, m, found);
      for (let k = 0; k < m; k++) {
        const row = rows[sel === null ? k : sel[k]!]!;
        const key = row.map((v, c) => identity(v, types[c]!)).join('|');
        if (nullKeys === 'skip' && row.includes(null)) {
          expect(out[k]).toBe(-1);
          continue;
        }
        const known = want.get(key);
        if (known === undefined) {
          expect(ids.has(out[k]!)).toBe(false);
          want.set(key, out[k]!);
          ids.set(out[k]!, key);
        } else if (known !== out[k]) {
          throw new Error(`seed ${seed}: ${key} is ${out[k]}, was ${known}`);
        }
        expect(found[k]).toBe(out[k]);
      }
    }
    expect(table.size).toBe(want.size);
    const keys = table.keys();
    for (const [key, id] of want) {
      expect(types.map((t, c) => identity(keys[c]!.get(id), t)).join('|')).toBe(key);
    }
    expect(table.bytes).toBeGreaterThan(0);
  });

  test('unknown keys are not found', () => {
    const table = new GroupTable(types);
    const columns = types.map((t) => vectorOf([cell(t, 5), cell(t, 5)], t));
    const out = new Int32Array(2);
    table.find(columns, null, 2, out);
    expect([...out]).toEqual([-1, -1]);
  });
});

test('no key columns: one group', () => {
  const t = new GroupTable([]);
  const out = new Int32Array(3);
  t.assign([], null, 3, out);
  expect([...out, t.size]).toEqual([0, 0, 0, 1]);
});

test.each([
  ['numbers', [DOUBLE]],
  ['both', [INT, BIN]],
] as const)('tables that grow in steps give the groups that others give: %s', (_, types) => {
  const n = 4096;
  const stepped = new GroupTable(types);
  const plain = new GroupTable(types);
  let steps = 0;
  for (let chunk = 0; chunk < 50; chunk++) {
    const keys = Array.from({ length: n }, () => int(10_000_000));
    const columns = types.map((t) =>
      vectorOf(
        keys.map((k) => (t === BIN ? enc.encode(`a longer key ${k}`) : k)),
        t,
      ),
    );
    for (const _ of stepped.growth(n) ?? []) steps++;
    const a = new Int32Array(n);
    const b = new Int32Array(n);
    stepped.assign(columns, null, n, a);
    plain.assign(columns, null, n, b);
    if (!a.every((g, k) => g === b[k])) throw new Error(`chunk ${chunk} differs (seed ${seed})`);
  }
  expect(stepped.size).toBe(plain.size);
  expect(steps).toBeGreaterThan(0);
});
