import { autoColumn } from '../../catalog/auto-columns.js';
import type { ColumnInfo, TableInfo } from '../../catalog/model.js';
import { isWritable } from '../../catalog/table-layout.js';
import type { Expression } from '../../expression/expression.js';
import { columnsOf } from '../../expression/traverse.js';
import type { Insert, RowQuery } from '../../planner/physical/plan.js';
import { defaultExpression, generationOf, rowColumns } from '../../planner/resolve/table-expression.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import { Flag, isNotNull, type FieldType } from '../../types/field-type.js';
import type { ExecContext } from '../exec-context.js';
import { implicitDefault, type Assigner } from './assignment.js';
import { evalOnRow } from './row-input.js';
import { runRowQuery } from './row-query.js';

interface ComputedDefault {
  readonly column: ColumnInfo;
  readonly value: Expression;
}

/** What rows begin with. */
export interface Defaults {
  /** By column offset, where it is the same for each statement; NULL elsewhere. */
  readonly constants: Datum[];
  /** Columns whose default each statement finds anew: the time, an expression, one that has none. */
  readonly others: readonly ColumnInfo[];
}

/** By the plan's list of columns. */
const DEFAULTS = new WeakMap<readonly ColumnInfo[], Defaults & { readonly table: TableInfo }>();

/** NOT NULL, or what DROP DEFAULT leaves. */
const needsValue = (type: FieldType): boolean => (type.flag & (Flag.NotNull | Flag.NoDefaultValue)) !== 0;

export function defaultsOf(table: TableInfo, given: readonly ColumnInfo[]): Defaults {
  let known = DEFAULTS.get(given);
  if (known?.table === table) return known;
  const constants = new Array<Datum>(table.columns.length).fill(null);
  const others: ColumnInfo[] = [];
  const offsets = new Set(given.map((c) => c.offset));
  const auto = autoColumn(table)?.id;
  for (const c of table.columns) {
    if (!isWritable(c.state) || c.generated !== '') continue;
    const d = c.default;
    if (offsets.has(c.offset)) {
      // Until it is assigned, expressions see its default (manual, "INSERT Statement").
      if (d.kind === 'value') constants[c.offset] = d.value;
      else if (d.kind === 'now') others.push(c);
    } else if (c.id !== auto || d.kind === 'expr') {
      if (d.kind === 'value' && d.value !== null) constants[c.offset] = d.value;
      else if (d.kind === 'now' || d.kind === 'expr' || needsValue(c.type)) others.push(c);
    }
  }
  DEFAULTS.set(given, (known = { table, constants, others }));
  return known;
}

/** Makes full rows of the values given for some columns. */
export class RowTemplate {
  private defaults: Datum[] | null = null;
  /** Columns whose default is an expression, with a value for each row, and the generated ones that these read; in their order. */
  private computed: readonly ComputedDefault[] = [];
  /** Those that the present row sets to DEFAULT. */
  private readonly deferred: ComputedDefault[] = [];
  /** The columns that expressions read, by place. */
  private readonly shown: readonly ColumnInfo[];

  constructor(
    private readonly table: Insert['table'],
    private readonly given: readonly ColumnInfo[],
    private readonly assigner: Assigner,
    private readonly ctx: ExecContext,
    private readonly queries: Insert['queries'] = undefined,
  ) {
    this.shown = table.columns.filter((c) => c.state === 'public');
  }

  /** Whether columns that are not given have expressions for defaults. */
  get computesDefaults(): boolean {
    this.start();
    return this.computed.length > 0;
  }

  /** A row with every column at its default, where that is no expression. */
  start(): Datum[] {
    this.defaults ??= this.makeDefaults();
    return this.defaults.slice();
  }

  private makeDefaults(): Datum[] {
    const { constants, others } = defaultsOf(this.table, this.given);
    if (others.length === 0) return constants;
    const defaults = constants.slice();
    const computed: ComputedDefault[] = [];
    for (const column of others) {
      const d = column.default;
      if (d.kind === 'expr') {
        computed.push({ column, value: defaultExpression(d.sql, this.table, this.ctx.eval) });
      } else if (d.kind === 'now') defaults[column.offset] = this.assigner.now(column);
      else defaults[column.offset] = this.assigner.defaultOf(column);
    }
    if (computed.length > 0) this.computed = this.inOrder(computed);
    return defaults;
  }

