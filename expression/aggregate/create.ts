import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType, isNotNull, layoutOf, TypeCode } from '../../types/field-type.js';
import type { AggFunc, Expression } from '../expression.js';
import type { EvalContext } from '../eval-context.js';
import { castTo, newFunction } from '../build.js';
import { aggToExplain } from '../explain.js';
import { decimalType, exactDigits, intType, realType, stringType } from '../type-inference.js';
import type { Aggregator } from './aggregator.js';
import { BitAggregator } from './bits.js';
import { CountAggregator } from './count.js';
import { DistinctAggregator } from './distinct.js';
import { BytesExtreme, NumberExtreme } from './extreme.js';
import { FirstRowAggregator } from './first-row.js';
import { GroupConcatAggregator } from './group-concat.js';
import { PercentileAggregator } from './percentile.js';
import { JsonArrayAggregator, JsonObjectAggregator } from './json.js';
import { SumAggregator } from './sum.js';
import type { VarianceKind } from './variance.js';
import { VarianceAggregator } from './variance.js';

interface AggregateSpec {
  readonly doc: string;
  /** Values to compute for each row in modes complete and partial1; default: the arguments as they are. */
  inputs?(agg: AggFunc, ctx: EvalContext): readonly Expression[];
  /** Types of the state columns; absent: the function cannot be split. */
  partial?(agg: AggFunc): readonly FieldType[];
  create(agg: AggFunc, inputs: readonly Expression[], ctx: EvalContext): Aggregator;
}

const overStates = (a: AggFunc): boolean => a.mode === 'partial2' || a.mode === 'final';
const givesStates = (a: AggFunc): boolean => a.mode === 'partial1' || a.mode === 'partial2';

/** Arguments of SUM and AVG: exact types as they are, everything else as DOUBLE. */
function summed(e: Expression, ctx: EvalContext): Expression {
  const d = evalType(e.type);
  if (d === 'int' || d === 'decimal' || d === 'real')
    return e.type.tp === TypeCode.Null ? castTo(e, realType(), ctx) : e;
  return castTo(e, realType(), ctx);
}

/** Type of the sum inside AVG and of SUM's state. */
function sumTypeOf(t: FieldType): FieldType {
  const d = evalType(t);
  if (d === 'int' || d === 'decimal') {
    const x = exactDigits(t);
    return decimalType(Math.min(65, x.precision + 22), x.scale);
  }
  return realType();
}

const isText = (t: FieldType): boolean => layoutOf(t) === 'bytes' || t.elems !== undefined;

const extreme = (which: 'min' | 'max'): AggregateSpec => ({
  doc: `${which.toUpperCase()}([DISTINCT] expr). Manual: Aggregate Function Descriptions.`,
  partial: (a) => [a.type],
  create: (a, [e]) =>
    isText(e!.type) ? new BytesExtreme(which, a.type, e!.type) : new NumberExtreme(which, a.type),
});

const bits = (op: 'bit_and' | 'bit_or' | 'bit_xor'): AggregateSpec => ({
  doc: `${op.toUpperCase()}(expr): 64-bit. Manual: Aggregate Function Descriptions.`,
  inputs: (a, ctx) => a.args.map((e) => (evalType(e.type) === 'int' ? e : castTo(e, intType(), ctx))),
  partial: (a) => [a.type],
  create: (a) => new BitAggregator(op, a.type),
});

const variance = (kind: VarianceKind): AggregateSpec => ({
  doc: `${kind.toUpperCase()}(expr). Manual: Aggregate Function Descriptions.`,
  inputs: (a, ctx) => a.args.map((e) => castTo(e, realType(), ctx)),
  partial: () => [intType(), realType(), realType()],
  create: (a) => new VarianceAggregator(kind, a.type, overStates(a), givesStates(a)),
});

const sum = (average: boolean): AggregateSpec => ({
  doc: `${average ? 'AVG' : 'SUM'}([DISTINCT] expr): exact for exact types. Manual: Aggregate Function Descriptions.`,
  inputs: (a, ctx) => [summed(a.args[0]!, ctx)],
  partial: (a) => {
    const state = sumTypeOf(a.args[0]!.type);
    return average ? [intType(), state] : [evalType(a.type) === 'decimal' ? state : a.type];
  },
  create(a, inputs) {
    const value = inputs[average && overStates(a) ? 1 : 0]!;
    return new SumAggregator(
      average,
      value.type,
      a.type,
      overStates(a),
      givesStates(a),
      average || evalType(a.type) === 'decimal'
        ? overStates(a)
          ? value.type
          : sumTypeOf(value.type)
        : a.type,
    );
  },
});

const firstRow: AggregateSpec = {
  doc: 'ANY_VALUE(expr), and the value of a group key. Manual: Miscellaneous Functions.',
  partial: (a) => [a.type],
  create: (a) => new FirstRowAggregator(a.type),
};

const countDistinct: AggregateSpec = {
  doc: 'APPROX_COUNT_DISTINCT(expr, …): computed exactly here.',
  create: (_a, inputs) =>
    new DistinctAggregator(
      new CountAggregator(false, true),
      inputs.map((e) => e.type),
    ),
};

