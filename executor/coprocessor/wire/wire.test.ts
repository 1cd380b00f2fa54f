import { SelectResponse } from '../../../kv/tikv/generated/tipb.js';
import { message } from '../../../kv/tikv/testing/raw-proto.js';
import '../../../expression/index.js';
import { compileProjection } from '../../../expression/compile.js';
import { newFunction } from '../../../expression/build.js';
import type { Expression } from '../../../expression/expression.js';
import { testContext } from '../../../expression/test-context.js';
import { chunkOf, chunkRows } from '../../../chunk/chunk-builder.js';
import * as tipb from '../../../kv/tikv/generated/tipb.js';
import type { Datum } from '../../../types/datum.js';
import { Flag, newFieldType, TypeCode, type FieldType } from '../../../types/field-type.js';
import { jsonFromText } from '../../../types/json/binary.js';
import { timeZone, UTC } from '../../../types/timezone.js';
import { Random, testSeed } from '../../../testing/random.js';
import { decodeChunk, encodeChunk } from './chunk-codec.js';
import { decodeDatumRows } from './datum-rows.js';
import { decodeExpression, encodeExpression, NotEncodable } from './expression-codec.js';

const INT = newFieldType(TypeCode.Long);
const BIGINT = newFieldType(TypeCode.LongLong, { flen: 20 });
const UNSIGNED = newFieldType(TypeCode.LongLong, { flen: 20, flag: Flag.Unsigned });
const DOUBLE = newFieldType(TypeCode.Double);
const FLOAT = newFieldType(TypeCode.Float);
const MONEY = newFieldType(TypeCode.NewDecimal, { flen: 12, decimal: 2 });
const WIDE = newFieldType(TypeCode.NewDecimal, { flen: 65, decimal: 30 });
const FRACTION = newFieldType(TypeCode.NewDecimal, { flen: 20, decimal: 20 });
const DATE = newFieldType(TypeCode.Date, { flen: 10 });
const DATETIME = newFieldType(TypeCode.DateTime, { flen: 19, decimal: 0 });
const MICROS = newFieldType(TypeCode.DateTime, { flen: 26, decimal: 6 });
const TIME = newFieldType(TypeCode.Time, { flen: 13, decimal: 3 });
const TEXT = newFieldType(TypeCode.VarChar, { flen: 20 });
const TEXT_CI = newFieldType(TypeCode.VarChar, { flen: 20, collate: 'utf8mb4_general_ci' });
const ENUM = newFieldType(TypeCode.Enum, { elems: ['a', 'b', 'c'] });
const BIT = newFieldType(TypeCode.Bit, { flen: 20 });
const TYPES = [
  ...[INT, BIGINT, UNSIGNED, DOUBLE, FLOAT, MONEY, WIDE, FRACTION, DATE, DATETIME, MICROS, TIME],
  ...[TEXT, TEXT_CI, ENUM, BIT],
];

function value(r: Random, ft: FieldType): Datum {
  if (r.below(5) === 0) return null;
  const sign = r.below(2) === 0 ? 1n : -1n;
  switch (ft) {
    case INT:
      return r.below(2000) - 1000;
    case BIGINT:
      return r.below(2) === 0 ? r.below(1000) - 500 : 9223372036854775807n * sign;
    case UNSIGNED:
      return r.below(2) === 0 ? r.below(1000) : 18446744073709551615n;
    case DOUBLE:
      return (r.below(100_000) - 50_000) / 64;
    case FLOAT:
      return Math.fround(r.below(1000) / 7);
    case MONEY:
      return r.below(2_000_000) - 1_000_000;
    case WIDE:
      return BigInt(`1${'0123456789'.repeat(6)}`) * sign + BigInt(r.below(1000));
    case FRACTION:
      return (BigInt(r.below(1_000_000)) * 10n ** 13n + 2n ** 54n) * sign;
    case DATE:
      return ((1990 + r.below(60)) << 9) | ((1 + r.below(12)) << 5) | (1 + r.below(28));
    case DATETIME:
      return r.below(10) === 0
        ? 0
        : ((2000 << 9) | (5 << 5) | (1 + r.below(28))) * 2 ** 17 + ((7 << 12) | (8 << 6) | r.below(60));
    case MICROS:
      return (
        BigInt(((2001 << 9) | (6 << 5) | 7) * 2 ** 17 + ((23 << 12) | (59 << 6) | 58)) * 1_000_000n +
        BigInt(r.below(1_000_000))
      );
    case TIME:
      return (r.below(2_000_000) - 1_000_000) * 1000;
    case ENUM:
      return 1 + r.below(3);
    case BIT:
      return r.below(1 << 20);
    default:
      return Buffer.from(r.pick(['', 'a', 'A', 'b', 'äö', '数据', 'longer than the others', 'a%_']));
  }
}