  /** Sets the defaults that are expressions, once the values given are in the row. */
  complete(row: Datum[]): Awaitable<Datum[]> {
    if (this.deferred.length > 0) {
      const all = this.inOrder([...this.computed, ...this.deferred]);
      this.deferred.length = 0;
      return this.completeFrom(row, all, 0);
    }
    return this.computed.length === 0 ? row : this.completeFrom(row, this.computed, 0);
  }

  /** Defaults in the order of their columns, with the generated columns that they read among them (error 3767 sees to that). */
  private inOrder(defaults: readonly ComputedDefault[]): readonly ComputedDefault[] {
    const all = new Map(defaults.map((d) => [d.column.offset, d]));
    for (const { value } of all.values()) {
      for (const { index } of columnsOf(value)) {
        const column = this.table.columns[index]!;
        if (column.generated === '' || all.has(index)) continue;
        all.set(index, {
          column,
          value: generationOf(column, this.ctx.eval, rowColumns(this.table.columns)),
        });
      }
    }
    return [...all.values()].sort((a, b) => a.column.offset - b.column.offset);
  }

  private completeFrom(row: Datum[], computed: readonly ComputedDefault[], from: number): Awaitable<Datum[]> {
    for (let i = from; i < computed.length; i++) {
      const { column, value } = computed[i]!;
      const v = this.computeDefault(row, value);
      if (v instanceof Promise)
        return v.then((d) => {
          row[column.offset] = this.assigner.assign(d, value.type, column);
          return this.completeFrom(row, computed, i + 1);
        });
      row[column.offset] = this.assigner.assign(v, value.type, column);
    }
    return row;
  }

  private computeDefault(row: readonly Datum[], value: Expression): Awaitable<Datum> {
    return evalOnRow(value, (place) => row[this.table.columns[place]!.offset]!, this.ctx);
  }

  defaultOf(column: ColumnInfo): Datum {
    return column.id === autoColumn(this.table)?.id ? null : this.assigner.defaultOf(column);
  }

  /** A cell of the row as expressions read it: NOT NULL columns without a value yet have the implicit default of their type. */
  private inputCell(row: readonly Datum[], { offset, type }: ColumnInfo): Datum {
    const v = row[offset]!;
    return v === null && isNotNull(type) ? implicitDefault(type) : v;
  }

  /** What a query makes of the row as it is so far. */
  query(query: RowQuery, row: readonly Datum[]): Promise<Datum> {
    const cells = this.shown.map((c) => this.inputCell(row, c));
    return runRowQuery(query, cells, this.ctx.reading ?? this.ctx);
  }

  /** Evaluates a VALUES row. */
  fill(values: readonly (Expression | null)[]): Awaitable<Datum[]> {
    const row = this.start();
    return this.fillFrom(row, values, 0);
  }

  private fillFrom(row: Datum[], values: readonly (Expression | null)[], from: number): Awaitable<Datum[]> {
    for (let i = from; i < values.length; i++) {
      const e = values[i]!;
      const column = this.given[i]!;
      if (e === null) {
        if (column.default.kind === 'expr') {
          const value = defaultExpression(column.default.sql, this.table, this.ctx.eval);
          this.deferred.push({ column, value });
        } else row[column.offset] = this.defaultOf(column);
        continue;
      }
      let v: Awaitable<Datum>;
      const query = this.queries?.get(e);
      if (query !== undefined) v = this.query(query, row);
      else if (e.kind === 'constant' && e.param === undefined) v = e.value;
      else v = evalOnRow(e, (place) => this.inputCell(row, this.shown[place]!), this.ctx);
      if (v instanceof Promise) {
        return v.then((d) => {
          row[column.offset] = this.assigner.assign(d, e.type, column);
          return this.fillFrom(row, values, i + 1);
        });
      }
      row[column.offset] = this.assigner.assign(v, e.type, column);
    }
    return this.complete(row);
  }
}
