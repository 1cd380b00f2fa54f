import { allFields, makeSelect, tableSource } from '../../parser/ast/make-select.js';
import type * as ast from '../../parser/ast/index.js';
import type { BuildState } from '../resolve/build-state.js';
import type { CteScope, QueryScope, Relation } from '../resolve/scope.js';
import { buildSelect } from './build-select.js';
import { buildSetOperation, buildValues } from './build-set.js';

/** Builds any query: its plan gives exactly the visible columns, in order. Nothing that it reads is written. */
export function buildQuery(
  state: BuildState,
  query: ast.Query,
  outer: QueryScope | null,
  ctes: CteScope | null,
): Relation {
  const { writing } = state;
  state.writing = false;
  try {
    return buildAny(state, query, outer, ctes);
  } finally {
    state.writing = writing;
  }
}

function buildAny(
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
  const { table, kind: _kind, ...tail } = q;
  return makeSelect({ fields: allFields(), from: tableSource(table), ...tail });
}
