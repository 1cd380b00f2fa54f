import type { PartitionInfo, TableInfo } from '../../catalog/model.js';
import { chunkOf } from '../../chunk/chunk-builder.js';
import { evalDatum } from '../../expression/compile.js';
import type { EvalContext } from '../../expression/eval-context.js';
import type { Expression } from '../../expression/expression.js';
import { columnsOf } from '../../expression/traverse.js';
import { crc32 } from '../../kv/embedded/crc32.js';
import { collationOf } from '../../types/collation.js';
import { PlainConvertContext } from '../../types/convert-context.js';
import { convertDatum } from '../../types/convert.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
import { evalType } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import { datumCompare, type Compare } from '../ranger/interval.js';
import { buildExpression, parseExpression, rowColumns } from '../resolve/table-expression.js';

/** MAXVALUE, above every value. */
export const MAXVALUE = Symbol('maxvalue');
export type BoundValue = Datum | typeof MAXVALUE;

/** Finds the partition that a row belongs to. */
export abstract class PartitionLocator {
  constructor(
    readonly table: TableInfo,
    readonly info: PartitionInfo,
  ) {}

  /** Offsets of the columns that decide the partition. */
  abstract readonly deciding: readonly number[];

  /** Position in `info.definitions` of a row (datums by column offset); -1: there is none. */
  abstract locate(row: readonly Datum[], ctx: EvalContext): number;

  /** Id of the physical table that holds the row. Throws 1526. */
  physicalId(row: readonly Datum[], ctx: EvalContext): number {
    const at = this.locate(row, ctx);
    if (at < 0) throw this.noPartition(row, ctx);
    return this.info.definitions[at]!.id;
  }

  /** Error 1526 for a row without a partition. */
  noPartition(row: readonly Datum[], ctx: EvalContext): Error {
    return mysqlError('ER_NO_PARTITION_FOR_GIVEN_VALUE', this.shown(row, ctx));
  }

  protected abstract shown(row: readonly Datum[], ctx: EvalContext): string;
}

const LOCATORS = new WeakMap<TableInfo, PartitionLocator>();

export function partitionLocator(table: TableInfo, ctx: EvalContext): PartitionLocator {
  let locator = LOCATORS.get(table);
  if (locator === undefined) LOCATORS.set(table, (locator = make(table, ctx)));
  return locator;
}

function make(table: TableInfo, ctx: EvalContext): PartitionLocator {
  const info = table.partition!;
  switch (info.type) {
    case 'RANGE':
      return info.expr === '' ? new RangeColumns(table, info, ctx) : new RangeOf(table, info, ctx);
    case 'LIST':
      return info.expr === '' ? new ListColumns(table, info, ctx) : new ListOf(table, info, ctx);
    case 'HASH':
      return new HashOf(table, info, ctx);
    case 'KEY':
      return new KeyOf(table, info);
  }
}

/** By the value of an integer expression. */
export abstract class ByExpression extends PartitionLocator {
  readonly expr: Expression;
  /** Offset of the column that the expression is; -1 when it is computed. */
  readonly column: number;
  readonly deciding: readonly number[];
  private readonly types: readonly FieldType[];

  constructor(table: TableInfo, info: PartitionInfo, ctx: EvalContext) {
    super(table, info);
    this.expr = buildExpression(
      parseExpression(info.expr),
      ctx,
      rowColumns(table.columns),
      'partition function',
    );
    this.deciding = columnsOf(this.expr).map((c) => c.index);
    this.column = this.expr.kind === 'column' ? this.expr.index : -1;
    this.types = table.columns.map((c) => c.type);
  }

  value(row: readonly Datum[], ctx: EvalContext): number | bigint | null {
    if (this.column >= 0) return row[this.column] as number | bigint | null;
    return evalDatum(this.expr, ctx, chunkOf([row.slice()], this.types), 0) as number | bigint | null;
  }

  locate(row: readonly Datum[], ctx: EvalContext): number {
    return this.locateValue(this.value(row, ctx));
  }

  abstract locateValue(v: number | bigint | null): number;

  protected shown(row: readonly Datum[], ctx: EvalContext): string {
    const v = this.value(row, ctx);
    return v === null ? 'NULL' : String(v);
  }
}

export class RangeOf extends ByExpression {
  /** Exclusive upper bounds, ascending. */
  readonly bounds: readonly (number | bigint | typeof MAXVALUE)[];

  constructor(table: TableInfo, info: PartitionInfo, ctx: EvalContext) {
    super(table, info, ctx);
    this.bounds = info.definitions.map((d) => intBound(d.lessThan[0]!));
  }

  locateValue(v: number | bigint | null): number {
    if (v === null) return 0;
    let low = 0;
    let high = this.bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      const b = this.bounds[middle]!;
      if (b === MAXVALUE || v < b) high = middle;
      else low = middle + 1;
    }
    return low < this.bounds.length ? low : -1;
  }
}

export function intBound(text: string): number | bigint | typeof MAXVALUE {
  if (text.toUpperCase() === 'MAXVALUE') return MAXVALUE;
  const n = BigInt(text);
  return n >= -9007199254740991n && n <= 9007199254740991n ? Number(n) : n;
}

export class ListOf extends ByExpression {
  private readonly places = new Map<string, number>();
  readonly other: number;

