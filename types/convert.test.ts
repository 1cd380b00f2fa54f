import { convertDatum } from './convert.js';
import { PlainConvertContext } from './convert-context.js';
import { toDecimalOf, toInt, toReal } from './convert-number.js';
import { toBytes } from './convert-string.js';
import { toDuration, toTime } from './convert-time.js';
import type { Datum } from './datum.js';
import { MysqlError } from './error.js';
import { ERRORS, formatError, mysqlError } from './error-table.js';
import type { FieldType } from './field-type.js';
import { Flag, newFieldType, TypeCode } from './field-type.js';
import { datumToString, datumToText } from './format.js';
import { compareJson } from './json/compare.js';
import { jsonFromText, jsonToText } from './json/binary.js';
import { DEFAULT_SQL_MODE } from './sql-mode.js';
import { timeZone } from './timezone.js';

const enc = new TextEncoder();
const STR = newFieldType(TypeCode.VarChar);
const BIN = newFieldType(TypeCode.VarChar, { charset: 'binary', collate: 'binary' });
const INT = newFieldType(TypeCode.Long);
const UINT = newFieldType(TypeCode.Long, { flag: Flag.Unsigned });
const TINY = newFieldType(TypeCode.Tiny);
const BIGINT = newFieldType(TypeCode.LongLong);
const UBIGINT = newFieldType(TypeCode.LongLong, { flag: Flag.Unsigned });
const DOUBLE = newFieldType(TypeCode.Double);
const FLOAT = newFieldType(TypeCode.Float);
const DEC = (flen: number, decimal: number): FieldType =>
  newFieldType(TypeCode.NewDecimal, { flen, decimal });
const DATE = newFieldType(TypeCode.Date);
const DATETIME = (decimal: number): FieldType => newFieldType(TypeCode.DateTime, { decimal });
const TIMESTAMP = newFieldType(TypeCode.Timestamp);
const TIME = (decimal: number): FieldType => newFieldType(TypeCode.Time, { decimal });
const YEAR = newFieldType(TypeCode.Year, { flen: 4 });
const BIT4 = newFieldType(TypeCode.Bit, { flen: 4 });
const ENUM = newFieldType(TypeCode.Enum, { elems: ['a', 'B', 'é'], collate: 'utf8mb4_general_ci' });
const SET = newFieldType(TypeCode.Set, { elems: ['x', 'y', 'z'] });
const VARCHAR3 = newFieldType(TypeCode.VarChar, { flen: 3 });
const CHAR3 = newFieldType(TypeCode.String, { flen: 3 });
const BINARY3 = newFieldType(TypeCode.String, {
  flen: 3,
  charset: 'binary',
  collate: 'binary',
  flag: Flag.Binary,
});

/** What a column shows after the assignment, and the codes of the warnings. */
function assign(
  value: Datum | string,
  from: FieldType,
  to: FieldType,
  ctx: PlainConvertContext,
): [string, number[]] {
  ctx.column = 'c';
  const v = convertDatum(typeof value === 'string' ? enc.encode(value) : value, from, to, ctx);
  return [datumToString(v, to), ctx.warnings.map((w) => w.code)];
}

const strict = (value: Datum | string, from: FieldType, to: FieldType): string | number => {
  try {
    return assign(value, from, to, new PlainConvertContext(DEFAULT_SQL_MODE, true))[0];
  } catch (e) {
    if (e instanceof MysqlError) return e.code;
    throw e;
  }
};
const loose = (value: Datum | string, from: FieldType, to: FieldType): [string, number[]] =>
  assign(value, from, to, new PlainConvertContext(0, false));

