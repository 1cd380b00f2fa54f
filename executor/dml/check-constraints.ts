import type { CheckInfo, TableInfo } from '../../catalog/model.js';
import { Chunk } from '../../chunk/chunk.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import { compileFilter, type Filter } from '../../expression/compile.js';
import type { ViewCheck } from '../../planner/physical/plan.js';
import { checkExpression } from '../../planner/resolve/table-expression.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { MysqlError } from '../../types/error.js';
import type { ExecContext } from '../exec-context.js';

/** The enforced CHECK constraints of a table, and the CHECK OPTION of views that it is written through, for full rows (datums by column offset) about to be written. */
export class CheckConstraints {
  private readonly checks: readonly {
    /** Offsets of the columns that the condition reads, in the order of its input. */
    readonly reads: readonly number[];
    /** Leaves the rows for which the condition is false. */
    readonly filter: Filter;
    readonly error: () => MysqlError;
  }[];

  private constructor(
    private readonly table: TableInfo,
    enforced: readonly CheckInfo[],
    view: ViewCheck | null,
    private readonly ctx: Pick<ExecContext, 'eval'>,
  ) {
    const own = enforced.map((check) => {
      const { violation, reads } = checkExpression(check, table, ctx.eval);
      const error = (): MysqlError => mysqlError('ER_CHECK_CONSTRAINT_VIOLATED', check.name);
      return { reads, filter: compileFilter([violation]), error };
    });
    const ofViews = (view?.violations ?? []).map((violation) => ({
      reads: view!.reads,
      filter: compileFilter([violation]),
      error: () => mysqlError('ER_VIEW_CHECK_FAILED', view!.db, view!.view),
    }));
    this.checks = [...own, ...ofViews];
  }

  /** Null for a table without enforced constraints that is not written through a view with a CHECK OPTION. */
  static of(
    table: TableInfo,
    ctx: Pick<ExecContext, 'eval'>,
    view: ViewCheck | null = null,
  ): CheckConstraints | null {
    if (table.checks === undefined && view === null) return null;
    const enforced = table.checks?.filter((c) => c.enforced) ?? [];
    return enforced.length === 0 && view === null ? null : new CheckConstraints(table, enforced, view, ctx);
  }

  /** Throws 3819 or 1369 for the first row that a constraint refuses. */
  async check(rows: readonly Datum[][]): Promise<void> {
    const broken = await this.broken(rows);
    const e = broken.find((b) => b !== null);
    if (e !== undefined && e !== null) throw e;
  }

  /** What refuses each row; null for rows that may be written. NULL is no violation (manual, "CHECK Constraints"). */
  async broken(rows: readonly Datum[][]): Promise<(MysqlError | null)[]> {
    const out = new Array<MysqlError | null>(rows.length).fill(null);
    if (rows.length === 0) return out;
    for (const { reads, filter, error } of this.checks) {
      const vectors = reads.map((offset) =>
        vectorOf(
          rows.map((r) => r[offset] ?? null),
          this.table.columns[offset]!.type,
        ),
      );
      const got = filter.run(new Chunk(vectors, rows.length), this.ctx.eval);
      const refused = got instanceof Promise ? await got : got;
      for (let k = 0; k < refused.rows; k++) {
        const i = refused.sel === null ? k : refused.sel[k]!;
        out[i] ??= error();
      }
    }
    return out;
  }
}
