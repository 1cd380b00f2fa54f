import type { DbInfo, IndexInfo, TableInfo } from '../../catalog/model.js';
import type { Column } from '../../expression/expression.js';
import type { Insert, KeyRangeDatum, TableReader, TableScan } from '../../planner/physical/plan.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { ROWID_TYPE } from '../../catalog/table-layout.js';
import { plainColumn, plainTable } from '../../catalog/plain-objects.js';

export const DB: DbInfo = {
  id: 1,
  name: 'test',
  lower: 'test',
  charset: 'utf8mb4',
  collate: 'utf8mb4_bin',
  state: 'public',
};

export interface TestTableOptions {
  readonly pk?: 'handle' | 'common' | 'none';
  /** Offsets of the primary key's columns. */
  readonly pkColumns?: readonly number[];
  readonly indexes?: readonly { readonly columns: readonly number[]; readonly unique: boolean }[];
  readonly autoIncrement?: number;
  readonly id?: number;
}

/** A table of columns c0, c1, … */
export function testTable(types: readonly FieldType[], o: TestTableOptions = {}): TableInfo {
  const columns = types.map((type, i) =>
    plainColumn({ id: i + 1, name: `c${i}`, offset: i, type, autoIncrement: o.autoIncrement === i }),
  );
  const indices: IndexInfo[] = [];
  const add = (name: string, offsets: readonly number[], unique: boolean, primary: boolean): void => {
    indices.push({
      id: indices.length + 1,
      name,
      lower: name.toLowerCase(),
      columns: offsets.map((offset) => ({ name: `c${offset}`, offset, length: -1 })),
      unique,
      primary,
      state: 'public',
      invisible: false,
      comment: '',
    });
  };
  if (o.pkColumns !== undefined) add('PRIMARY', o.pkColumns, true, true);
  o.indexes?.forEach((x, i) => add(`i${i}`, x.columns, x.unique, false));
  return plainTable({
    id: o.id ?? 100,
    name: 't',
    columns,
    indices,
    pkIsHandle: o.pk === 'handle',
    isCommonHandle: o.pk === 'common',
    autoIncrement: 1,
    version: 1,
  });
}

const BASE = { estRows: 1, task: 'root' as const };

export const FULL: KeyRangeDatum = { low: ['min'], high: ['max'], lowExclusive: false, highExclusive: false };

export function tableScan(
  table: TableInfo,
  o: {
    ranges?: readonly KeyRangeDatum[];
    columns?: readonly number[];
    handleOut?: boolean;
    desc?: boolean;
  } = {},
): TableScan {
  const columns = (o.columns ?? table.columns.map((c) => c.offset)).map((i) => table.columns[i]!);
  const schema: Column[] = columns.map((c, i) => ({
    kind: 'column',
    id: i + 1,
    type: c.type,
    index: i,
    name: c.name,
  }));
  if (o.handleOut === true)
    schema.push({ kind: 'column', id: 99, type: ROWID_TYPE, index: schema.length, name: '_tidb_rowid' });
  return {
    op: 'TableScan',
    id: 2,
    ...BASE,
    task: 'cop[tikv]',
    schema,
    db: DB,
    table,
    alias: table.name,
    columns,
    handleOut: o.handleOut === true,
    ranges: { ranges: o.ranges ?? [FULL] },
    full: o.ranges === undefined,
    physicalId: table.id,
    statsInfo: '',
    keepOrder: true,
    desc: o.desc === true,
    storeType: 'tikv',
  };
}

export function tableReader(table: TableInfo, o: Parameters<typeof tableScan>[1] = {}): TableReader {
  const child = tableScan(table, o);
  return {
    op: 'TableReader',
    id: 1,
    ...BASE,
    schema: child.schema,
    child,
    keepOrder: true,
    desc: child.desc,
  };
}

export function insertPlan(
  table: TableInfo,
  rows: readonly (readonly Datum[])[],
  over: Partial<Insert> = {},
): Insert {
  return {
    op: 'Insert',
    id: 1,
    ...BASE,
    schema: [],
    db: DB,
    table,
    columns: table.columns,
    rows: rows.map((r) => r.map((value, i) => ({ kind: 'constant', type: table.columns[i]!.type, value }))),
    select: null,
    partitions: null,
    replace: false,
    ignore: false,
    onDuplicate: [],
    ...over,
  };
}
