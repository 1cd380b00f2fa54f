import type { CheckInfo, TableInfo } from '../../catalog/model.js';
import { Chunk } from '../../chunk/chunk.js';
import { vectorOf } from '../../chunk/vector-builder.js';
import { compileFilter, type Filter } from '../../expression/compile.js';
import { checkExpression } from '../../planner/resolve/table-expression.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { MysqlError } from '../../types/error.js';
import type { ExecContext } from '../exec-context.js';

/** The enforced CHECK constraints of a table, for full rows (datums by column offset) about to be written. */
export class CheckConstraints {
  private readonly checks: readonly {
    readonly name: string;
    /** Offsets of the columns that the condition reads, in the order of its input. */
    readonly reads: readonly number[];
    /** Leaves the rows for which the condition is false. */
    readonly filter: Filter;
  }[];

  private constructor(
    private readonly table: TableInfo,
    enforced: readonly CheckInfo[],
    private readonly ctx: Pick<ExecContext, 'eval'>,
  ) {
    this.checks = enforced.map((check) => {
      const { violation, reads } = checkExpression(check, table, ctx.eval);
      return { name: check.name, reads, filter: compileFilter([violation]) };
    });
  }

  /** Null for a table without enforced constraints. */
  static of(table: TableInfo, ctx: Pick<ExecContext, 'eval'>): CheckConstraints | null {
    if (table.checks === undefined) return null;
    const enforced = table.checks.filter((c) => c.enforced);
    return enforced.length === 0 ? null : new CheckConstraints(table, enforced, ctx);
  }

  /** Throws 3819 for the first row that a constraint refuses. */
  async check(rows: readonly Datum[][]): Promise<void> {
    const broken = await this.broken(rows);
    const e = broken.find((b) => b !== null);
    if (e !== undefined && e !== null) throw e;
  }

  /** What refuses each row; null for rows that may be written. NULL is no violation (manual, "CHECK Constraints"). */
  async broken(rows: readonly Datum[][]): Promise<(MysqlError | null)[]> {
    const out = new Array<MysqlError | null>(rows.length).fill(null);
    if (rows.length === 0) return out;
    for (const { name, reads, filter } of this.checks) {
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
        out[i] ??= mysqlError('ER_CHECK_CONSTRAINT_VIOLATED', name);
      }
    }
    return out;
  }
}
