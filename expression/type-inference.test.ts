import { Flag, newFieldType, TypeCode, type FieldType } from '../types/field-type.js';
import { aggregateTypes, decimalType } from './type-inference.js';

const of = (tp: TypeCode, flen = 11, flag = 0): FieldType =>
  newFieldType(tp, { flen, flag, decimal: tp === TypeCode.NewDecimal ? 2 : 0 });

describe('the common type of UNION columns, CASE, IF, COALESCE', () => {
  test.each([
    [TypeCode.Tiny, TypeCode.Short, TypeCode.Short],
    [TypeCode.Long, TypeCode.NewDecimal, TypeCode.NewDecimal],
    [TypeCode.Long, TypeCode.Float, TypeCode.Double],
    [TypeCode.Short, TypeCode.Float, TypeCode.Float],
    [TypeCode.Int24, TypeCode.Float, TypeCode.Float],
    [TypeCode.Year, TypeCode.Float, TypeCode.Float],
    [TypeCode.NewDecimal, TypeCode.Float, TypeCode.Double],
    [TypeCode.Double, TypeCode.Float, TypeCode.Double],
    [TypeCode.Date, TypeCode.DateTime, TypeCode.DateTime],
    [TypeCode.Date, TypeCode.Date, TypeCode.Date],
    [TypeCode.Date, TypeCode.Long, TypeCode.VarChar],
    [TypeCode.Null, TypeCode.Long, TypeCode.Long],
    [TypeCode.VarChar, TypeCode.Blob, TypeCode.Blob],
    [TypeCode.Json, TypeCode.Json, TypeCode.Json],
    [TypeCode.Json, TypeCode.Long, TypeCode.VarChar],
    [TypeCode.Bit, TypeCode.Tiny, TypeCode.LongLong],
  ])('%i with %i is %i', (a, b, want) => {
    expect(aggregateTypes([of(a), of(b)]).tp).toBe(want);
    expect(aggregateTypes([of(b), of(a)]).tp).toBe(want);
  });

  test('signs and widths', () => {
    const signed = of(TypeCode.LongLong, 20);
    const unsigned = of(TypeCode.LongLong, 20, Flag.Unsigned);
    const bits = (n: number): FieldType => of(TypeCode.Bit, n, Flag.Unsigned);
    const wide = { tp: TypeCode.NewDecimal, flen: 20, decimal: 0 };
    expect(aggregateTypes([signed, unsigned])).toMatchObject(wide);
    expect(aggregateTypes([of(TypeCode.Tiny, 4), bits(64)])).toMatchObject(wide);
    expect(aggregateTypes([bits(64), of(TypeCode.Tiny, 4)])).toMatchObject(wide);
    expect(aggregateTypes([of(TypeCode.Tiny, 4), bits(63)]).flag & Flag.Unsigned).toBe(0);
    expect(aggregateTypes([unsigned, bits(64)]).flag & Flag.Unsigned).toBe(Flag.Unsigned);
    expect(aggregateTypes([decimalType(5, 2), decimalType(10, 4)])).toMatchObject({ flen: 10, decimal: 4 });
    expect(aggregateTypes([decimalType(5, 2), of(TypeCode.Long)])).toMatchObject({ decimal: 2 });
  });
});