const plain = (rows: readonly (readonly Datum[])[]): unknown =>
  rows.map((row) => row.map((v) => (v instanceof Uint8Array ? Buffer.from(v).toString('hex') : v)));

test('chunks come back as they were', () => {
  const seed = testSeed();
  const r = new Random(seed);
  for (let round = 0; round < 40; round++) {
    const rows = Array.from({ length: r.below(70) }, () => TYPES.map((t) => value(r, t)));
    const chunk = chunkOf(rows, TYPES);
    const bytes = encodeChunk(
      chunk,
      TYPES,
      TYPES.map((_, i) => i),
    );
    expect({ seed, rows: plain(chunkRows(decodeChunk(bytes, TYPES))) }).toEqual({ seed, rows: plain(rows) });
  }
});

test('rows of datums, as the public layout has them', () => {
  const json = newFieldType(TypeCode.Json);
  const stamp = newFieldType(TypeCode.Timestamp, { flen: 19, decimal: 0 });
  const types = [INT, UNSIGNED, DOUBLE, MONEY, TIME, TEXT, json, DATETIME, stamp];
  // 2024-05-06 07:08:09 as TiDB packs it: ((year * 13 + month) << 5 | day) << 17 | hour << 12 | minute << 6 | second, << 24.
  const packed = (BigInt((((2024 * 13 + 5) << 5) | 6) * 2 ** 17) + BigInt((7 << 12) | (8 << 6) | 9)) << 24n;
  const uvarint = (v: bigint): string => {
    let out = '';
    for (; v >= 128n; v >>= 7n)
      out += Number((v & 127n) | 128n)
        .toString(16)
        .padStart(2, '0');
    return out + Number(v).toString(16).padStart(2, '0');
  };
  const document = Buffer.from(jsonFromText('{"a": [1, "x", null], "b": 2.5}')).toString('hex');
  const row = [
    '0803', // varint -2
    '09ac02', // uvarint 300
    '05c004000000000000', // 2.5, memory-comparable
    '0604028c22', // decimal 12.34: precision 4, scale 2, a byte for each two digits
    `07${(0x8000000000000000n + 3_600_000_000_000n).toString(16)}`, // one hour in nanoseconds
    '02046162', // compact bytes: zigzag length 2
    `0a${document}`,
    `09${uvarint(packed)}`,
    `09${uvarint(packed)}`,
  ];
  const [cells, nulls] = [row.join(''), '00'.repeat(types.length)];
  const chunk = decodeDatumRows(Buffer.from(cells + nulls + cells, 'hex'), types, timeZone('+02:00')!);
  expect(chunk.rows).toBe(3);
  const [first, second, third] = plain(chunkRows(chunk)) as unknown[][];
  const clock = (hour: number): number =>
    ((2024 << 9) | (5 << 5) | 6) * 2 ** 17 + ((hour << 12) | (8 << 6) | 9);
  expect(first!.slice(0, 4)).toEqual([-2, 300, 2.5, 1234]);
  expect(first!.slice(4)).toEqual([3_600_000_000, '6162', document, clock(7), clock(9)]);
  expect(second).toEqual(types.map(() => null));
  expect(third).toEqual(first);
  expect(() => decodeDatumRows(Buffer.from(cells.slice(0, -2), 'hex'), types, UTC)).toThrow();
});