/** Kinds of values whose order is that of the numbers that stand for them. */
const ORDERED_NUMBERS: ReadonlySet<string> = new Set(['int', 'real', 'decimal', 'datetime', 'duration']);

const percentageOf = (e: Expression): number => (e.kind === 'constant' ? Number(e.value) : NaN);

const AGGREGATES: ReadonlyMap<string, AggregateSpec> = new Map<string, AggregateSpec>([
  [
    'count',
    {
      doc: 'COUNT(*), COUNT([DISTINCT] expr, …). Manual: Aggregate Function Descriptions.',
      partial: () => [intType()],
      create: (a, inputs) =>
        new CountAggregator(
          overStates(a),
          inputs.every((e) => isNotNull(e.type)),
        ),
    },
  ],
  ['sum', sum(false)],
  ['avg', sum(true)],
  ['min', extreme('min')],
  ['max', extreme('max')],
  ['first_row', firstRow],
  ['any_value', firstRow],
  ['bit_and', bits('bit_and')],
  ['bit_or', bits('bit_or')],
  ['bit_xor', bits('bit_xor')],
  ['var_pop', variance('var_pop')],
  ['var_samp', variance('var_samp')],
  ['stddev_pop', variance('stddev_pop')],
  ['stddev_samp', variance('stddev_samp')],
  ['approx_count_distinct', countDistinct],
  [
    'approx_percentile',
    {
      doc: 'APPROX_PERCENTILE(expr, percentage): computed exactly here. TiDB docs: Aggregate (GROUP BY) Functions.',
      inputs: (a) => [a.args[0]!],
      create: (a, [e]) =>
        new PercentileAggregator(a.type, percentageOf(a.args[1]!), ORDERED_NUMBERS.has(evalType(e!.type))),
    },
  ],
  [
    'json_arrayagg',
    {
      doc: 'JSON_ARRAYAGG(value). Manual: Aggregate Function Descriptions.',
      create: (a, [e]) => new JsonArrayAggregator(a.type, e!.type),
    },
  ],
  [
    'json_objectagg',
    {
      doc: 'JSON_OBJECTAGG(key, value). Manual: Aggregate Function Descriptions.',
      create: (a, [k, v]) => new JsonObjectAggregator(a.type, k!.type, v!.type),
    },
  ],
  [
    'group_concat',
    {
      doc: 'GROUP_CONCAT([DISTINCT] expr, … [ORDER BY …] [SEPARATOR s]). Manual: Aggregate Function Descriptions.',
      inputs(a, ctx) {
        const text = stringType(-1, a.type.charset, a.type.collate);
        const parts = a.args.map((e) =>
          evalType(e.type) === 'string' && e.type.charset === a.type.charset && e.type.tp !== TypeCode.Null
            ? e
            : castTo(e, text, ctx),
        );
        const one =
          parts.length === 1 ? asPlainString(parts[0]!, text, ctx) : newFunction('concat', parts, ctx);
        return [one, ...(a.orderBy ?? []).map((o) => o.expr)];
      },
      create: (a, _inputs, ctx) =>
        new GroupConcatAggregator(
          a.type,
          a.distinct,
          a.separator ?? ',',
          (a.orderBy ?? []).map((o) => ({ type: o.expr.type, desc: o.desc })),
          ctx,
          aggToExplain(a),
        ),
    },
  ],
]);

function asPlainString(e: Expression, text: FieldType, ctx: EvalContext): Expression {
  return e.type.tp === TypeCode.Enum || e.type.tp === TypeCode.Set ? castTo(e, text, ctx) : e;
}

function specOf(name: string): AggregateSpec {
  const s = AGGREGATES.get(name);
  if (s === undefined) throw mysqlError('ER_NOT_SUPPORTED_YET', name);
  return s;
}

/** Names and descriptions, for the documentation. */
export const aggregateDocs = (): { name: string; doc: string }[] =>
  [...AGGREGATES].map(([name, s]) => ({ name, doc: s.doc }));

/** What to evaluate for each row before `update`: the arguments with their casts, or the state columns. */
export function aggregateInputs(agg: AggFunc, ctx: EvalContext): readonly Expression[] {
  if (overStates(agg)) return agg.args;
  return specOf(agg.name).inputs?.(agg, ctx) ?? agg.args;
}

/** Types of the state columns that partial1 and partial2 give; null when the function (or DISTINCT) cannot be split. */
export function partialTypes(agg: AggFunc): readonly FieldType[] | null {
  if (agg.distinct && agg.name !== 'min' && agg.name !== 'max') return null;
  return specOf(agg.name).partial?.(agg) ?? null;
}

export function createAggregator(agg: AggFunc, ctx: EvalContext): Aggregator {
  const inputs = aggregateInputs(agg, ctx);
  const inner = specOf(agg.name).create(agg, inputs, ctx);
  const dedupe =
    agg.distinct &&
    !overStates(agg) &&
    ![
      'min',
      'max',
      'group_concat',
      'approx_count_distinct',
      'bit_and',
      'bit_or',
      'first_row',
      'any_value',
    ].includes(agg.name);
  return dedupe
    ? new DistinctAggregator(
        inner,
        inputs.map((e) => e.type),
      )
    : inner;
}
