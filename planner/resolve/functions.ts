import { castTo as implicitCast, explicitCast, newFunction } from '../../expression/index.js';
import type { EvalContext } from '../../expression/eval-context.js';
import { asDecimalType } from '../../expression/build.js';
import type { AggFunc, Expression } from '../../expression/expression.js';
import {
  binaryType,
  decimalType,
  exactDigits,
  intType,
  jsonType,
  realType,
  stringType,
} from '../../expression/type-inference.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag, TypeCode, evalType, type FieldType } from '../../types/field-type.js';
import { encodeUtf8 } from '../../types/charset.js';
import { preciseQuotient } from '../../expression/truth.js';
import { constant } from './literal.js';

export { newFunction };

/** A conversion: implicit ones fall away where the cells are the same, explicit ones (CAST) stay for their type. */
export function castTo(e: Expression, type: FieldType, ctx: EvalContext, explicit = false): Expression {
  return explicit ? explicitCast(e, type, ctx) : implicitCast(e, type, ctx);
}

/** expr COLLATE name. */
export function withCollation(e: Expression, name: string, ctx: EvalContext): Expression {
  return newFunction('collate', [e, constant(stringType(name.length), encodeUtf8(name))], ctx);
}

const drop = (t: FieldType, flag: number): FieldType => ({ ...t, flag: t.flag & ~flag });

/** Result types of aggregates (manual, "Aggregate Function Descriptions"; widths as TiDB gives them). */
const AGGREGATE_TYPES: Readonly<
  Record<string, (args: readonly Expression[], ctx: EvalContext) => FieldType>
> = {
  count: () => ({ ...intType(false, 21), flag: Flag.Binary | Flag.NotNull }),
  approx_count_distinct: () => ({ ...intType(false, 21), flag: Flag.Binary | Flag.NotNull }),
  approx_percentile: ([a]) => drop(a!.type, Flag.NotNull),
  sum: ([a]) => {
    const d = exactDigitsOf(a!.type);
    return d === null ? realType() : decimalType(Math.min(65, d.precision + 22), d.scale);
  },
  avg: ([a], { divPrecisionIncrement: more }) => {
    const d = exactDigitsOf(a!.type);
    return d === null
      ? realType()
      : decimalType(Math.min(65, d.precision + more), Math.min(30, d.scale + more));
  },
  min: ([a]) => drop(a!.type, Flag.NotNull),
  max: ([a]) => drop(a!.type, Flag.NotNull),
  any_value: ([a]) => a!.type,
  first_row: ([a]) => a!.type,
  group_concat: (args) => concatenated(args.map((a) => a.type)),
  bit_and: () => ({ ...intType(true, 21), flag: Flag.Binary | Flag.NotNull | Flag.Unsigned }),
  bit_or: () => ({ ...intType(true, 21), flag: Flag.Binary | Flag.NotNull | Flag.Unsigned }),
  bit_xor: () => ({ ...intType(true, 21), flag: Flag.Binary | Flag.NotNull | Flag.Unsigned }),
  stddev_pop: () => realType(),
  stddev_samp: () => realType(),
  var_pop: () => realType(),
  var_samp: () => realType(),
  json_arrayagg: () => jsonType(),
  json_objectagg: () => jsonType(),
};

/** Text of several types: in the charset that those of its text have in common, in bytes where one is of bytes. */
function concatenated(types: readonly FieldType[]): FieldType {
  if (types.some((t) => t.tp === TypeCode.Bit || (t.charset === 'binary' && isText(t))))
    return binaryType(1 << 24);
  const [first, ...rest] = types.filter(isText);
  if (first === undefined) return stringType(1 << 24, 'utf8mb4', 'utf8mb4_bin');
  if (rest.some((t) => t.charset !== first.charset)) return stringType(1 << 24, 'utf8mb4', 'utf8mb4_bin');
  const collate = rest.every((t) => t.collate === first.collate) ? first.collate : `${first.charset}_bin`;
  return stringType(1 << 24, first.charset, collate);
}

const isText = (t: FieldType): boolean => evalType(t) === 'string' && t.tp !== TypeCode.Null;

/** Precision and scale of an exact type; null when sums of it are DOUBLE. */
function exactDigitsOf(t: FieldType): { precision: number; scale: number } | null {
  const d = evalType(t);
  if (d === 'int' && t.tp !== TypeCode.Null) return exactDigits(t);
  return d === 'decimal' ? exactDigits(t) : null;
}

/** The value and the percentage, a constant of 1 to 100. Throws 1105 as TiDB does. */
function percentileArguments(args: readonly Expression[], ctx: EvalContext): readonly Expression[] {
  if (args.length !== 2) throw mysqlError('ER_UNKNOWN_ERROR', 'APPROX_PERCENTILE should take 2 arguments');
  const percentage = implicitCast(args[1]!, intType(), ctx);
  if (percentage.kind !== 'constant')
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      'APPROX_PERCENTILE should take a constant expression as percentage argument',
    );
  const { value } = percentage;
  if (value === null || value instanceof Uint8Array || value < 1 || value > 100)
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      `Percentage value ${value === null ? 'NULL' : String(value)} is out of range [1, 100]`,
    );
  return [args[0]!, percentage];
}

const ADDING: ReadonlySet<string> = new Set([
  'sum',
  'avg',
  'stddev_pop',
  'stddev_samp',
  'var_pop',
  'var_samp',
]);

/** An aggregate call over rows, complete. */
export function newAggregate(
  name: string,
  args: readonly Expression[],
  distinct: boolean,
  ctx: EvalContext,
): AggFunc {
  const infer = AGGREGATE_TYPES[name];
  if (infer === undefined) throw mysqlError('ER_NOT_SUPPORTED_YET', name);
  if (args.length === 0) throw mysqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', name);
  if (name === 'approx_percentile') args = percentileArguments(args, ctx);
  // Times are summed as the numbers that they stand for.
  if (name === 'sum' || name === 'avg')
    args = args.map((a) => {
      const d = evalType(a.type);
      if (d !== 'datetime' && d !== 'duration') return a;
      return implicitCast(a, a.type.decimal > 0 ? asDecimalType(a.type) : intType(), ctx);
    });
  const type = infer(args, ctx);
  // What adds quotients adds them with all the digits that MySQL keeps of them.
  const precise = ADDING.has(name) && !distinct ? args.map(preciseQuotient) : args;
  return { name, args: precise, distinct, type, mode: 'complete' };
}
