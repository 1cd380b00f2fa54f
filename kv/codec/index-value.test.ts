import type { Datum } from '../../types/datum.js';
import { newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { IndexBatchDecoder } from './index-batch-decoder.js';
import {
  decodeIndexValueHandle,
  encodeIndexValue,
  isUntouchedIndexValue,
  type IndexColumn,
  type IndexEntry,
} from './index-value.js';
import { DatumFlag } from './datum-codec.js';
import { encodeCommonHandle, indexKey, indexKeyIsDistinct, recordKeyOfEntry } from './table-key.js';
import { randomDatum, SAMPLE_TYPES } from './testing/random-datum.js';
import { Random, testSeed } from '../../testing/random.js';

const hex = (b: Uint8Array): string => Buffer.from(b).toString('hex');
const plain = (v: Datum): string | null => (v === null ? null : typeof v === 'object' ? hex(v) : String(v));
const int = newFieldType(TypeCode.LongLong);
const varchar = newFieldType(TypeCode.VarChar);
const general = newFieldType(TypeCode.VarChar, { collate: 'utf8mb4_general_ci' });
const bytes = (s: string): Uint8Array => Buffer.from(s);

test('the key of an entry of a global index names the partition before the handle, as TiDB 8.5.6 does', () => {
  const key = indexKey(1, 2, [5], [int], false, 9, undefined, { id: 7, flag: DatumFlag.Partition });
  expect(hex(key)).toBe(
    '7480000000000000015f698000000000000002' +
      ('03' + '8000000000000005') +
      ('7e' + '8000000000000007') +
      ('03' + '8000000000000009'),
  );
  const ofRow = indexKey(1, 2, [5], [int], true, 9, undefined, { id: 7, flag: DatumFlag.Partition });
  expect(hex(ofRow)).toBe('7480000000000000015f698000000000000002' + '03' + '8000000000000005');
  expect(hex(recordKeyOfEntry(7, key, null, 2))).toBe('7480000000000000075f72' + '8000000000000009');
});

describe('layouts', () => {
  const columns: IndexColumn[] = [{ id: 2, ft: int }];
  const base: IndexEntry = { columns, values: [5], handle: 1, distinct: false };
  test.each<[string, IndexEntry, string]>([
    ['not unique', base, '30'],
    ['unique', { ...base, distinct: true }, '0000000000000001'],
    ['unique, negative handle', { ...base, distinct: true, handle: -2 }, 'fffffffffffffffe'],
    ['untouched', { ...base, untouched: true }, '31'],
    ['unique untouched', { ...base, distinct: true, untouched: true }, '000000000000000131'],
    ['partition id', { ...base, partitionId: 3 }, '00' + '7e8000000000000003'],
    [
      'restored, version 0',
      { ...base, columns: [{ id: 2, ft: varchar }], values: [bytes('ab')], distinct: true },
      '08' + '800001000000' + '02' + '0200' + '6162' + '0000000000000001',
    ],
    [
      'clustered, version 1',
      { ...base, handle: Uint8Array.from([3, 128, 0, 0, 0, 0, 0, 0, 9]), distinct: true },
      '00' + '7d01' + '7f0009' + '038000000000000009',
    ],
    [
      'clustered, _bin restored as a count of spaces',
      { ...base, columns: [{ id: 2, ft: varchar }], values: [bytes('ab  ')], handle: new Uint8Array(9) },
      '00' + '7d01' + '800001000000' + '02' + '0100' + '02',
    ],
  ])('%s', (_name, entry, out) => {
    const v = encodeIndexValue(entry);
    // Version 0 pads to ten bytes; what must be there is compared.
    expect(hex(v).slice(2).startsWith(out.slice(2))).toBe(true);
    expect(isUntouchedIndexValue(v)).toBe(entry.untouched === true);
    expect(isUntouchedIndexValue(encodeIndexValue({ ...entry, untouched: true }))).toBe(true);
    const handle = decodeIndexValueHandle(v);
    if (!entry.distinct) expect(handle).toBeNull();
    else expect(plain(handle)).toBe(plain(entry.handle));
  });

  test('NULL makes an entry of a unique index not distinct', () => {
    expect(indexKeyIsDistinct(true, [1, null], 2)).toBe(false);
    expect(indexKeyIsDistinct(true, [1, 2], 2)).toBe(true);
    const a = indexKey(1, 1, [null], [int], true, 7);
    const b = indexKey(1, 1, [null], [int], true, 8);
    expect(hex(a)).not.toBe(hex(b));
    expect(hex(indexKey(1, 1, [3], [int], true, 7))).toBe(hex(indexKey(1, 1, [3], [int], true, 8)));
  });
});

test('random entries give back columns and handles', () => {
  const seed = testSeed();
  const r = new Random(seed);
  const types = [...SAMPLE_TYPES, varchar, general];
  for (let round = 0; round < 300; round++) {
    const n = 1 + r.below(3);
    const columns = Array.from({ length: n }, (_, i) => ({
      id: i + 1 + r.below(2) * 300 + i,
      ft: r.pick(types),
    }));
    const clustered = r.below(2) === 0;
    const handleColumns = clustered
      ? [
          { id: 50, ft: r.pick(types) },
          { id: 51, ft: int },
        ]
      : undefined;
    const unique = r.below(2) === 0;
    const decoder = new IndexBatchDecoder({ columns, handleColumns }, [
      ...columns.map((c, position) => ({ from: 'index' as const, position, ft: c.ft })),
      ...(handleColumns?.map((c, position) => ({ from: 'commonHandle' as const, position, ft: c.ft })) ?? [
        { from: 'handle' as const, ft: int },
      ]),
    ]);
    const expected: (string | null)[][] = [];
    for (let row = 0; row < 10; row++) {
      // Trailing spaces are what a _bin key loses. CHAR has none.
      const pad = (v: Datum, ft: FieldType): Datum =>
        v !== null && typeof v === 'object' && ft.tp === TypeCode.VarChar && r.below(3) === 0
          ? bytes('padded   ')
          : v;
      const values = columns.map((c) => (r.below(6) === 0 ? null : pad(randomDatum(r, c.ft), c.ft)));
      const handleValues = handleColumns?.map((c) => pad(randomDatum(r, c.ft), c.ft));
      const handle =
        handleValues !== undefined
          ? encodeCommonHandle(
              handleValues,
              handleColumns!.map((c) => c.ft),
            )
          : r.below(2) === 0
            ? -row
            : row * 2 ** 40;
      const distinct = indexKeyIsDistinct(unique, values, n);
      const key = indexKey(
        9,
        2,
        values,
        columns.map((c) => c.ft),
        unique,
        handle,
      );
      const value = encodeIndexValue({
        columns,
        values,
        handle,
        distinct,
        handleColumns,
        handleValues,
        partitionId: r.below(4) === 0 ? 77 : undefined,
      });
      decoder.append(key, key.length, value, 0, value.length);
      expected.push([...values, ...(handleValues ?? [handle])].map(plain));
    }
    const chunk = decoder.take();
    for (let row = 0; row < 10; row++) {
      const got = chunk.columns.map((c) => plain(c.get(row)));
      expect({ seed, unique, types: columns.map((c) => `${c.ft.tp} ${c.ft.collate}`), got }).toEqual({
        seed,
        unique,
        types: columns.map((c) => `${c.ft.tp} ${c.ft.collate}`),
        got: expected[row],
      });
    }
  }
});
