import type { TableInfo } from '../../catalog/model.js';
import { newFunction } from '../../expression/build.js';
import type { Column, Expression } from '../../expression/expression.js';
import { booleanQuery, naturalQuery, rankedWords, rarityOf } from '../../expression/fulltext/query.js';
import { foldOf, textOf } from '../../expression/fulltext/words.js';
import { stringType } from '../../expression/type-inference.js';
import type * as ast from '../../parser/ast/index.js';
import { quoteName } from '../../parser/restore.js';
import type { Datum } from '../../types/datum.js';
import { encodeUtf8 } from '../../types/charset.js';
import { mysqlError } from '../../types/error-table.js';
import { evalType } from '../../types/field-type.js';
import { constant, intConstant } from './literal.js';
import { parseQuery } from './view-text.js';
import { findName, type FieldName } from './scope.js';
import type { ExpressionEnv } from './expression-builder.js';

type Build = (env: ExpressionEnv, e: ast.Expr) => Expression;
type Scalar = (env: ExpressionEnv, query: ast.Query) => Expression;

/**
 * MATCH (columns) AGAINST (query): a function of the columns, and of how many rows have each of the words, which is looked up
 * now. `relevant`: the value counts, not only whether it is 0. Throws 1191, 1210, 1235, 1064.
 */
export function matchAgainst(
  env: ExpressionEnv,
  e: ast.MatchExpr,
  relevant: boolean,
  build: Build,
  scalar: Scalar,
): Expression {
  if (e.modifier === 'EXPANSION' || e.modifier === 'NATURAL_EXPANSION')
    throw mysqlError('ER_NOT_SUPPORTED_YET', 'WITH QUERY EXPANSION');
  const names = e.columns.map((ref) => {
    const found = findName(env.scope.relation.names, ref, env.clause);
    if (found === null) throw mysqlError('ER_BAD_FIELD_ERROR', ref.name, env.clause);
    return found;
  });
  const first = names[0]!;
  if (first.orgTable === '' || names.some((n) => n.table !== first.table || n.orgTable !== first.orgTable))
    throw mysqlError('ER_WRONG_ARGUMENTS', 'MATCH');
  const table = env.state.ctx.schema.table(first.db, first.orgTable);
  const columns = table === null ? null : indexedColumns(table, names);
  if (table === null || columns === null) throw mysqlError('ER_FT_MATCHING_KEY_NOT_FOUND');
  const against = build(env, e.against);
  if (against.kind !== 'constant') throw mysqlError('ER_WRONG_ARGUMENTS', 'AGAINST');
  if (against.param !== undefined) env.state.cacheable = false;
  const boolean = e.modifier === 'BOOLEAN';
  const query = queryText(against.value, evalType(against.type) === 'string');
  const rarities =
    relevant && query !== null ? raritiesOf(env, e, table, first, columns, query, boolean, scalar) : '';
  const text = (s: string): Expression => constant(stringType([...s].length), encodeUtf8(s));
  return newFunction(
    '_fts_rank',
    [
      intConstant(boolean ? 1 : 0),
      query === null ? constant(stringType(0), null) : text(query),
      text(rarities),
      ...columns,
    ],
    env.state.ctx.eval,
  );
}

function queryText(value: Datum, isText: boolean): string | null {
  if (value === null) return null;
  return isText && value instanceof Uint8Array ? textOf(value) : String(value);
}

/** The columns in the order of the FULLTEXT index that is over just these; null when there is none. */
function indexedColumns(table: TableInfo, names: readonly FieldName[]): Column[] | null {
  const byName = new Map(names.map((n) => [n.orgName.toLowerCase(), n.column]));
  for (const index of table.indices) {
    if (index.fulltext === undefined || index.state !== 'public' || index.columns.length === 0) continue;
    const columns = index.fulltext.columns.map((c) => byName.get(c.toLowerCase()));
    if (columns.length === byName.size && columns.every((c) => c !== undefined)) return columns;
  }
  return null;
}

/** Queries by text of a MATCH: what was found out for one is remembered by it when the statement is planned again. */
const COUNTS = new WeakMap<ast.MatchExpr, Map<string, ast.Query>>();

function countQuery(env: ExpressionEnv, e: ast.MatchExpr, sql: string): ast.Query {
  let queries = COUNTS.get(e);
  if (queries === undefined) COUNTS.set(e, (queries = new Map()));
  let query = queries.get(sql);
  if (query === undefined) queries.set(sql, (query = parseQuery(sql, env.state.ctx)));
  return query;
}

/** How rare the words of the query are among all rows, in order, joined by commas. */
function raritiesOf(
  env: ExpressionEnv,
  e: ast.MatchExpr,
  table: TableInfo,
  name: FieldName,
  columns: readonly Column[],
  query: string,
  boolean: boolean,
  scalar: Scalar,
): string {
  const fold = foldOf(columns[0]!.type.collate);
  const items = boolean ? booleanQuery(query, fold) : naturalQuery(query, fold);
  if (items === null)
    throw mysqlError('ER_PARSE_ERROR', 'syntax error in full-text search string', `'${query}'`);
  const from = `FROM ${quoteName(name.db)}.${quoteName(name.orgTable)}`;
  const index = table.indices.find(
    (i) => i.fulltext !== undefined && i.fulltext.columns.length === columns.length,
  )!;
  const words = `_fts_words(${index.fulltext!.columns.map(quoteName).join(', ')})`;
  const count = (sql: string): number => {
    const value = scalar(env, countQuery(env, e, sql));
    if (value.kind !== 'constant') throw mysqlError('ER_NOT_SUPPORTED_YET', 'MATCH as a value here');
    return Number(value.value);
  };
  const ranked = rankedWords(items);
  if (ranked.length === 0) return '';
  const total = count(`SELECT COUNT(*) ${from}`);
  return ranked
    .map((word) => {
      const literal = `'${word.replace(/\*$/, '').replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;
      const having = word.endsWith('*')
        ? count(
            `SELECT COUNT(*) ${from} WHERE JSON_SEARCH(${words}, 'one', CONCAT(REPLACE(${literal}, '_', '\\\\_'), '%')) IS NOT NULL`,
          )
        : count(`SELECT COUNT(*) ${from} WHERE ${literal} MEMBER OF (${words})`);
      return String(rarityOf(total, having));
    })
    .join(',');
}
