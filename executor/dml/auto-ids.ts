import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import { typeName } from '../../catalog/type-text.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { SqlMode } from '../../types/sql-mode.js';
import type { ExecContext } from '../exec-context.js';
import { Assigner } from './assignment.js';

/**
 * Values of an AUTO_INCREMENT or AUTO_RANDOM column for rows that are inserted (MySQL manual, "Using AUTO_INCREMENT"):
 * made where the row has NULL, or 0 but for sql_mode NO_AUTO_VALUE_ON_ZERO; given ones move the sequence on.
 */
export class AutoIds {
  firstGenerated: number | bigint = 0;
  lastExplicit: number | bigint = 0;
  /** Rows that IGNORE took out because no value was left for them. */
  leftOut = 0;
  private readonly zeroGenerates: boolean;
  private strict: Assigner | null = null;

  /** `largestInstead`: a row for which no value is left takes the largest there is (the row that has it is updated). */
  constructor(
    private readonly table: TableInfo,
    private readonly column: ColumnInfo,
    private readonly assigner: Assigner,
    private readonly ctx: ExecContext,
    private readonly largestInstead: boolean,
  ) {
    this.zeroGenerates = (assigner.sqlMode & SqlMode.NoAutoValueOnZero) === 0;
  }

  /** Between values made for rows of one statement. */
  private get step(): number {
    return Number(this.ctx.variable('auto_increment_increment'));
  }

  /** Completes the only row of a statement, which is left out for nothing. */
  generateOne(row: Datum[]): Awaitable<void> {
    const { offset } = this.column;
    const v = row[offset]!;
    if (v !== null && !(this.zeroGenerates && v === 0)) return this.noteExplicit(v as number | bigint);
    const place = (id: number | bigint): void => {
      row[offset] = this.made(id)!;
      this.firstGenerated = id;
    };
    const got = this.ctx.allocateIds(this.table, 'column', 1);
    return got instanceof Promise ? got.then(place) : place(got);
  }

  /** Completes the rows from number `from` on, in their order. Rows that are left out are taken from the list. */
  generate(rows: Datum[][], from: number): Awaitable<void> {
    const { offset } = this.column;
    const needs = (v: Datum): boolean => v === null || (this.zeroGenerates && v === 0);
    for (let r = from; r < rows.length;) {
      const v = rows[r]![offset]!;
      if (!needs(v)) {
        const done = this.noteExplicit(v as number | bigint);
        r++;
        if (done instanceof Promise) return done.then(() => this.generate(rows, r));
        continue;
      }
      let n = 1;
      while (r + n < rows.length && needs(rows[r + n]![offset]!)) n++;
      const got = this.ctx.allocateIds(this.table, 'column', n);
      if (got instanceof Promise)
        return got.then((id) => this.generate(rows, r + this.place(rows, r, n, id)));
      r += this.place(rows, r, n, got);
    }
  }

  private noteExplicit(v: number | bigint): Awaitable<void> {
    if (this.table.autoRandom !== undefined) this.checkExplicit();
    this.lastExplicit = v;
    if (v > 0) return this.ctx.rebaseAutoId(this.table, typeof v === 'number' ? Math.round(v) : v);
  }

  /** Gives `n` rows from `r` on the values from `id` on; how many rows of them stay. */
  private place(rows: Datum[][], r: number, n: number, id: number | bigint): number {
    let kept = 0;
    const { step } = this;
    for (let k = 0; k < n; k++) {
      const value = typeof id === 'number' ? id + k * step : id + BigInt(k * step);
      const made = this.made(value);
      if (made === undefined) continue;
      rows[r + kept] = rows[r + k]!;
      rows[r + kept++]![this.column.offset] = made;
      if (this.firstGenerated === 0) this.firstGenerated = value;
    }
    if (kept < n) {
      rows.splice(r + kept, n - kept);
      this.leftOut += n - kept;
    }
    return kept;
  }

  /**
   * A value made for the column, whose range it may have left: a TINYINT sequence ends. Throws 1690, or 1467 where sql_mode
   * is lax; undefined for a row that IGNORE leaves out.
   */
  private made(value: number | bigint): Datum | undefined {
    const { assigner, column, ctx } = this;
    this.strict ??= assigner.strict ? assigner : strictAssigner(ctx);
    try {
      return this.strict.assign(value, BIGINT_UNSIGNED, column);
    } catch (e) {
      if ((e as { code?: number }).code !== 1264) throw e;
      assigner.problem(!assigner.strict, 'ER_CONSTANT_OVERFLOW', value, typeName(column.type));
      if (assigner.ignore && this.largestInstead) {
        const quiet = new Assigner({ eval: { ...ctx.eval, warn: () => undefined } }, true);
        return quiet.assign(value, BIGINT_UNSIGNED, column);
      }
      assigner.problem(assigner.ignore, 'ER_AUTOINC_READ_FAILED');
      return undefined;
    }
  }

  /** Throws 8216 for a value given for an AUTO_RANDOM column. */
  private checkExplicit(): void {
    if (this.ctx.variable('allow_auto_random_explicit_insert') !== 'ON')
      throw mysqlError(
        'ER_INVALID_AUTO_RANDOM',
        'Explicit insertion on auto_random column is disabled. Try to set @@allow_auto_random_explicit_insert = true.',
      );
  }
}

/** Refuses what columns cannot hold, whatever sql_mode says. */
const strictAssigner = (ctx: ExecContext): Assigner =>
  new Assigner({ eval: { ...ctx.eval, sqlMode: SqlMode.StrictAllTables } }, false);

/** Type of generated ids. */
const BIGINT_UNSIGNED = {
  tp: 0x08,
  flag: 32,
  flen: 20,
  decimal: 0,
  charset: 'binary',
  collate: 'binary',
} as const;
