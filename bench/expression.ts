/**
 * Kernels over TPC-H-like columns: Q6's filter and Q1's expressions and aggregates, one core.
 *
 *   npx tsx bench/expression.ts [rows]
 */
import { Chunk } from '../chunk/chunk.js';
import { BytesVector, NumVector } from '../chunk/vector.js';
import type { AggFunc, Expression } from '../expression/expression.js';
import {
  aggregateInputs,
  compileFilter,
  compileProjection,
  createAggregator,
  decimalType,
  intConstant,
  newColumn,
  newFunction,
  stringConstant,
  stringType,
  updateAggregators,
} from '../expression/index.js';
import { testContext } from '../expression/test-context.js';
import { newFieldType, TypeCode } from '../types/field-type.js';
import type { Vector } from '../chunk/vector.js';

const rows = Number(process.argv[2] ?? 6_000_000);
const BATCH = 8192;
const ctx = testContext();
const money = newFieldType(TypeCode.NewDecimal, { flen: 15, decimal: 2 });
const quantity = newColumn(1, money, 'l_quantity', 0);
const price = newColumn(2, money, 'l_extendedprice', 1);
const discount = newColumn(3, money, 'l_discount', 2);
const tax = newColumn(4, money, 'l_tax', 3);
const shipdate = newColumn(5, newFieldType(TypeCode.Date), 'l_shipdate', 4);
const flag = newColumn(6, stringType(1), 'l_returnflag', 5);

const chunks: Chunk[] = [];
let seed = 42;
const random = (n: number): number => {
  seed = (Math.imul(seed, 1103515245) + 12345) >>> 0;
  return Math.floor((seed / 4294967296) * n);
};
const dictionary = new TextEncoder().encode('ANR');
for (let at = 0; at < rows; at += BATCH) {
  const n = Math.min(BATCH, rows - at);
  const q = new Float64Array(n);
  const p = new Float64Array(n);
  const d = new Float64Array(n);
  const t = new Float64Array(n);
  const s = new Int32Array(n);
  const f = new Int32Array(n);
  for (let i = 0; i < n; i++) {
    q[i] = (1 + random(50)) * 100;
    p[i] = 90000 + random(10000000);
    d[i] = random(11);
    t[i] = random(9);
    s[i] = ((1992 + random(7)) << 9) | ((1 + random(12)) << 5) | (1 + random(28));
    f[i] = random(3);
  }
  const columns: Vector[] = [
    new NumVector(q, n),
    new NumVector(p, n),
    new NumVector(d, n),
    new NumVector(t, n),
    new NumVector(s, n),
    new BytesVector(dictionary, Int32Array.of(0, 1, 2, 3), n, null, f),
  ];
  chunks.push(new Chunk(columns, n));
}

const fn = (name: string, ...args: Expression[]): Expression => newFunction(name, args, ctx);
const one = intConstant(1);

function time(label: string, run: () => string): void {
  let best = Infinity;
  let result = '';
  for (let k = 0; k < 5; k++) {
    const t = performance.now();
    result = run();
    best = Math.min(best, performance.now() - t);
  }
  console.log(
    `${label.padEnd(44)} ${best.toFixed(1).padStart(8)} ms  ${((best * 1e6) / rows).toFixed(2).padStart(6)} ns/row  ${result}`,
  );
}

const aggregate = (name: string, ...args: Expression[]): AggFunc => ({
  name,
  args,
  distinct: false,
  mode: 'complete',
  type:
    name === 'count'
      ? newFieldType(TypeCode.LongLong)
      : decimalType(40, name === 'avg' ? 6 : (args[0]?.type.decimal ?? 0)),
});

const decimal = (hundredths: number): Expression => ({
  kind: 'constant',
  value: hundredths,
  type: decimalType(3, 2),
});

const q6 = compileFilter([
  fn('ge', shipdate, stringConstant('1994-01-01')),
  fn('lt', shipdate, stringConstant('1995-01-01')),
  fn('ge', discount, decimal(5)),
  fn('le', discount, decimal(7)),
  fn('lt', quantity, intConstant(24)),
]);

time('Q6 filter', () => {
  let kept = 0;
  for (const c of chunks) kept += (q6.run(c, ctx) as Chunk).rows;
  return `${kept} rows`;
});

const revenue = compileProjection([fn('mul', price, discount)]);
time('Q6 filter, product and sum', () => {
  const a = createAggregator(aggregate('sum', fn('mul', price, discount)), ctx);
  a.resize(1);
  for (const c of chunks) {
    const kept = q6.run(c, ctx) as Chunk;
    a.update(null, revenue.run(kept, ctx) as Vector[], kept.length, kept.sel);
  }
  return String(a.result(0, 1)[0]!.get(0));
});

const discounted = fn('mul', price, fn('minus', one, discount));
const charge = fn('mul', discounted, fn('plus', one, tax));
const q1 = [
  aggregate('sum', quantity),
  aggregate('sum', price),
  aggregate('sum', discounted),
  aggregate('sum', charge),
  aggregate('avg', quantity),
  aggregate('avg', price),
  aggregate('avg', discount),
  aggregate('count', one),
];
const inputs = compileProjection(q1.map((a) => aggregateInputs(a, ctx)[0]!));

time('Q1 eight aggregates by a coded column', () => {
  const states = q1.map((a) => createAggregator(a, ctx));
  for (const s of states) s.resize(3);
  for (const c of chunks) {
    const values = inputs.run(c, ctx) as Vector[];
    const ids = (c.columns[5] as BytesVector).codes!;
    updateAggregators(
      states,
      ids,
      values.map((v) => [v]),
      c.length,
      null,
    );
  }
  return states.map((s) => String(s.result(0, 1)[0]!.get(0))).join(' ');
});

const isA = compileFilter([fn('eq', flag, stringConstant('A'))]);
time('dictionary string = constant', () => {
  let kept = 0;
  for (const c of chunks) kept += (isA.run(c, ctx) as Chunk).rows;
  return `${kept} rows`;
});