describe('assignment', () => {
  const CASES: [Datum | string, FieldType, FieldType, string | number, string, number[]][] = [
    // value, its type, column type, strict: text or error, not strict: text, warnings
    ['12', STR, INT, '12', '12', []],
    ['12abc', STR, INT, 1366, '12', [1366]],
    ['', STR, INT, 1366, '0', [1366]],
    ['1.5', STR, INT, '2', '2', []],
    ['2.5', STR, INT, '3', '3', []],
    [2.5, DOUBLE, INT, '2', '2', []],
    [25, DEC(2, 1), INT, '3', '3', []],
    [300, BIGINT, TINY, 1264, '127', [1264]],
    [-1, BIGINT, UINT, 1264, '0', [1264]],
    ['99999999999', STR, INT, 1264, '2147483647', [1264]],
    [18446744073709551615n, UBIGINT, BIGINT, 1264, '9223372036854775807', [1264]],
    [1e30, DOUBLE, UBIGINT, 1264, '18446744073709551615', [1264, 1264].slice(0, 1)],
    ['1.005', STR, DEC(5, 2), '1.01', '1.01', [1366]],
    ['abc', STR, DEC(5, 2), 1366, '0.00', [1366]],
    [1000, BIGINT, DEC(5, 2), 1264, '999.99', [1264]],
    [-0.5, DOUBLE, DEC(5, 0), '-1', '-1', []],
    ['1e50', STR, FLOAT, 1264, '3.4028235e38', [1264]],
    ['abc', STR, DOUBLE, 1366, '0', [1366]],
    [0.1, DOUBLE, FLOAT, '0.1', '0.1', []],
    ['2020-01-01x', STR, DATE, 1292, '2020-01-01', [1292]],
    ['2020-01-01 10:11:12', STR, DATE, '2020-01-01', '2020-01-01', []],
    ['2020-02-30', STR, DATE, 1292, '0000-00-00', [1292]],
    ['0000-00-00', STR, DATE, 1292, '0000-00-00', []],
    ['2020-00-01', STR, DATE, 1292, '2020-00-01', []],
    [20201301, BIGINT, DATE, 1292, '0000-00-00', [1292]],
    [20200101, BIGINT, DATETIME(0), '2020-01-01 00:00:00', '2020-01-01 00:00:00', []],
    ['2020-01-01 10:11:12.5', STR, DATETIME(0), '2020-01-01 10:11:13', '2020-01-01 10:11:13', []],
    [
      '2020-01-01 10:11:12.123456',
      STR,
      DATETIME(6),
      '2020-01-01 10:11:12.123456',
      '2020-01-01 10:11:12.123456',
      [],
    ],
    ['1960-01-01', STR, TIMESTAMP, 1292, '0000-00-00 00:00:00', [1292]],
    ['2038-01-19 03:14:07', STR, TIMESTAMP, '2038-01-19 03:14:07', '2038-01-19 03:14:07', []],
    ['2038-01-19 03:14:08', STR, TIMESTAMP, 1292, '0000-00-00 00:00:00', [1292]],
    ['900:00:00', STR, TIME(0), 1292, '838:59:59', [1292]],
    ['10:60:00', STR, TIME(0), 1292, '00:00:00', [1292]],
    [101112, BIGINT, TIME(0), '10:11:12', '10:11:12', []],
    ['10:11:12.55', STR, TIME(1), '10:11:12.6', '10:11:12.6', []],
    ['abc', STR, YEAR, 1366, '0000', [1366]],
    [3000, BIGINT, YEAR, 1264, '0000', [1264]],
    ['0', STR, YEAR, '2000', '2000', []],
    [0, BIGINT, YEAR, '0000', '0000', []],
    [70, BIGINT, YEAR, '1970', '1970', []],
    [16, BIGINT, BIT4, 1406, '\x0f', [1406]],
    ['A', STR, ENUM, 'a', 'a', []],
    ['É ', STR, ENUM, 'é', 'é', []],
    ['2', STR, ENUM, 'B', 'B', []],
    ['c', STR, ENUM, 1265, '', [1265]],
    [5, BIGINT, ENUM, 1265, '', [1265]],
    ['z,x', STR, SET, 'x,z', 'x,z', []],
    ['x,q', STR, SET, 1265, 'x', [1265]],
    [9, BIGINT, SET, 1265, 'x', [1265]],
    ['abcd', STR, VARCHAR3, 1406, 'abc', [1265]],
    ['abc  ', STR, VARCHAR3, 'abc', 'abc', [1265]],
    ['abc  ', STR, CHAR3, 'abc', 'abc', []],
    ['ab ', STR, CHAR3, 'ab', 'ab', []],
    ['é你😀x', STR, VARCHAR3, 1406, 'é你😀', [1265]],
    ['a', STR, BINARY3, 'a\0\0', 'a\0\0', []],
    [Uint8Array.of(0x61, 0xff), BIN, VARCHAR3, 1366, 'a', [1366]],
    [150, DEC(3, 2), VARCHAR3, 1406, '1.5', [1265]],
    [null, STR, INT, 'NULL', 'NULL', []],
  ];
  test.each(CASES)('%p of %p into %p', (value, from, to, wantStrict, wantLoose, codes) => {
    expect(strict(value, from, to)).toBe(wantStrict);
    expect(loose(value, from, to)).toEqual([wantLoose, codes]);
  });

  test('messages name the column and row', () => {
    const ctx = new PlainConvertContext(0, false);
    ctx.column = 'd';
    ctx.row = 3;
    convertDatum(enc.encode('x'), STR, DATE, ctx);
    convertDatum(enc.encode('x'), STR, INT, ctx);
    expect(ctx.warnings.map((w) => w.message)).toEqual([
      "Incorrect date value: 'x' for column 'd' at row 3",
      "Incorrect int value: 'x' for column 'd' at row 3",
    ]);
  });

  test('a TIMESTAMP in a gap of the time zone', () => {
    const ctx = new PlainConvertContext(DEFAULT_SQL_MODE, false, timeZone('Europe/Paris')!);
    const v = convertDatum(enc.encode('2025-03-30 02:00:00'), STR, TIMESTAMP, ctx);
    expect(datumToString(v, TIMESTAMP)).toBe('2025-03-30 03:00:00');
    expect(ctx.warnings[0]).toEqual({
      level: 'Warning',
      code: 1292,
      message: "Incorrect timestamp value: '2025-03-30 02:00:00' for column '' at row 1",
    });
  });
});

