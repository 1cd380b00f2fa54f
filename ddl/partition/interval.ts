import type { Expr, PartitionDef, PartitionMethod } from '../../parser/ast/index.js';
import type { ColumnInfo, PartitionDefinition, PartitionInfo } from '../../catalog/model.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType, isUnsigned, TypeCode } from '../../types/field-type.js';
import type { DdlContext } from '../ddl-context.js';
import { boundText, boundTypes, type BoundType } from './bound.js';

const MOST = 8192;

interface Columns {
  readonly columns: readonly ColumnInfo[];
}

/** Bounds at equal distances: `first`, `first` + one interval, … All texts are SQL. */
interface Interval {
  readonly to: BoundType;
  readonly first: string;
  readonly value: string;
  /** Null for integers. */
  readonly unit: string | null;
  /** The first bound and the interval of integers, so that thousands of bounds are not evaluated one by one; null with a unit. */
  readonly integers: { readonly first: bigint; readonly step: bigint } | null;
}

const unsupported = (what: string): Error => mysqlError('ER_UNSUPPORTED_DDL_OPERATION', what);

/** INTERVAL (n [unit]) FIRST PARTITION LESS THAN (a) LAST PARTITION LESS THAN (b) as definitions (TiDB manual, "Interval Partitioning"). */
export async function intervalDefinitions(
  ctx: DdlContext,
  method: PartitionMethod,
  info: PartitionInfo,
  table: Columns,
): Promise<PartitionDef[]> {
  const { value, unit, first, last, nullPartition, maxValuePartition } = method.interval!;
  const types = boundTypes(ctx, info, table);
  if (info.type !== 'RANGE' || types.length !== 1)
    throw unsupported('INTERVAL partitioning, only allowed on RANGE partitioning');
  const to = types[0]!;
  const isInt = evalType(to.type) === 'int';
  if (!isInt && unit === null) throw unsupported('INTERVAL partitioning without unit');
  if (first === null || last === null)
    throw unsupported('INTERVAL partitioning without FIRST and LAST PARTITION');
  const out: PartitionDef[] = [];
  if (nullPartition) out.push(definition('P_NULL', ctx.parse(leastBound(to))));
  const given = await ctx.evaluate(value);
  if (evalType(given.type) !== 'int' || given.value === null || (given.value as number | bigint) <= 0)
    throw unsupported('INTERVAL, should be a positive number');
  if ((await ctx.evaluate(first)).value === null)
    throw unsupported('INTERVAL partitioning: Error when generating partition values');
  const interval: Interval = {
    to,
    first: ctx.restorePlain(first),
    value: ctx.restorePlain(value),
    unit: isInt ? null : unit,
    integers: isInt
      ? {
          first: BigInt(await boundText(ctx, info, first, to, 'interval')),
          step: BigInt(given.value as number | bigint),
        }
      : null,
  };
  out.push(...(await upTo(ctx, info, interval, 0, last)));
  if (maxValuePartition) out.push(definition('P_MAXVALUE', null));
  return out;
}

const definition = (name: string, bound: Expr | null): PartitionDef => ({
  name,
  values: { kind: 'LessThan', values: [bound] },
  options: [],
  sub: [],
});

/** The bound of the partition that takes NULL alone. */
function leastBound(to: BoundType): string {
  if (evalType(to.type) !== 'int') return "'0000-01-01'";
  return isUnsigned(to.type) ? '0' : (LEAST[to.type.tp] ?? '-9223372036854775808');
}

const LEAST: Readonly<Record<number, string>> = {
  [TypeCode.Tiny]: '-128',
  [TypeCode.Short]: '-32768',
  [TypeCode.Int24]: '-8388608',
  [TypeCode.Long]: '-2147483648',
};

/** The `n`th bound as it is kept. */
function bound(ctx: DdlContext, info: PartitionInfo, i: Interval, n: number): Promise<string> {
  const text =
    i.integers !== null
      ? String(i.integers.first + BigInt(n) * i.integers.step)
      : n === 0
        ? i.first
        : `${i.first} + INTERVAL ${n} * ${i.value} ${i.unit}`;
  return boundText(ctx, info, ctx.parse(text), i.to, 'interval');
}

const bare = (text: string): string => text.replace(/^'|'$/g, '');

