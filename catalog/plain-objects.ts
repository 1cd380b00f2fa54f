import type { ColumnInfo, TableInfo } from './model.js';

/** Columns and tables with what they say of themselves and MySQL's defaults for the rest. */

type Given<T, K extends keyof T> = Pick<T, K> & Partial<Omit<T, 'lower'>>;

/** A public column that nothing was said about but what is given. */
export const plainColumn = (given: Given<ColumnInfo, 'id' | 'name' | 'offset' | 'type'>): ColumnInfo => ({
  lower: given.name.toLowerCase(),
  default: { kind: 'none' },
  originDefault: null,
  onUpdateNow: false,
  autoIncrement: false,
  state: 'public',
  comment: '',
  hidden: false,
  generated: '',
  generatedStored: false,
  ...given,
});

/** A public object of a database without indices, in utf8mb4 unless told otherwise. */
export const plainTable = (given: Given<TableInfo, 'name'>): TableInfo => ({
  id: 0,
  lower: given.name.toLowerCase(),
  charset: 'utf8mb4',
  collate: 'utf8mb4_bin',
  columns: [],
  indices: [],
  pkIsHandle: false,
  isCommonHandle: false,
  state: 'public',
  comment: '',
  autoIncrement: 0,
  maxColumnId: given.columns?.length ?? 0,
  maxIndexId: given.indices?.length ?? 0,
  version: 0,
  createTime: 0,
  ...given,
});
