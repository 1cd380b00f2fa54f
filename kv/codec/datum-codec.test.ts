import { compareBytes, ByteWriter } from './byte-writer.js';
import {
  decodeKeyDatum,
  encodeKeyDatum,
  encodeKeyPart,
  encodeMaxDatum,
  keyDatumLength,
} from './datum-codec.js';
import type { Datum } from '../../types/datum.js';
import { Flag, newFieldType, TypeCode } from '../../types/field-type.js';
import { timeZone } from '../../types/timezone.js';
import { UTC_OFFSETS } from './time-codec.js';
import { randomDatum, SAMPLE_TYPES } from './testing/random-datum.js';
import { Random, testSeed } from '../../testing/random.js';
import { writeBytesKey } from './bytes-codec.js';
import { readVarint, writeVarint } from './number-codec.js';

const w = new ByteWriter();
const hex = (b: Uint8Array): string => Buffer.from(b).toString('hex');

function compare(a: Exclude<Datum, null>, b: Exclude<Datum, null>): number {
  if (typeof a === 'object') return Math.sign(compareBytes(a, b as Uint8Array));
  return a < (b as number) ? -1 : a > (b as number) ? 1 : 0;
}

test('keys keep the order of values and decode to them', () => {
  const seed = testSeed();
  const r = new Random(seed);
  for (const ft of SAMPLE_TYPES) {
    const zone = ft.tp === TypeCode.Timestamp ? timeZone('+05:30')! : undefined;
    const sample: { v: Exclude<Datum, null>; key: Uint8Array }[] = [];
    for (let i = 0; i < 300; i++) {
      const v = randomDatum(r, ft);
      encodeKeyDatum(w.reset(), v, ft, zone);
      const key = w.toBytes();
      expect(keyDatumLength(key, 0)).toBe(key.length);
      try {
        expect(decodeKeyDatum(key, 0, ft, zone)).toEqual(v);
      } catch (e) {
        throw new Error(`seed ${seed}, type ${ft.tp}(${ft.flen},${ft.decimal}), value ${String(v)}`, {
          cause: e,
        });
      }
      sample.push({ v, key });
    }
    for (let i = 0; i < 3000; i++) {
      const a = r.pick(sample);
      const b = r.pick(sample);
      if (compare(a.v, b.v) !== Math.sign(compareBytes(a.key, b.key))) {
        throw new Error(
          `seed ${seed}: order of ${String(a.v)} and ${String(b.v)} in type ${ft.tp} is lost: ${hex(a.key)} ${hex(b.key)}`,
        );
      }
    }
    encodeKeyDatum(w.reset(), null, ft);
    const none = w.toBytes();
    encodeMaxDatum(w.reset());
    const max = w.toBytes();
    for (const s of sample) {
      expect(compareBytes(none, s.key)).toBeLessThan(0);
      expect(compareBytes(s.key, max)).toBeLessThan(0);
    }
  }
});

test('descending parts have the opposite order, and are read wherever ascending ones are', () => {
  const seed = testSeed();
  const r = new Random(seed);
  for (const ft of SAMPLE_TYPES) {
    const part = (v: Datum, descending: boolean): Uint8Array => {
      encodeKeyPart(w.reset(), v, ft, UTC_OFFSETS, descending);
      return w.toBytes();
    };
    const sample: Datum[] = [null];
    while (sample.length < 200) sample.push(randomDatum(r, ft));
    for (const v of sample) {
      const key = part(v, true);
      expect({ seed, v: decodeKeyDatum(key, 0, ft) }).toEqual({ seed, v });
      // Another part may follow, whichever its order is.
      for (const next of [part(r.pick(sample), true), part(r.pick(sample), false)])
        expect({ seed, length: keyDatumLength(Buffer.concat([key, next]), 0) }).toEqual({
          seed,
          length: key.length,
        });
      const other = r.pick(sample);
      const up = compareBytes(part(v, false), part(other, false));
      expect({ seed, down: Math.sign(compareBytes(key, part(other, true))) }).toEqual({
        seed,
        down: -Math.sign(up) + 0,
      });
    }
  }
});

describe('vectors', () => {
  // Bytes: the table in the comment of TiDB's util/codec/bytes.go.
  test.each([
    ['', '0000000000000000f7'],
    ['010203', '0102030000000000fa'],
    ['01020300', '0102030000000000fb'],
    ['0102030405060708', '0102030405060708ff0000000000000000f7'],
  ])('bytes %s', (src, out) => {
    writeBytesKey(w.reset(), Buffer.from(src, 'hex'));
    expect(hex(w.toBytes())).toBe(out);
  });

  const cases: [string, Datum, ReturnType<typeof newFieldType>, string][] = [
    ['int 1', 1, newFieldType(TypeCode.LongLong), '038000000000000001'],
    ['int -1', -1, newFieldType(TypeCode.LongLong), '037fffffffffffffff'],
    [
      'uint max',
      0xffff_ffff_ffff_ffffn,
      newFieldType(TypeCode.LongLong, { flag: Flag.Unsigned }),
      '04ffffffffffffffff',
    ],
    ['double 1.5', 1.5, newFieldType(TypeCode.Double), '05bff8000000000000'],
    ['double -1.5', -1.5, newFieldType(TypeCode.Double), '054007ffffffffffff'],
    // MySQL's strings/decimal.c: 1234567890.1234 as DECIMAL(14,4) is 81 0D FB 38 D2 04 D2.
    [
      'decimal',
      12345678901234,
      newFieldType(TypeCode.NewDecimal, { flen: 14, decimal: 4 }),
      '060e04810dfb38d204d2',
    ],
    [
      'decimal negative',
      -12345678901234,
      newFieldType(TypeCode.NewDecimal, { flen: 14, decimal: 4 }),
      '060e047ef204c72dfb2d',
    ],
    // 2021-03-04 05:06:07: ((2021*13+3)<<5|4)<<17 | 5<<12|6<<6|7, 24 bits of microseconds.
    [
      'datetime',
      (((2021 << 9) | (3 << 5) | 4) * 0x2_0000 + ((5 << 12) | (6 << 6) | 7)) * 1,
      newFieldType(TypeCode.DateTime),
      '04' +
        ((((BigInt(2021 * 13 + 3) << 5n) | 4n) << 41n) | (BigInt((5 << 12) | (6 << 6) | 7) << 24n))
          .toString(16)
          .padStart(16, '0'),
    ],
    ['time', 1_000_000, newFieldType(TypeCode.Time), '07800000003b9aca00'],
    ['varchar cuts spaces', Buffer.from('a  '), newFieldType(TypeCode.VarChar), '016100000000000000f8'],
  ];
  test.each(cases)('%s', (_name, v, ft, out) => {
    encodeKeyDatum(w.reset(), v, ft);
    expect(hex(w.toBytes())).toBe(out);
  });

  test('varint', () => {
    for (const v of [0n, 1n, -1n, 63n, 64n, -64n, -65n, 1n << 62n, -(1n << 63n)]) {
      writeVarint(w.reset(), v);
      expect(readVarint(w.toBytes(), 0)).toBe(v);
    }
    writeVarint(w.reset(), 300);
    expect(hex(w.toBytes())).toBe('d804');
  });
});