  constructor(table: TableInfo, info: PartitionInfo, ctx: EvalContext) {
    super(table, info, ctx);
    let other = -1;
    info.definitions.forEach((d, i) => {
      for (const [text] of d.inValues) {
        if (text === 'DEFAULT') other = i;
        else
          this.places.set(
            text!.toUpperCase() === 'NULL' ? 'NULL' : String(intBound(text!) as number | bigint),
            i,
          );
      }
    });
    this.other = other;
  }

  locateValue(v: number | bigint | null): number {
    return this.places.get(v === null ? 'NULL' : String(v)) ?? this.other;
  }
}

export class HashOf extends ByExpression {
  locateValue(v: number | bigint | null): number {
    if (v === null) return 0;
    const n = this.info.definitions.length;
    return typeof v === 'number' ? Math.abs(v % n) : Number(v < 0n ? -(v % BigInt(n)) : v % BigInt(n));
  }
}

/** By the values of columns. */
export abstract class ByColumns extends PartitionLocator {
  readonly offsets: readonly number[];
  readonly types: readonly FieldType[];

  constructor(table: TableInfo, info: PartitionInfo) {
    super(table, info);
    this.offsets = info.columns.map((name) => {
      const lower = name.toLowerCase();
      return table.columns.findIndex((c) => c.lower === lower);
    });
    this.types = this.offsets.map((o) => table.columns[o]!.type);
  }

  get deciding(): readonly number[] {
    return this.offsets;
  }

  values(row: readonly Datum[]): Datum[] {
    return this.offsets.map((o) => row[o]!);
  }

  locate(row: readonly Datum[]): number {
    return this.locateValues(this.values(row));
  }

  abstract locateValues(values: readonly Datum[]): number;

  protected shown(row: readonly Datum[]): string {
    if (this.offsets.length > 1) return 'from column_list';
    const v = row[this.offsets[0]!]!;
    return v === null ? 'NULL' : datumToString(v, this.types[0]!);
  }
}

/** A bound's text as a value of its column. */
export function columnBound(text: string, type: FieldType, ctx: EvalContext): BoundValue {
  if (text.toUpperCase() === 'MAXVALUE') return MAXVALUE;
  const e = buildExpression(parseExpression(text), ctx, () => null);
  const v = evalDatum(e, ctx);
  if (v === null) return null;
  return convertDatum(v, e.type, type, new PlainConvertContext(0, false));
}

export class RangeColumns extends ByColumns {
  readonly bounds: readonly (readonly BoundValue[])[];
  readonly compares: readonly Compare[];

  constructor(table: TableInfo, info: PartitionInfo, ctx: EvalContext) {
    super(table, info);
    this.compares = this.types.map(datumCompare);
    this.bounds = info.definitions.map((d) =>
      d.lessThan.map((text, i) => columnBound(text, this.types[i]!, ctx)),
    );
  }

  /** Whether the values lie below the bound of partition `at`. */
  below(values: readonly Datum[], at: number): boolean {
    const bound = this.bounds[at]!;
    for (let i = 0; i < bound.length; i++) {
      const b = bound[i]!;
      if (b === MAXVALUE) return true;
      const c = this.compares[i]!(values[i] ?? null, b);
      if (c !== 0) return c < 0;
    }
    return false;
  }

  locateValues(values: readonly Datum[]): number {
    let low = 0;
    let high = this.bounds.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.below(values, middle)) high = middle;
      else low = middle + 1;
    }
    return low < this.bounds.length ? low : -1;
  }
}

export class ListColumns extends ByColumns {
  private readonly places = new Map<string, number>();
  readonly other: number;

  constructor(table: TableInfo, info: PartitionInfo, ctx: EvalContext) {
    super(table, info);
    let other = -1;
    info.definitions.forEach((d, at) => {
      for (const row of d.inValues) {
        if (row[0] === 'DEFAULT') other = at;
        else
          this.places.set(
            this.keyOf(row.map((text, i) => columnBound(text, this.types[i]!, ctx) as Datum)),
            at,
          );
      }
    });
    this.other = other;
  }

  private keyOf(values: readonly Datum[]): string {
    return values
      .map((v, i) => {
        if (v === null) return 'N';
        if (!(v instanceof Uint8Array)) return `n${v}`;
        return `s${Buffer.from(collationOf(this.types[i]!).sortKey(v)).toString('hex')}`;
      })
      .join(',');
  }

  locateValues(values: readonly Datum[]): number {
    return this.places.get(this.keyOf(values)) ?? this.other;
  }
}

/** TiDB's KEY: CRC-32 of the columns' texts (strings by their collation's key), NULL a zero byte. */
export class KeyOf extends ByColumns {
  locateValues(values: readonly Datum[]): number {
    let crc = 0;
    values.forEach((value, i) => {
      const type = this.types[i]!;
      // -0 is written otherwise than 0, which it equals.
      const v = value === 0 ? 0 : value;
      const bytes =
        v === null
          ? Uint8Array.of(0)
          : v instanceof Uint8Array && evalType(type) === 'string'
            ? collationOf(type).sortKey(v)
            : Buffer.from(datumToString(v, type));
      crc = crc32(bytes, crc);
    });
    return crc % this.info.definitions.length;
  }
}
