import type { ColumnInfo, IndexInfo, TableInfo } from '../../catalog/model.js';
import { descendingParts, isVirtual, primaryIndex } from '../../catalog/table-layout.js';
import { typeHasForm } from '../../expression/pushdown/store-form.js';
import { TypeCode } from '../../types/field-type.js';
import type { PlanContext } from '../plan-context.js';
import type { IndexScan, TableScan } from './plan.js';

/** Whether TiKV's coprocessor can be told to read a column: a default of JSON for rows from before the column has no form. */
const columnHasForm = (c: ColumnInfo): boolean =>
  c.type.arrayOf === undefined &&
  typeHasForm(c.type) &&
  !(c.type.tp === TypeCode.Json && c.originDefault instanceof Uint8Array);

/** Whether it can be told to read these columns of rows. */
export function tableScanHasForm(table: TableInfo, columns: readonly ColumnInfo[]): boolean {
  const key = columns.length === 0 ? primaryIndex(table)?.columns[0] : undefined;
  const read = key === undefined ? columns : [table.columns[key.offset]!];
  return read.every((c) => !isVirtual(c) && columnHasForm(c));
}

/** Whether it can be told to read an index: not one over several partitions, nor of the elements of arrays, nor in descending order. */
export function indexScanHasForm(table: TableInfo, index: IndexInfo): boolean {
  const key = table.isCommonHandle ? primaryIndex(table)!.columns : [];
  return (
    index.global !== true &&
    descendingParts(index) === undefined &&
    [...index.columns, ...key].every((c) => columnHasForm(table.columns[c.offset]!))
  );
}

export const scanHasForm = (scan: TableScan | IndexScan): boolean =>
  scan.op === 'TableScan'
    ? tableScanHasForm(scan.table, scan.columns)
    : indexScanHasForm(scan.table, scan.index);

/** Whether operators above a scan may run in the store: one elsewhere must be able to read what they work on. */
export const takesOperators = (ctx: PlanContext, scan: TableScan | IndexScan): boolean =>
  ctx.remoteStore !== true || scanHasForm(scan);
