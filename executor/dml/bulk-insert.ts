import { encodeUtf8 } from '../../types/charset.js';
import { ownDatum, type Datum } from '../../types/datum.js';
import type { Insert } from '../../planner/physical/plan.js';
import type { ExecContext } from '../exec-context.js';
import { BulkLoad } from '../load-data/bulk-load.js';
import type { LineFormat } from '../load-data/line-parser.js';
import { evalFormOf } from '../parallel/thread-context.js';
import type { RowInserter } from './row-inserter.js';
import { PIECE_ROWS } from './row-pieces.js';
import type { RowTemplate } from './row-template.js';

/** Rows from which on a load in bulk is worth its commit and its threads. */
const MIN_ROWS = 8192;
/** And bytes of their texts. */
const MIN_BYTES = 4 << 20;

/** Lines are not read: rows come as they are. */
const NO_FORMAT: LineFormat = {
  fieldTerminator: encodeUtf8('\t'),
  enclosed: -1,
  escaped: -1,
  lineStart: new Uint8Array(0),
  lineTerminator: encodeUtf8('\n'),
};

/**
 * INSERT … SELECT. The first rows are held back: when more come, into a table that nothing is stored of, under autocommit, all are loaded
 * in bulk as one commit. Otherwise they go into the transaction.
 */
export class BulkInsert {
  private held: Datum[][] | null;
  private heldBytes = 0;
  private load: BulkLoad | null = null;

  constructor(
    private readonly plan: Insert,
    private readonly template: RowTemplate,
    private readonly inserter: RowInserter,
    private readonly lax: boolean,
    private readonly ctx: ExecContext,
  ) {
    const { table } = plan;
    const plain =
      inserter.plain &&
      (plan.partitions ?? null) === null &&
      (plan.viewCheck ?? null) === null &&
      !template.computesDefaults;
    const sharded = Number(table.options?.['SHARD_ROW_ID_BITS'] ?? 0) > 0;
    this.held = plain && !sharded && (ctx.bulkOptions?.(table) ?? null) !== null ? [] : null;
  }

  async add(rows: Datum[][]): Promise<void> {
    const { held } = this;
    if (this.load !== null) return this.put(this.load, rows);
    if (held === null) return this.inserter.insert(rows, this.lax);
    for (const row of rows) {
      held.push(row.map(ownDatum));
      for (const v of row) if (v instanceof Uint8Array) this.heldBytes += v.length;
    }
    if (held.length < MIN_ROWS && this.heldBytes < MIN_BYTES) return;
    this.held = null;
    this.load = await this.open();
    await this.flush(held);
  }

  private async open(): Promise<BulkLoad | null> {
    const { plan, ctx, template } = this;
    const { table } = plan;
    const target = {
      table,
      offsets: table.columns.map((c) => c.offset),
      defaults: template.start(),
      charset: 'utf8mb4',
      format: NO_FORMAT,
      ignoreLines: 0,
      texts: false,
      eval: evalFormOf(ctx.eval),
      ordered: false,
    };
    const { signal } = ctx;
    return BulkLoad.open(target, ctx.bulkOptions!(table)!, { checkpoint: () => ctx.checkpoint(), signal });
  }

  private async flush(rows: readonly Datum[][]): Promise<void> {
    for (let at = 0; at < rows.length; at += PIECE_ROWS) {
      const piece = rows.slice(at, at + PIECE_ROWS);
      if (this.load !== null) await this.put(this.load, piece);
      else await this.inserter.insert(piece, this.lax);
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  }

  private async put(load: BulkLoad, rows: Datum[][]): Promise<void> {
    const handles = await this.inserter.completeNext(rows, this.lax);
    for (let r = 0; r < rows.length; r++) load.addRow(rows[r]!, handles[r]!);
  }

  /** No more rows come: makes them visible, or leaves them in the transaction. */
  async end(): Promise<void> {
    const { held } = this;
    this.held = null;
    if (held !== null) await this.flush(held);
    await this.load?.end();
    await this.load?.commit();
  }

  async close(): Promise<void> {
    await this.load?.close();
  }
}
