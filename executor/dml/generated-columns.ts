import type { TableInfo } from '../../catalog/model.js';
import { isVirtual, isWritable } from '../../catalog/table-layout.js';
import { Chunk } from '../../chunk/chunk.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import type { Vector } from '../../chunk/vector.js';
import { compileProjection } from '../../expression/compile.js';
import {
  computedColumns,
  uncheckedArray,
  type GeneratedColumn,
} from '../../planner/resolve/table-expression.js';
import { type Datum, ownDatum } from '../../types/datum.js';
import { durationToNumber, roundDuration } from '../../types/duration.js';
import { mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import { evalType, Flag, newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import type { ExecContext } from '../exec-context.js';
import { Assigner } from './assignment.js';

const DIGITS = newFieldType(TypeCode.LongLong, { flen: 20, flag: Flag.Binary });

/**
 * The number that a value of one type is on its way to another, as TiDB converts columns: a time becomes the year that its digits are,
 * not one of a date that it is on, and bits become the text of their number. Null: values are what an assignment makes of them.
 */
function digitsOf(from: FieldType, to: FieldType): ((v: Datum) => Datum) | null {
  if (from.tp === TypeCode.Time && to.tp === TypeCode.Year)
    return (v) => durationToNumber(roundDuration(v as number, 0));
  const isText = evalType(to) === 'string' && to.tp !== TypeCode.Enum && to.tp !== TypeCode.Set;
  return from.tp === TypeCode.Bit && isText ? (v) => v : null;
}

/** Computes generated columns of full rows (datums by column offset), and new ones that rows there are take their defaults in. */
export class GeneratedColumns {
  private readonly columns: readonly GeneratedColumn[];
  private readonly reading: Assigner;

  private constructor(
    private readonly table: TableInfo,
    private readonly ctx: Pick<ExecContext, 'eval'>,
  ) {
    this.columns = computedColumns(table, ctx.eval);
    // Values that were stored once are computed again without complaint.
    this.reading = new Assigner({ eval: { ...ctx.eval, warn: () => undefined } }, true);
  }

  /** Null for a table without generated columns and without ones that take their values from others (MODIFY COLUMN). */
  static of(table: TableInfo, ctx: Pick<ExecContext, 'eval'>): GeneratedColumns | null {
    return hasGenerated(table) ? new GeneratedColumns(table, ctx) : null;
  }

  /** Sets all generated columns of rows about to be written. */
  async write(rows: readonly Datum[][], assigner: Assigner): Promise<void> {
    await this.compute(rows, assigner, () => true);
    this.takeOver(rows, assigner);
  }

  /** Sets the columns that a schema change computes from others. */
  async change(rows: readonly Datum[][], assigner: Assigner): Promise<void> {
    await this.compute(rows, assigner, (c) => c.filling === true);
    this.takeOver(rows, assigner);
  }

  /** Sets the columns that take the values of others, converted. */
  private takeOver(rows: readonly Datum[][], assigner: Assigner): void {
    const { columns } = this.table;
    for (const to of columns) {
      if (to.changing === undefined || !isWritable(to.state)) continue;
      const from = columns.find((c) => c.id === to.changing);
      if (from === undefined) continue;
      // Errors name the column that the statement knows.
      const named = { ...to, name: from.name };
      // The way back (to the old type, for nodes one version behind) must not fail statements.
      const using = from.state === 'public' && to.id < from.id ? this.reading : assigner;
      const base = using.row;
      const digits = digitsOf(from.type, to.type);
      for (let i = 0; i < rows.length; i++) {
        using.row = base + i;
        const old = rows[i]![from.offset]!;
        const v =
          digits === null || old === null
            ? using.assign(old, from.type, named)
            : using.assign(digits(old), DIGITS, named);
        rows[i]![to.offset] = ownDatum(v);
      }
      using.row = base;
    }
  }

  /** Sets the columns that stored rows do not hold. `strict`: arrays must be what their indexes take. */
  async read(rows: readonly Datum[][], strict = false): Promise<void> {
    await this.compute(rows, this.reading, isVirtual, strict);
  }

  private async evaluate({ column, value }: GeneratedColumn, rows: Chunk, firstRow: number): Promise<Vector> {
    const run = async (chunk: Chunk): Promise<Vector> => {
      const got = compileProjection([value]).run(chunk, this.ctx.eval);
      return (got instanceof Promise ? await got : got)[0]!;
    };
    if (column.type.arrayOf === undefined) return run(rows);
    try {
      return await run(rows);
    } catch (e) {
      let at = 0;
      while (at < rows.length - 1) {
        const fails = await run(rows.withSel(Int32Array.of(at))).then(
          () => false,
          () => true,
        );
        if (fails) break;
        at++;
      }
      throw ofIndex(e, column.name, firstRow + at);
    }
  }

  private async compute(
    rows: readonly Datum[][],
    assigner: Assigner,
    wanted: (c: GeneratedColumn['column']) => boolean,
    strict = true,
  ): Promise<void> {
    if (rows.length === 0 || !this.columns.some((g) => wanted(g.column))) return;
    const columns: Vector[] = this.table.columns.map((c) =>
      vectorOf(
        rows.map((r) => r[c.offset] ?? null),
        c.type,
      ),
    );
    for (const generated of this.columns) {
      const { column } = generated;
      if (!wanted(column) || !isWritable(column.state)) continue;
      const value = strict ? generated.value : uncheckedArray(generated.value);
      const vector = await this.evaluate({ column, value }, new Chunk(columns, rows.length), assigner.row);
      const base = assigner.row;
      const out = new Array<Datum>(rows.length);
      for (let i = 0; i < rows.length; i++) {
        assigner.row = base + i;
        const v = assigner.assign(vector.get(i), value.type, column);
        out[i] = ownDatum(v);
        rows[i]![column.offset] = out[i]!;
      }
      assigner.row = base;
      columns[column.offset] = vectorOf(out, column.type);
    }
  }
}

/** The error of an element that its array does not take, with the name of the index that the hidden column is of. */
function ofIndex(e: unknown, hidden: string, row: number): unknown {
  if (!(e instanceof MysqlError)) return e;
  const index = /^(?:_Col\$_)?_V\$_(.*)_\d+$/.exec(hidden)?.[1] ?? hidden;
  switch (e.code) {
    case 3752:
      return mysqlError('ER_DATA_OUT_OF_RANGE_FUNCTIONAL_INDEX', index, row);
    case 3903:
      return mysqlError('ER_INVALID_JSON_VALUE_FOR_FUNC_INDEX', index);
    case 3907:
      return mysqlError('ER_FUNCTIONAL_INDEX_DATA_IS_TOO_LONG', index);
    default:
      return e;
  }
}

const GENERATED = new WeakMap<TableInfo, boolean>();

/** Whether the table has generated columns, or columns that a schema change computes from others. */
export function hasGenerated(table: TableInfo): boolean {
  let has = GENERATED.get(table);
  if (has === undefined) {
    has = table.columns.some((c) => c.generated !== '' || c.changing !== undefined || c.filling === true);
    GENERATED.set(table, has);
  }
  return has;
}
