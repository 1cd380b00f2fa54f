import type { Datum } from '../../types/datum.js';
import { Flag, newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { timeZone } from '../../types/timezone.js';
import { RowBatchDecoder, type ScanColumn } from './row-batch-decoder.js';
import { decodeRowToDatums, encodeRow } from './row-v2.js';
import { encodeCommonHandle, recordKey } from './table-key.js';
import { randomDatum, SAMPLE_TYPES } from './testing/random-datum.js';
import { Random, testSeed } from '../../testing/random.js';

const hex = (b: Uint8Array): string => Buffer.from(b).toString('hex');
const plain = (v: Datum): unknown =>
  v !== null && typeof v === 'object' ? hex(v) : v === null ? null : String(v);

test('the layout of a small row', () => {
  const int = newFieldType(TypeCode.LongLong);
  const text = newFieldType(TypeCode.VarChar);
  const row = encodeRow([3, 1, 2], [null, 300, Buffer.from('ab')], [int, int, text]);
  expect(hex(row)).toBe('80' + '00' + '0200' + '0100' + '0102' + '03' + '0200' + '0400' + '2c01' + '6162');
});

// Bytes that TiKV's row v2 encoder gives for the same values.
test.each<[string, Datum, FieldType, string]>([
  [
    'bigint unsigned',
    0xffff_ffff_ffff_ffffn,
    newFieldType(TypeCode.LongLong, { flag: Flag.Unsigned }),
    'ffffffffffffffff',
  ],
  ['bigint', -1, newFieldType(TypeCode.LongLong), 'ff'],
  ['bigint of two bytes', 32767, newFieldType(TypeCode.LongLong), 'ff7f'],
  ['double', 1.8, newFieldType(TypeCode.Double), 'bffccccccccccccd'],
  ['negative double', -1.8, newFieldType(TypeCode.Double), '4003333333333332'],
  [
    'datetime',
    ((2018 << 9) | (1 << 5) | 19) * 0x2_0000 + ((3 << 12) | (14 << 6) | 7),
    newFieldType(TypeCode.DateTime),
    '000000873' + '3e69e19',
  ],
  ['decimal', 1, newFieldType(TypeCode.NewDecimal, { flen: 1, decimal: 0 }), '010081'],
  ['time', 1_000_000, newFieldType(TypeCode.Time), '00ca9a3b'],
])('%s as TiKV has it', (_name, v, ft, out) => {
  const row = encodeRow([1], [v], [ft]);
  expect(hex(row.subarray(9))).toBe(out);
  expect(decodeRowToDatums(row, [{ id: 1, ft }])).toEqual([v]);
});

test('ids above 255 and long values make a large row', () => {
  const int = newFieldType(TypeCode.LongLong);
  const row = encodeRow([256], [1], [int]);
  expect(hex(row)).toBe('80' + '01' + '0100' + '0000' + '00010000' + '01000000' + '01');
  const blob = newFieldType(TypeCode.Blob, { charset: 'binary', collate: 'binary' });
  const long = encodeRow([1, 2], [new Uint8Array(70_000), 5], [blob, int]);
  expect(long[1]).toBe(1);
  expect(decodeRowToDatums(long, [{ id: 2, ft: int }])).toEqual([5]);
});

test('random rows round trip through both decoders', () => {
  const seed = testSeed();
  const r = new Random(seed);
  // A zone without clock changes: times in the gap of one do not come back as they were.
  const zone = timeZone('Asia/Kolkata')!;
  for (let round = 0; round < 60; round++) {
    const base = r.below(4) === 0 ? 250 : 1;
    const types: FieldType[] = Array.from({ length: 1 + r.below(20) }, () => r.pick(SAMPLE_TYPES));
    const ids = types.map((_, i) => base + i * (1 + (round % 3)));
    const wanted: ScanColumn[] = ids.map((id, i) => ({ id, ft: types[i]! })).filter(() => r.below(3) > 0);
    wanted.push({ id: -1, ft: newFieldType(TypeCode.LongLong), isHandle: true });
    wanted.push({ id: 9999, ft: newFieldType(TypeCode.LongLong), originDefault: 77 });
    for (let i = wanted.length - 1; i > 0; i--) {
      const j = r.below(i + 1);
      [wanted[i], wanted[j]] = [wanted[j]!, wanted[i]!];
    }
    const decoder = new RowBatchDecoder(wanted, { zone, initialRows: 2 });
    const expected: Datum[][] = [];
    for (let row = 0; row < 30; row++) {
      const values: Datum[] = types.map((ft) => (r.below(6) === 0 ? null : randomDatum(r, ft)));
      const handle = r.below(2) === 0 ? -row : row * 1e10;
      const value = encodeRow(ids, values, types, zone);
      const all = new Map(ids.map((id, i) => [id, values[i]!]));
      const want = wanted.map((c) => (c.isHandle === true ? handle : c.id === 9999 ? 77 : all.get(c.id)!));
      const direct = decodeRowToDatums(value, wanted, zone).map((v, i) =>
        wanted[i]!.isHandle === true ? handle : v,
      );
      if (JSON.stringify(direct.map(plain)) !== JSON.stringify(want.map(plain))) {
        throw new Error(
          `seed ${seed}: ${JSON.stringify(direct.map(plain))} is not ${JSON.stringify(want.map(plain))}`,
        );
      }
      expected.push(want);
      const key = recordKey(5, handle);
      const padded = new Uint8Array(value.length + 7);
      padded.set(value, 3);
      decoder.append(key, key.length, padded, 3, 3 + value.length);
    }
    const chunk = decoder.take();
    expect(chunk.length).toBe(30);
    for (let row = 0; row < 30; row++) {
      const got = chunk.columns.map((c) => plain(c.get(row)));
      expect({ seed, got }).toEqual({ seed, got: expected[row]!.map(plain) });
    }
  }
});

test('clustered key columns come from the key when the row lacks them', () => {
  const date = newFieldType(TypeCode.Date);
  const int = newFieldType(TypeCode.Long);
  const text = newFieldType(TypeCode.VarChar);
  const day = (2024 << 9) | (2 << 5) | 29;
  const handle = encodeCommonHandle([day, Buffer.from('longer than eight'), 7], [date, text, int]);
  const key = recordKey(1, handle);
  const row = encodeRow([2, 4], [Buffer.from('longer than eight '), 1], [text, int]);
  const decoder = new RowBatchDecoder([
    { id: 3, ft: int, handlePart: 2 },
    { id: 1, ft: date, handlePart: 0 },
    { id: 2, ft: text, handlePart: 1 },
    { id: 4, ft: int },
  ]);
  decoder.append(key, key.length, row, 0, row.length);
  const [c, a, b, d] = decoder.take().columns.map((v) => v.get(0));
  expect([c, a, d]).toEqual([7, day, 1]);
  expect(Buffer.from(b as Uint8Array).toString()).toBe('longer than eight ');
});