/** Definitions from the bound numbered `from` to that equal to `last`. Throws 8200 when none is equal. */
async function upTo(
  ctx: DdlContext,
  info: PartitionInfo,
  interval: Interval,
  from: number,
  last: Expr,
): Promise<PartitionDef[]> {
  const end = await boundText(ctx, info, last, interval.to, 'last');
  const compare = ctx.boundCompare(interval.to.type);
  const out: PartitionDef[] = [];
  for (let n = from; ; n++) {
    const text = await bound(ctx, info, interval, n);
    const order = compare(text, end);
    if (order > 0) throw notMatching(end, from === 0 ? interval.first : text, interval);
    out.push(definition(`P_LT_${bare(text)}`, ctx.parse(text)));
    if (order === 0) return out;
    if (out.length > MOST) throw mysqlError('ER_TOO_MANY_PARTITIONS_ERROR');
  }
}

const notMatching = (asked: string, first: string, i: Interval): Error =>
  unsupported(
    `INTERVAL: expr (${asked}) not matching FIRST + n INTERVALs (${first} + n * ${i.value}${i.unit === null ? '' : ` ${i.unit}`})`,
  );

/** The interval that the bounds of a table show, and those bounds; a partition for NULL alone and one for MAXVALUE aside. */
async function intervalOf(
  ctx: DdlContext,
  info: PartitionInfo,
  table: Columns,
  clause: string,
): Promise<{ interval: Interval; regular: readonly PartitionDefinition[] }> {
  const types = boundTypes(ctx, info, table);
  const none = unsupported(`${clause}, does not seem like an INTERVAL partitioned table`);
  if (types.length !== 1) throw none;
  const to = types[0]!;
  const compare = ctx.boundCompare(to.type);
  const regular = info.definitions.filter(
    (d, i) => d.lessThan[0] !== 'MAXVALUE' && !(i === 0 && compare(d.lessThan[0]!, leastBound(to)) <= 0),
  );
  if (regular.length < 2) throw none;
  const texts = regular.map((d) => d.lessThan[0]!);
  const last = texts[texts.length - 1]!;
  const before = texts[texts.length - 2]!;
  for (const unit of evalType(to.type) === 'int'
    ? [null]
    : ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND']) {
    const length =
      unit === null
        ? String(BigInt(last) - BigInt(before))
        : await scalar(ctx, `TIMESTAMPDIFF(${unit}, ${before}, ${last})`);
    if (length === null || Number(length) <= 0) continue;
    const interval: Interval = {
      to,
      first: texts[0]!,
      value: length,
      unit,
      integers: unit === null ? { first: BigInt(texts[0]!), step: BigInt(length) } : null,
    };
    let fits = true;
    for (let n = 1; n < texts.length && fits; n++)
      fits = compare(await bound(ctx, info, interval, n), texts[n]!) === 0;
    if (fits) return { interval, regular };
  }
  throw none;
}

async function scalar(ctx: DdlContext, text: string): Promise<string | null> {
  const { value } = await ctx.evaluate(ctx.parse(text));
  return value === null ? null : String(value as number | bigint);
}

/** LAST PARTITION LESS THAN (e): the partitions to be added. Throws 8200, 1517. */
export async function partitionsUpTo(
  ctx: DdlContext,
  info: PartitionInfo,
  table: Columns,
  last: Expr,
): Promise<PartitionDef[]> {
  if (info.type === 'HASH' || info.type === 'KEY')
    throw unsupported('LAST PARTITION of HASH/KEY partitioned table');
  if (info.type === 'LIST') throw mysqlError('ER_PARTITIONS_MUST_BE_DEFINED_ERROR', 'LIST');
  if (info.definitions[info.definitions.length - 1]!.lessThan[0] === 'MAXVALUE')
    throw unsupported('LAST PARTITION when MAXVALUE partition exists');
  const { interval, regular } = await intervalOf(ctx, info, table, 'LAST PARTITION');
  return upTo(ctx, info, interval, regular.length, last);
}

/** FIRST PARTITION LESS THAN (e): names of the partitions to be dropped. Throws 8200. */
export async function partitionsBelow(
  ctx: DdlContext,
  info: PartitionInfo,
  table: Columns,
  first: Expr,
): Promise<string[]> {
  if (info.type === 'HASH' || info.type === 'KEY')
    throw unsupported('FIRST PARTITION of HASH/KEY partitioned table');
  if (info.type === 'LIST')
    throw unsupported('FIRST PARTITION, does not seem like an INTERVAL partitioned table');
  const { interval, regular } = await intervalOf(ctx, info, table, 'FIRST PARTITION');
  const compare = ctx.boundCompare(interval.to.type);
  const asked = await boundText(ctx, info, first, interval.to, 'first');
  const at = regular.findIndex((d) => compare(d.lessThan[0]!, asked) === 0);
  if (at < 0) throw notMatching(asked, interval.first, interval);
  if (at === 0)
    throw unsupported(
      'FIRST PARTITION, given value does not generate a list of partition names to be dropped',
    );
  return regular.slice(0, at).map((d) => d.name);
}
