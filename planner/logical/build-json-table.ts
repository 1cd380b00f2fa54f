import { columnFieldType } from '../../ddl/column-type.js';
import { parsePath, type JsonPath } from '../../expression/json/path.js';
import { isContainer, jsonToSql, StrictContext, type JsonFallback } from '../../expression/json/sql-value.js';
import type { JsonColumn, JsonRowPath } from '../../expression/json/table-shape.js';
import { intType } from '../../expression/type-inference.js';
import { Runtime } from '../../expression/runtime.js';
import type { Column } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { mysqlError } from '../../types/error-table.js';
import { charset } from '../../types/charset.js';
import { collation } from '../../types/collation.js';
import { TypeCode, type FieldType } from '../../types/field-type.js';
import { encodeJson } from '../../types/json/binary.js';
import { parseJson } from '../../types/json/parse.js';
import type { JsonValue } from '../../types/json/value.js';
import { literal } from '../resolve/literal.js';
import { build } from '../resolve/expression-builder.js';
import type { BuildState } from '../resolve/build-state.js';
import type { FieldName, QueryScope, Relation } from '../resolve/scope.js';
import { decodeUtf8 } from '../../types/charset.js';
import { dual } from './plan.js';

/** Text of a string literal: paths and defaults can be nothing else. */
function textOf(state: BuildState, e: ast.Expr): string {
  const x = stripParens(e);
  if (x.kind !== 'StringLiteral') throw mysqlError('ER_INVALID_JSON_PATH', 1);
  return decodeUtf8(literal(x, state.ctx).value as Uint8Array);
}

export const literalPath = (state: BuildState, e: ast.Expr): JsonPath => parsePath(textOf(state, e));

/** ON EMPTY, ON ERROR of a JSON_TABLE column: a default is JSON text. Throws 3141, 1067. */
function fallback(
  state: BuildState,
  event: ast.JsonOnEvent | null,
  name: string,
  type: FieldType,
): JsonFallback {
  if (event === null || event.action === 'NULL') return { action: 'null' };
  if (event.action === 'ERROR') return { action: 'error' };
  const x = stripParens(event.value);
  let value: JsonValue;
  try {
    value = parseJson(textOf(state, x));
  } catch {
    throw mysqlError('ER_INVALID_DEFAULT', name);
  }
  if (type.tp === TypeCode.Json) return { action: 'default', value: encodeJson(value) };
  if (isContainer(value)) throw mysqlError('ER_INVALID_DEFAULT', name);
  const rt = new Runtime(state.ctx.eval);
  return { action: 'default', value: jsonToSql(value, type, new StrictContext(rt, name)) };
}

/** JSON_TABLE(doc, path COLUMNS (…)) over what `scope` gives: `doc` may read the tables before it in FROM. */
export function buildJsonTable(state: BuildState, ref: ast.JsonTable, scope: QueryScope): Relation {
  if (ref.alias === '') throw mysqlError('ER_TF_MUST_HAVE_ALIAS');
  const inner: QueryScope = {
    relation: { plan: dual(1), names: [] },
    outer: scope,
    ctes: scope.ctes,
    cells: new Map(),
  };
  const doc = build({ state, scope: inner, clause: 'a table function argument' }, ref.doc);
  const columns: Column[] = [];
  const names: FieldName[] = [];
  const add = (name: string, type: FieldType): number => {
    const lower = name.toLowerCase();
    if (names.some((n) => n.name.toLowerCase() === lower)) throw mysqlError('ER_DUP_FIELDNAME', name);
    const column = state.column(type, `${ref.alias.toLowerCase()}.${lower}`);
    columns.push(column);
    names.push({
      name,
      table: ref.alias,
      db: '',
      orgName: name,
      orgTable: ref.alias,
      column,
      visible: true,
      hidden: false,
    });
    return columns.length - 1;
  };
  const connection = collation(state.ctx.eval.connectionCollation);
  const strings = {
    charset: connection?.charset ?? 'utf8mb4',
    collate: connection?.name ?? charset('utf8mb4')!.defaultCollation,
  };
  const rowPath = (path: ast.Expr, list: readonly ast.JsonTableColumn[]): JsonRowPath => {
    const own: JsonColumn[] = [];
    const nested: JsonRowPath[] = [];
    const root = literalPath(state, path);
    for (const c of list) {
      if (c.kind === 'Nested') nested.push(rowPath(c.path, c.columns));
      else if (c.kind === 'Ordinality') own.push({ kind: 'ordinality', at: add(c.name, intType(true, 10)) });
      else {
        const type = columnFieldType(c.type, c.name, strings);
        const at = add(c.name, type);
        const p = literalPath(state, c.path);
        if (c.exists) own.push({ kind: 'exists', at, path: p, type });
        else
          own.push({
            kind: 'path',
            at,
            name: c.name,
            path: p,
            type,
            onEmpty: fallback(state, c.onEmpty, c.name, type),
            onError: fallback(state, c.onError, c.name, type),
          });
      }
    }
    return { path: root, columns: own, nested };
  };
  const rows = rowPath(ref.path, ref.columns);
  const child = inner.relation.plan;
  return {
    plan: {
      op: 'JsonTable',
      schema: [...child.schema, ...columns],
      children: [child],
      alias: ref.alias,
      doc,
      rows,
      columns,
      keepEmpty: false,
    },
    names,
  };
}
