import type { SelectOptions, SelectStmt, TableName, TableSource } from './select.js';

/** A SELECT made by the server itself: every clause absent but those given. */
export function makeSelect(
  clauses: Partial<Omit<SelectStmt, 'kind'>> & Pick<SelectStmt, 'fields'>,
): SelectStmt {
  return {
    kind: 'Select',
    hints: [],
    options: noSelectOptions(),
    from: null,
    where: null,
    groupBy: null,
    having: null,
    windows: [],
    with: null,
    orderBy: null,
    limit: null,
    lock: null,
    into: null,
    parens: false,
    start: 0,
    end: 0,
    ...clauses,
  };
}

/** No word between SELECT and its fields. */
export const noSelectOptions = (): SelectOptions => ({
  distinct: false,
  all: false,
  straightJoin: false,
  calcFoundRows: false,
  highPriority: false,
  smallResult: false,
  bigResult: false,
  bufferResult: false,
  cache: null,
});

/** `*` as a field. */
export const allFields = (): SelectStmt['fields'] => [
  { expr: null, wildcard: { schema: null, table: null }, alias: null, text: '*' },
];

/** A table in FROM, without alias or hints. */
export const tableSource = (table: TableName): TableSource => ({
  kind: 'Table',
  table,
  alias: null,
  partitions: [],
  indexHints: [],
  asOf: null,
  sample: null,
});