test('cells have the bytes that the public layout says', () => {
  const hex = (v: Datum, ft: FieldType): string =>
    Buffer.from(encodeChunk(chunkOf([[v]], [ft]), [ft], [0])).toString('hex');
  expect(hex(-2, INT)).toBe('01000000' + '00000000' + 'feffffffffffffff');
  expect(hex(Buffer.from('ab'), TEXT)).toBe(
    '01000000' + '00000000' + '0000000000000000' + '0200000000000000' + '6162',
  );
  expect(hex(null, INT)).toBe('01000000' + '01000000' + '00' + '0000000000000000');
  // 12345.67: five digits before the point in one word, two behind it at the head of another.
  expect(hex(-1234567, MONEY)).toBe(
    '01000000' + '00000000' + '05020201' + '39300000' + '8063ef27' + '00'.repeat(28),
  );
});

/** Random expressions over columns 0 … of TYPES. */
function expression(r: Random, depth: number, want: 'bool' | FieldType): Expression {
  const ctx = testContext();
  const call = (name: string, args: Expression[]): Expression => newFunction(name, args, ctx);
  if (want !== 'bool') {
    const i = TYPES.indexOf(want);
    if (depth > 0 && r.below(3) === 0 && (want === INT || want === MONEY || want === DOUBLE))
      return call(r.pick(['plus', 'minus', 'mul']), [
        expression(r, depth - 1, want),
        expression(r, 0, want === INT ? INT : r.pick([INT, want])),
      ]);
    return r.below(3) === 0
      ? { kind: 'constant', type: want, value: value(r, want) }
      : { kind: 'column', id: i, index: i, type: want, name: `c${i}` };
  }
  const t = r.pick([INT, BIGINT, DOUBLE, MONEY, WIDE, DATE, DATETIME, MICROS, TIME, TEXT, TEXT_CI]);
  const numbers = [INT, BIGINT, UNSIGNED, DOUBLE, MONEY, WIDE];
  const other = (): FieldType => (numbers.includes(t) && r.below(3) === 0 ? r.pick(numbers) : t);
  if (depth === 0 || r.below(3) > 0) {
    switch (r.below(5)) {
      case 0:
        return call('isnull', [expression(r, depth, t)]);
      case 1:
        return call('in', [
          expression(r, depth, t),
          expression(r, 0, other()),
          expression(r, 0, other()),
          expression(r, 0, other()),
        ]);
      case 2:
        return call('like', [
          expression(r, depth, TEXT_CI),
          { kind: 'constant', type: TEXT_CI, value: Buffer.from(r.pick(['a%', '%', '_', '%ö', 'A'])) },
          { kind: 'constant', type: BIGINT, value: 92 },
        ]);
      default:
        return call(r.pick(['eq', 'ne', 'lt', 'le', 'gt', 'ge', 'nulleq']), [
          expression(r, depth, t),
          expression(r, 0, other()),
        ]);
    }
  }
  const next = (): Expression => expression(r, depth - 1, 'bool');
  return r.below(4) === 0 ? call('not', [next()]) : call(r.pick(['and', 'or', 'xor']), [next(), next()]);
}

/** The expression's values over the rows, or the code of its error. */
function results(e: Expression, rows: readonly (readonly Datum[])[]): unknown {
  try {
    const [v] = compileProjection([e]).run(chunkOf(rows, TYPES), testContext()) as unknown as [
      { get(i: number): Datum },
    ];
    return rows.map((_, i) => v.get(i));
  } catch (error) {
    return (error as { code?: number }).code;
  }
}

