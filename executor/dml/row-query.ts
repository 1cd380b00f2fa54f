import type { RowQuery } from '../../planner/physical/plan.js';
import { type Datum, ownDatum } from '../../types/datum.js';
import { buildOperator } from '../build-operator.js';
import type { ExecContext } from '../exec-context.js';

/** The value that a query makes of a row. */
export async function runRowQuery(query: RowQuery, row: readonly Datum[], ctx: ExecContext): Promise<Datum> {
  query.cells.forEach((cell, i) => (cell.value = row[i]!));
  const operator = buildOperator(query.plan, ctx);
  try {
    await operator.open();
    for (;;) {
      const chunk = await operator.next();
      if (chunk === null) return null;
      if (chunk.rows > 0) return ownDatum(chunk.columns[0]!.get(chunk.sel === null ? 0 : chunk.sel[0]!));
    }
  } finally {
    await operator.close();
  }
}
