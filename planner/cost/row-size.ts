import type { IndexInfo } from '../../catalog/model.js';
import type { DataSource } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';
import { COST, LARGE_TABLE } from './factors.js';
import type { TableEstimate } from './selectivity.js';

/** Bytes taken for a column of which no statistics tell. */
const UNKNOWN_COLUMN = 8;
/** Prefix and flags of a record's key beyond the handle. */
const RECORD_KEY = 11;
/** Prefix of an index entry's key. */
const INDEX_KEY = 19;

function columnBytes(est: TableEstimate, ds: DataSource, offsets: Iterable<number>): number {
  let bytes = 0;
  for (const o of offsets) {
    const known = est.stats?.columns.get(ds.table.columns[o]!.id)?.avgSize ?? 0;
    bytes += 1 + (known > 0 ? known : UNKNOWN_COLUMN);
  }
  return bytes;
}

/** The columns that make the handle: none for hidden row ids. */
function handleOffsets(ds: DataSource): number[] {
  const { table } = ds;
  if (table.isCommonHandle) return table.indices.find((i) => i.primary)!.columns.map((c) => c.offset);
  if (!table.pkIsHandle) return [];
  return [table.columns.findIndex((c) => (c.type.flag & 2) !== 0)];
}

const hiddenHandle = (ds: DataSource): number =>
  ds.table.pkIsHandle || ds.table.isCommonHandle ? 0 : UNKNOWN_COLUMN + 1;

/** Bytes of a row in the row store. */
function recordBytes(est: TableEstimate, ds: DataSource): number {
  const stored = ds.table.columns.flatMap((c, i) =>
    c.state === 'public' && !c.hidden && (c.generated === '' || c.generatedStored) ? [i] : [],
  );
  return columnBytes(est, ds, stored) + hiddenHandle(ds) + RECORD_KEY;
}

/** Bytes of an index entry. */
function entryBytes(est: TableEstimate, ds: DataSource, index: IndexInfo): number {
  const offsets = [...index.columns.map((c) => c.offset), ...handleOffsets(ds)];
  return columnBytes(est, ds, offsets) + hiddenHandle(ds) + INDEX_KEY + (index.unique ? 0 : 1);
}

/** The size of which the factors are: a record of three integers. */
const FACTOR_BYTES = 38;

/** Reading costs more the longer a record is, but by far not in proportion: most of it is the step to the next. */
const bySize = (bytes: number): number => Math.log2(bytes) / Math.log2(FACTOR_BYTES);

/** How much more than the factor says reading one row of a table in key order costs; `full`: all of it. */
export function recordScale(ctx: PlanContext, est: TableEstimate, ds: DataSource, full: boolean): number {
  const risky = full && est.rows < LARGE_TABLE && est.stats === null && newModel(ctx);
  return (risky ? COST.unknownScan : 1) * bySize(recordBytes(est, ds));
}

/** `tidb_cost_model_version` 1 knows of no risk. */
const newModel = (ctx: PlanContext): boolean => ctx.variable('tidb_cost_model_version') !== '1';

/** The same of one entry of an index. */
export const entryScale = (est: TableEstimate, ds: DataSource, index: IndexInfo): number =>
  bySize(entryBytes(est, ds, index));