test('expressions mean the same on the other side', () => {
  const seed = testSeed();
  const r = new Random(seed);
  const ctx = testContext();
  let sent = 0;
  for (let round = 0; round < 500; round++) {
    const e = expression(r, 3, 'bool');
    let wire: tipb.Expr;
    try {
      const init = encodeExpression(e, { eval: ctx, zone: UTC, column: (c) => c.index });
      wire = tipb.Expr.decode(tipb.Expr.encode(init));
    } catch (error) {
      if (!(error instanceof NotEncodable)) throw error;
      continue;
    }
    sent++;
    const back = decodeExpression(wire, TYPES, UTC);
    const rows = Array.from({ length: 20 }, () => TYPES.map((t) => value(r, t)));
    expect({ seed, round, result: results(back, rows) }).toEqual({ seed, round, result: results(e, rows) });
  }
  expect(sent).toBeGreaterThan(400);
});

test('functions of numbers and texts keep their meaning', () => {
  const seed = testSeed();
  const r = new Random(seed);
  const ctx = testContext();
  const column = (t: FieldType): Expression => {
    const i = TYPES.indexOf(t);
    return { kind: 'column', id: i, index: i, type: t, name: `c${i}` };
  };
  const calls: readonly (readonly [string, ...FieldType[]])[] = [
    ...[
      'sin',
      'cos',
      'cot',
      'acos',
      'asin',
      'atan',
      'exp',
      'degrees',
      'radians',
      'ln',
      'log',
      'log2',
      'log10',
    ].map((name) => [name, DOUBLE] as const),
    ...['log', 'pow', 'atan2'].map((name) => [name, DOUBLE, DOUBLE] as const),
    ['space', BIGINT],
    ['concat_ws', TEXT, TEXT, TEXT],
    ['field', BIGINT, BIGINT, BIGINT],
    ['field', TEXT_CI, TEXT_CI, TEXT_CI],
    ['date', DATETIME],
    ['makedate', BIGINT, BIGINT],
    ['from_days', BIGINT],
  ];
  for (const [name, ...args] of calls) {
    const e = newFunction(name, args.map(column), ctx);
    const init = encodeExpression(e, { eval: ctx, zone: UTC, column: (c) => c.index });
    const back = decodeExpression(tipb.Expr.decode(tipb.Expr.encode(init)), TYPES, UTC);
    const rows = Array.from({ length: 20 }, () => TYPES.map((t) => value(r, t)));
    expect({ seed, name, result: results(back, rows) }).toEqual({ seed, name, result: results(e, rows) });
  }
});

test('a store is not asked about a collation that TiDB has not', () => {
  const over = (collate: string): Expression => {
    const type = newFieldType(TypeCode.VarChar, { flen: 20, collate });
    return { kind: 'column', id: 1, type, index: 0, name: 's' };
  };
  const encode = (collate: string): tipb.ExprInit =>
    encodeExpression(over(collate), { eval: testContext(), zone: UTC, column: () => 0 });
  expect(encode('utf8mb4_0900_ai_ci').fieldType?.collate).toBe(-255);
  expect(() => encode('utf8mb4_unicode_520_ci')).toThrow(NotEncodable);
});

test('an answer is read by the public field numbers', () => {
  const summary = message([
    [1, 5_000_000],
    [2, 3],
    [3, 2],
    [4, 'TableFullScan_1'],
  ]);
  const answer = SelectResponse.decode(
    message([
      [3, message([[3, Uint8Array.of(1, 2, 3)]])],
      [
        4,
        message([
          [1, 1292],
          [2, 'truncated'],
        ]),
      ],
      [5, 3],
      [6, 1],
      [8, summary],
      [9, 1],
      [10, 4],
      // Outputs of a later version.
      [11, message([[1, 1]])],
    ]),
  );
  expect(answer.encodeType).toBe(1);
  expect([...answer.chunks[0]!.rowsData]).toEqual([1, 2, 3]);
  expect(answer.warnings[0]).toMatchObject({ code: 1292, msg: 'truncated' });
  expect(answer.executionSummaries[0]).toMatchObject({
    timeProcessedNs: 5_000_000,
    numProducedRows: 3,
    numIterations: 2,
    executorId: 'TableFullScan_1',
  });
});