describe('casts', () => {
  const ctx = (): PlainConvertContext => new PlainConvertContext();
  test.each<[Datum | string, FieldType, boolean, Datum, number[]]>([
    ['12.9', STR, false, 12, [1292]],
    ['-1', STR, true, 18446744073709551615n, [8031]],
    [-1, BIGINT, true, 18446744073709551615n, []],
    [18446744073709551615n, UBIGINT, false, -1, []],
    [1.5, DOUBLE, false, 2, []],
    ['abc', STR, false, 0, [1292]],
    ['', STR, false, 0, [1292]],
    [15, DEC(2, 1), false, 2, []],
  ])('%p to an integer', (v, from, unsigned, want, codes) => {
    const c = ctx();
    expect(toInt(typeof v === 'string' ? enc.encode(v) : v, from, unsigned, c)).toBe(want);
    expect(c.warnings.map((w) => w.code)).toEqual(codes);
  });

  test('others', () => {
    const c = ctx();
    expect(toReal(enc.encode('2a'), STR, c)).toBe(2);
    expect(toDecimalOf(enc.encode('1.2345'), STR, 5, 2, c)).toBe(123);
    expect(toDecimalOf(123456, BIGINT, 4, 2, c)).toBe(9999);
    expect(Buffer.from(toBytes(150, DEC(5, 2), 'utf8mb4')!).toString()).toBe('1.50');
    expect(toTime(enc.encode('2020-02-30'), STR, TypeCode.Date, 0, c)).toBeNull();
    expect(toDuration(enc.encode('1:2:3'), STR, 0, c)).toBe(3723e6);
    expect(c.warnings.map((w) => w.message)).toEqual([
      "Truncated incorrect DOUBLE value: '2a'",
      "DECIMAL value is out of range in '(4, 2)'",
      "Incorrect date value: '2020-02-30'",
    ]);
    const now = new PlainConvertContext(0, false, timeZone('+08:00')!, () => 1700000000e6);
    expect(datumToString(toTime(3600e6, TIME(0), TypeCode.DateTime, 0, now), DATETIME(0))).toBe(
      '2023-11-15 01:00:00',
    );
  });
});

