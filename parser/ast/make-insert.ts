import type { InsertStmt } from './dml.js';

/** An INSERT into a table of which nothing else is said but what is given. */
export const makeInsert = (
  clauses: Pick<InsertStmt, 'table'> & Partial<Omit<InsertStmt, 'kind'>>,
): InsertStmt => ({
  kind: 'Insert',
  replace: false,
  priority: null,
  ignore: false,
  hints: [],
  partitions: [],
  columns: null,
  setForm: false,
  rows: null,
  query: null,
  rowAlias: null,
  onDuplicate: null,
  ...clauses,
});
