import type { Insert } from '../../planner/physical/plan.js';
import type { Awaitable } from '../../types/awaitable.js';
import { type Datum, ownDatum } from '../../types/datum.js';
import { buildOperator } from '../build-operator.js';
import { AtOnceOperator } from '../few-rows/at-once.js';
import type { DmlResult, ExecContext } from '../exec-context.js';
import { andThen } from '../operator.js';
import { Assigner } from './assignment.js';
import { BulkInsert } from './bulk-insert.js';
import { type OnDuplicate, RowInserter } from './row-inserter.js';
import { PIECE_ROWS, RowPieces } from './row-pieces.js';
import { RowTemplate } from './row-template.js';
import { executeShortInsert } from './short-insert.js';

export function executeInsert(plan: Insert, ctx: ExecContext): Awaitable<DmlResult> {
  return executeShortInsert(plan, ctx) ?? insertRows(plan, ctx);
}

function insertRows(plan: Insert, ctx: ExecContext): Awaitable<DmlResult> {
  const assigner = new Assigner(ctx, plan.ignore);
  const mode: OnDuplicate = plan.replace
    ? 'replace'
    : plan.onDuplicate.length > 0
      ? 'update'
      : plan.ignore
        ? 'ignore'
        : 'error';
  const inserter = new RowInserter(
    plan.table,
    mode,
    assigner,
    ctx,
    plan.onDuplicate,
    plan.partitions,
    plan.viewCheck,
    plan.columns.some((c) => c.offset === plan.table.columns.length),
  );
  const template = new RowTemplate(plan.table, plan.columns, assigner, ctx, plan.queries);
  const lax = plan.ignore || (!assigner.strict && (plan.select !== null || plan.rows.length > 1));
  const done = (): DmlResult => {
    inserter.finish();
    return insertResult(plan, inserter, ctx);
  };
  if (plan.select !== null) return insertSelect(plan, template, inserter, assigner, lax, ctx).then(done);
  if (plan.rows.length > 1) return insertValues(plan, template, inserter, assigner, lax, ctx).then(done);
  const inserted = andThen(template.fill(plan.rows[0]!), (row) => inserter.insert([row], lax));
  return andThen(inserted, done);
}

async function insertValues(
  plan: Insert,
  template: RowTemplate,
  inserter: RowInserter,
  assigner: Assigner,
  lax: boolean,
  ctx: ExecContext,
): Promise<void> {
  for (let at = 0; at < plan.rows.length; at += PIECE_ROWS) {
    const end = Math.min(plan.rows.length, at + PIECE_ROWS);
    const rows: Datum[][] = [];
    for (let r = at; r < end; r++) {
      assigner.row = r + 1;
      const row = template.fill(plan.rows[r]!);
      rows.push(row instanceof Promise ? await row : row);
    }
    await inserter.insert(rows, lax);
    if (end < plan.rows.length) {
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  }
}

async function insertSelect(
  plan: Insert,
  template: RowTemplate,
  inserter: RowInserter,
  assigner: Assigner,
  lax: boolean,
  ctx: ExecContext,
): Promise<void> {
  const select = new RowPieces(new AtOnceOperator(plan.select!, ctx.reading ?? ctx, buildOperator));
  const types = plan.select!.schema.map((c) => c.type);
  const extra = plan.onDuplicate.length === 0 ? 0 : types.length - plan.columns.length;
  const bulk = new BulkInsert(plan, template, inserter, lax, ctx);
  let n = 0;
  try {
    await select.open();
    for (;;) {
      const chunk = await select.next();
      if (chunk === null) return await bulk.end();
      const rows: Datum[][] = [];
      for (let k = 0; k < chunk.rows; k++) {
        const i = chunk.sel === null ? k : chunk.sel[k]!;
        assigner.row = ++n;
        const row = template.start();
        for (let c = 0; c < plan.columns.length; c++) {
          const column = plan.columns[c]!;
          row[column.offset] = assigner.assign(chunk.columns[c]!.get(i), types[c]!, column);
        }
        const completed = template.complete(row);
        const full = completed instanceof Promise ? await completed : completed;
        if (extra > 0)
          inserter.noteQueryValues(
            full,
            Array.from({ length: extra }, (_, k) => ownDatum(chunk.columns[plan.columns.length + k]!.get(i))),
          );
        rows.push(full);
      }
      await bulk.add(rows);
      const pause = ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  } finally {
    await bulk.close();
    await select.close();
  }
}

function insertResult(plan: Insert, r: RowInserter, ctx: ExecContext): DmlResult {
  const many = plan.select !== null || plan.rows.length > 1;
  // A value made for a row that was then updated in place of it is nobody's id (MySQL manual, "INSERT ... ON DUPLICATE KEY UPDATE").
  const updatedOnly = plan.onDuplicate.length > 0 && r.insertedRows === 0;
  // The client is told the id of the row that there is, LAST_INSERT_ID() is not (MySQL's OK packet).
  const shown = updatedOnly ? r.lastUpdated : r.firstGenerated === 0 ? r.lastExplicit : 0;
  const duplicates = plan.replace ? r.deleted : plan.onDuplicate.length > 0 ? r.updated : r.skipped;
  return {
    affectedRows: r.affected,
    foundRows: r.found,
    lastInsertId: updatedOnly ? 0 : r.firstGenerated,
    explicitInsertId: shown === 0 ? undefined : shown,
    info: many ? `Records: ${r.records}  Duplicates: ${duplicates}  Warnings: ${ctx.warningCount}` : '',
  };
}