describe('text of values', () => {
  const text = (v: Datum, ft: FieldType): string => Buffer.from(datumToText(v, ft)!).toString('latin1');
  test.each<[Datum, FieldType, string]>([
    [5, newFieldType(TypeCode.Long, { flag: Flag.Unsigned | Flag.Zerofill, flen: 4 }), '0005'],
    [150, DEC(5, 2), '1.50'],
    [-5, DEC(5, 2), '-0.05'],
    [
      15,
      newFieldType(TypeCode.NewDecimal, { flag: Flag.Unsigned | Flag.Zerofill, flen: 5, decimal: 1 }),
      '0001.5',
    ],
    [1.5, newFieldType(TypeCode.Double, { flen: 7, decimal: 3 }), '1.500'],
    [1e20, DOUBLE, '1e20'],
    [Math.fround(0.1), FLOAT, '0.1'],
    [5, BIT4, '\x05'],
    [258, newFieldType(TypeCode.Bit, { flen: 16 }), '\x01\x02'],
    [3, SET, 'x,y'],
    [0, ENUM, ''],
    [1999, YEAR, '1999'],
    [-3723500000, TIME(1), '-01:02:03.5'],
  ])('%p', (v, ft, want) => expect(text(v, ft)).toBe(want));
});

describe('errors', () => {
  test('formats take their arguments', () => {
    expect(mysqlError('ER_DUP_ENTRY', 'x', 'k').message).toBe("Duplicate entry 'x' for key 'k'");
    expect(formatError('100%% of %-.3s, %lu', ['abcdef', 5])).toBe('100% of abc, 5');
  });

  test('the table is sound', () => {
    for (const [symbol, e] of Object.entries(ERRORS)) {
      if (!/^[0-9A-Z]{5}$/.test(e.sqlState) || e.code < 1000 || e.code > 9999) throw new Error(symbol);
    }
    expect(Object.keys(ERRORS).length).toBeGreaterThan(700);
  });
});

describe('JSON', () => {
  test.each([
    ['{"b":1,"a":[1,2.0,"x",null,true,{}]}', '{"a": [1, 2.0, "x", null, true, {}], "b": 1}'],
    ['18446744073709551615', '18446744073709551615'],
    ['-9223372036854775808', '-9223372036854775808'],
    ['1e2', '100.0'],
    ['"a\\u00e9\\n\\""', '"aé\\n\\""'],
    ['{"a":1,"a":2}', '{"a": 2}'],
  ])('%s', (text, want) => expect(jsonToText(jsonFromText(text))).toBe(want));

  test.each(['', '{', '[1,]', '1 2', '{"a"}', '"a', 'nul', '01', '"\\q"'])('%s is not JSON', (text) => {
    expect(() => jsonFromText(text)).toThrow(MysqlError);
  });

  test('order', () => {
    const order = ['null', '1', '1.5', '2', '"a"', '"b"', '{}', '[1]', '[1, 2]', '[2]', 'false', 'true'].map(
      jsonFromText,
    );
    for (let i = 0; i < order.length; i++) {
      for (let j = 0; j < order.length; j++)
        expect(Math.sign(compareJson(order[i]!, order[j]!))).toBe(Math.sign(i - j));
    }
    expect(compareJson(jsonFromText('1'), jsonFromText('1.0'))).toBe(0);
  });
});
