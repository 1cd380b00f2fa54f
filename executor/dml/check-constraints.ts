import type { CheckInfo, TableInfo } from '../../catalog/model.js';
import { Chunk } from '../../chunk/chunk.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import { compileFilter, type Filter } from '../../expression/compile.js';
import type { RowQuery, ViewCheck } from '../../planner/physical/plan.js';
import { checkExpression } from '../../planner/resolve/table-expression.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { MysqlError } from '../../types/error.js';
import type { ExecContext } from '../exec-context.js';
import { runRowQuery } from './row-query.js';

/** A value that a condition looks at: of the row, by column offset, or of the rows joined to it, by the place there. */
type Read = ViewCheck['reads'][number];

/** The rows, if any, that the statement joins to each row. */
export type JoinedValue = (row: number, at: number) => Datum;

/** The enforced CHECK constraints of a table, and the CHECK OPTION of views that it is written through, for full rows (datums by column offset) about to be written. */
export class CheckConstraints {
  private readonly checks: readonly {
    /** In the order of the condition's input. */
    readonly reads: readonly Read[];
    /** Leaves the rows for which the condition is false. */
    readonly filter: Filter;
    readonly error: () => MysqlError;
  }[];

  private constructor(
    table: TableInfo,
    enforced: readonly CheckInfo[],
    private readonly ctx: Pick<ExecContext, 'eval'>,
    private readonly view: ViewCheck | null,
    private readonly run: (query: RowQuery, row: readonly Datum[]) => Promise<Datum>,
  ) {
    const own = enforced.map((check) => {
      const { violation, reads } = checkExpression(check, table, ctx.eval);
      const error = (): MysqlError => mysqlError('ER_CHECK_CONSTRAINT_VIOLATED', check.name);
      const read = (offset: number): Read => ({ type: table.columns[offset]!.type, offset, joined: -1 });
      return { reads: reads.map(read), filter: compileFilter([violation]), error };
    });
    const ofViews = (view?.violations ?? []).map((violation) => ({
      reads: view!.reads,
      filter: compileFilter([violation]),
      error: () => this.refused(),
    }));
    this.checks = [...own, ...ofViews];
  }

  /** Null for a table without enforced constraints that is not written through a view with a CHECK OPTION. */
  static of(table: TableInfo, ctx: ExecContext, view: ViewCheck | null = null): CheckConstraints | null {
    const enforced = enforcedOf(table);
    if (enforced.length === 0 && view === null) return null;
    return new CheckConstraints(table, enforced, ctx, view, (query, row) =>
      runRowQuery(query, row, ctx.reading ?? ctx),
    );
  }

  /** The constraints of the table alone. */
  static ofTable(table: TableInfo, ctx: Pick<ExecContext, 'eval'>): CheckConstraints | null {
    const enforced = enforcedOf(table);
    const none = (): never => {
      throw new Error('a table asks for no query');
    };
    return enforced.length === 0 ? null : new CheckConstraints(table, enforced, ctx, null, none);
  }

  private refused(): MysqlError {
    return mysqlError('ER_VIEW_CHECK_FAILED', this.view!.db, this.view!.view);
  }

  /** Throws 3819 or 1369 for the first row that a constraint refuses. */
  async check(rows: readonly Datum[][], joined: JoinedValue = none): Promise<void> {
    const broken = await this.broken(rows, joined);
    const e = broken.find((b) => b !== null);
    if (e !== undefined && e !== null) throw e;
  }

  /** What refuses each row; null for rows that may be written. NULL is no violation (manual, "CHECK Constraints"). */
  async broken(rows: readonly Datum[][], joined: JoinedValue = none): Promise<(MysqlError | null)[]> {
    const out = new Array<MysqlError | null>(rows.length).fill(null);
    if (rows.length === 0) return out;
    const value = ({ offset, joined: at }: Read, i: number): Datum =>
      offset >= 0 ? (rows[i]![offset] ?? null) : at < 0 ? null : joined(i, at);
    for (const { reads, filter, error } of this.checks) {
      const vectors = reads.map((read) =>
        vectorOf(
          rows.map((_, i) => value(read, i)),
          read.type,
        ),
      );
      const got = filter.run(new Chunk(vectors, rows.length), this.ctx.eval);
      const refused = got instanceof Promise ? await got : got;
      for (let k = 0; k < refused.rows; k++) {
        const i = refused.sel === null ? k : refused.sel[k]!;
        out[i] ??= error();
      }
    }
    for (const query of this.view?.queries ?? []) {
      for (let i = 0; i < rows.length; i++) {
        if (out[i] !== null) continue;
        const input = this.view!.reads.map((read) => value(read, i));
        if ((await this.run(query, input)) !== 0) out[i] = this.refused();
      }
    }
    return out;
  }
}

const enforcedOf = (table: TableInfo): readonly CheckInfo[] => table.checks?.filter((c) => c.enforced) ?? [];

/** Of rows to which none is joined. */
const none: JoinedValue = () => null;
