import type * as ast from '../../parser/ast/index.js';
import type { BuildState } from '../resolve/build-state.js';
import type { CteScope, QueryScope, Relation } from '../resolve/scope.js';
import { buildSelect } from './build-select.js';
import { buildSetOperation, buildValues } from './build-set.js';

/** Builds any query: its plan gives exactly the visible columns, in order. */
export function buildQuery(
  state: BuildState,
  query: ast.Query,
  outer: QueryScope | null,
  ctes: CteScope | null,
): Relation {
  switch (query.kind) {
    case 'Select':
      return buildSelect(state, query, outer, ctes);
    case 'SetOperation':
      return buildSetOperation(state, query, outer, ctes);
    case 'Values':
      return buildValues(state, query, outer, ctes);
    case 'TableStmt':
      return buildSelect(state, tableAsSelect(query), outer, ctes);
  }
}

/** TABLE t is SELECT * FROM t. */
function tableAsSelect(q: ast.TableStmt): ast.SelectStmt {
  return {
    kind: 'Select',
    hints: [],
    options: {
      distinct: false,
      all: false,
      straightJoin: false,
      calcFoundRows: false,
      highPriority: false,
      smallResult: false,
      bigResult: false,
      bufferResult: false,
      cache: null,
    },
    fields: [{ expr: null, wildcard: { schema: null, table: null }, alias: null, text: '*' }],
    from: {
      kind: 'Table',
      table: q.table,
      alias: null,
      partitions: [],
      indexHints: [],
      asOf: null,
      sample: null,
    },
    where: null,
    groupBy: null,
    having: null,
    windows: [],
    with: q.with,
    orderBy: q.orderBy,
    limit: q.limit,
    lock: q.lock,
    into: q.into,
    parens: q.parens,
    start: q.start,
    end: q.end,
  };
}
