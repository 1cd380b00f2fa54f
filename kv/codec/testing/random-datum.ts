import type { Random } from '../../../testing/random.js';
import type { Datum } from '../../../types/datum.js';
import { intDatum } from '../../../types/datum.js';
import { Flag, newFieldType, TypeCode, type FieldType } from '../../../types/field-type.js';

export const SAMPLE_TYPES: readonly FieldType[] = [
  newFieldType(TypeCode.Tiny),
  newFieldType(TypeCode.Tiny, { flag: Flag.Unsigned }),
  newFieldType(TypeCode.Short),
  newFieldType(TypeCode.Int24),
  newFieldType(TypeCode.Long),
  newFieldType(TypeCode.Long, { flag: Flag.Unsigned }),
  newFieldType(TypeCode.LongLong),
  newFieldType(TypeCode.LongLong, { flag: Flag.Unsigned }),
  newFieldType(TypeCode.Year),
  newFieldType(TypeCode.Enum, { elems: ['a', 'b'] }),
  newFieldType(TypeCode.Set, { elems: ['a', 'b'] }),
  newFieldType(TypeCode.Bit, { flen: 64 }),
  newFieldType(TypeCode.Double),
  newFieldType(TypeCode.Float),
  ...[
    [1, 0],
    [5, 5],
    [9, 0],
    [10, 2],
    [15, 2],
    [15, 15],
    [18, 9],
    [20, 10],
    [30, 3],
    [65, 30],
    [65, 0],
    [40, 29],
  ].map(([flen, decimal]) => newFieldType(TypeCode.NewDecimal, { flen: flen!, decimal: decimal! })),
  newFieldType(TypeCode.Date),
  ...[0, 1, 3, 4, 5, 6].map((decimal) => newFieldType(TypeCode.DateTime, { decimal })),
  ...[0, 6].map((decimal) => newFieldType(TypeCode.Timestamp, { decimal })),
  newFieldType(TypeCode.Time, { decimal: 6 }),
  newFieldType(TypeCode.VarChar, { flen: 100 }),
  newFieldType(TypeCode.String, { flen: 100 }),
  newFieldType(TypeCode.Blob, { charset: 'binary', collate: 'binary' }),
  newFieldType(TypeCode.VarChar, { charset: 'utf8mb4', collate: 'utf8mb4_0900_bin' }),
];

const INT_BITS: ReadonlyMap<number, number> = new Map<number, number>([
  [TypeCode.Tiny, 8],
  [TypeCode.Short, 16],
  [TypeCode.Int24, 24],
  [TypeCode.Long, 32],
  [TypeCode.LongLong, 64],
]);

/** A value of the type, edges preferred; never null. Strings have no trailing spaces. */
export function randomDatum(r: Random, ft: FieldType): Exclude<Datum, null> {
  const bits = INT_BITS.get(ft.tp);
  if (bits !== undefined) {
    const small = r.below(3) === 0 ? BigInt(r.below(5)) : r.bits64() >> BigInt(r.below(64));
    if ((ft.flag & Flag.Unsigned) !== 0)
      return intDatum(BigInt.asUintN(bits, r.below(9) === 0 ? -1n : small));
    return intDatum(
      BigInt.asIntN(bits, r.below(9) === 0 ? 1n << BigInt(bits - 1) : r.below(2) === 0 ? -small : small),
    );
  }
  switch (ft.tp) {
    case TypeCode.Year:
      return r.below(8) === 0 ? 0 : 1901 + r.below(255);
    case TypeCode.Enum:
      return r.below(300);
    case TypeCode.Set:
    case TypeCode.Bit:
      return intDatum(r.bits64() >> BigInt(r.below(64)));
    case TypeCode.Double: {
      const v = r.pick([
        0,
        1,
        -1,
        1e300,
        -1e300,
        Number.MIN_VALUE,
        r.next(),
        -r.next() * 1e10,
        r.next() * 1e-10,
      ]);
      return v;
    }
    case TypeCode.Float:
      return Math.fround((r.next() - 0.5) * 1e6);
    case TypeCode.NewDecimal: {
      let digits = '';
      const n = r.below(ft.flen + 1);
      for (let i = 0; i < n; i++)
        digits += r.below(7) === 0 ? '9' : r.below(3) === 0 ? '0' : String(r.below(10));
      const v = BigInt(digits || '0');
      return intDatum(r.below(2) === 0 ? -v : v);
    }
    case TypeCode.Date:
      return r.below(20) === 0 ? 0 : randomDate(r);
    case TypeCode.DateTime:
    case TypeCode.Timestamp: {
      if (r.below(20) === 0) return ft.decimal > 4 ? 0n : 0;
      const base = randomDate(r) * 0x2_0000 + ((r.below(24) << 12) | (r.below(60) << 6) | r.below(60));
      const unit = 10 ** ft.decimal;
      const fraction = r.below(unit);
      return ft.decimal > 4 ? BigInt(base) * BigInt(unit) + BigInt(fraction) : base * unit + fraction;
    }
    case TypeCode.Time:
      return (r.below(2) === 0 ? -1 : 1) * r.below(839 * 3600 * 1e6) || 0;
    default: {
      const b = new Uint8Array(r.below(r.below(5) === 0 ? 200 : 20));
      for (let i = 0; i < b.length; i++)
        b[i] = r.below(4) === 0 ? r.pick([0, 0xff, 0x21, 1]) : 0x41 + r.below(50);
      return b;
    }
  }
}

function randomDate(r: Random): number {
  return ((1970 + r.below(68)) << 9) | ((1 + r.below(12)) << 5) | (1 + r.below(28));
}
