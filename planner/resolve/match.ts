import type { TableInfo } from '../../catalog/model.js';
import { newFunction } from '../../expression/build.js';
import type { Column, Expression } from '../../expression/expression.js';
import { MatchMode, matchQuery, rankedWords, rarityOf } from '../../expression/fulltext/query.js';
import { NGRAM, textOf } from '../../expression/fulltext/words.js';
import { stringType } from '../../expression/type-inference.js';
import type * as ast from '../../parser/ast/index.js';
import { quoteName } from '../../parser/restore.js';
import type { Datum } from '../../types/datum.js';
import { characterCount, encodeUtf8 } from '../../types/charset.js';
import { decodeJson } from '../../types/json/binary.js';
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
 * now. `relevant`: the value counts, not only whether it is 0. Throws 1191, 1210, 1064.
 */
export function matchAgainst(
  env: ExpressionEnv,
  e: ast.MatchExpr,
  relevant: boolean,
  build: Build,
  scalar: Scalar,
): Expression {
  const names = e.columns.map((ref) => {
    const found = findName(env.scope.relation.names, ref, env.clause);
    if (found === null) throw mysqlError('ER_BAD_FIELD_ERROR', ref.name, env.clause);
    return found;
  });
  const first = names[0]!;
  if (first.orgTable === '' || names.some((n) => n.table !== first.table || n.orgTable !== first.orgTable))
    throw mysqlError('ER_WRONG_ARGUMENTS', 'MATCH');
  const table = env.state.ctx.schema.table(first.db, first.orgTable);
  const indexed = table === null ? null : indexedColumns(table, names);
  if (indexed === null) throw mysqlError('ER_FT_MATCHING_KEY_NOT_FOUND');
  const { columns } = indexed;
  const list = indexed.names.map(quoteName).join(', ');
  const ngram = indexed.parser === NGRAM;
  const boolean = e.modifier === 'BOOLEAN';
  const source: Source = {
    list,
    from: `FROM ${quoteName(first.db)}.${quoteName(first.orgTable)}`,
    words: `${ngram ? '_fts_ngrams' : '_fts_words'}(${list})`,
    mode: (boolean ? MatchMode.Boolean : 0) | (ngram ? MatchMode.Ngram : 0),
    collate: columns[0]!.type.collate,
    lookUp: (sql) => {
      const value = scalar(env, lookUpQuery(env, e, sql));
      if (value.kind !== 'constant') throw mysqlError('ER_NOT_SUPPORTED_YET', 'MATCH as a value here');
      return value.value;
    },
  };
  const against = build(env, e.against);
  if (against.kind !== 'constant') throw mysqlError('ER_WRONG_ARGUMENTS', 'AGAINST');
  if (against.param !== undefined) env.state.cacheable = false;
  const given = queryText(against.value, evalType(against.type) === 'string');
  const expands = e.modifier === 'EXPANSION' || e.modifier === 'NATURAL_EXPANSION';
  const query = given !== null && expands ? expandedQuery(source, given) : given;
  const rarities = relevant && query !== null ? raritiesOf(source, query) : '';
  const text = (s: string): Expression => constant(stringType(characterCount(s)), encodeUtf8(s));
  return newFunction(
    '_fts_rank',
    [
      intConstant(source.mode),
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

/** The columns in the order of the FULLTEXT index that is over just these, and their names; null when there is none. */
function indexedColumns(
  table: TableInfo,
  names: readonly FieldName[],
): {
  readonly columns: readonly Column[];
  readonly names: readonly string[];
  readonly parser: string | undefined;
} | null {
  const byName = new Map(names.map((n) => [n.orgName.toLowerCase(), n.column]));
  for (const index of table.indices) {
    if (index.fulltext === undefined || index.state !== 'public' || index.columns.length === 0) continue;
    const columns = index.fulltext.columns.map((c) => byName.get(c.toLowerCase()));
    if (columns.length === byName.size && columns.every((c) => c !== undefined))
      return { columns, names: index.fulltext.columns, parser: index.fulltext.parser };
  }
  return null;
}

/** Queries by text of a MATCH: what was found out for one is remembered by it when the statement is planned again. */
const LOOK_UPS = new WeakMap<ast.MatchExpr, Map<string, ast.Query>>();

function lookUpQuery(env: ExpressionEnv, e: ast.MatchExpr, sql: string): ast.Query {
  let queries = LOOK_UPS.get(e);
  if (queries === undefined) LOOK_UPS.set(e, (queries = new Map()));
  let query = queries.get(sql);
  if (query === undefined) queries.set(sql, (query = parseQuery(sql, env.state.ctx)));
  return query;
}

/** The rows that are matched, as queries that look something up about them name them. */
interface Source {
  /** Columns of the index, quoted and joined by commas. */
  readonly list: string;
  readonly from: string;
  /** The words of a row that are indexed, as SQL. */
  readonly words: string;
  /** Flags of MatchMode. */
  readonly mode: number;
  readonly collate: string;
  /** The value of a scalar query, now. */
  readonly lookUp: (sql: string) => Datum;
}

const quoteText = (s: string): string => `'${s.replace(/\\/g, '\\\\').replace(/'/g, "''")}'`;

/** Rows that lend their words to a query (MySQL's ft_query_expansion_limit). */
const EXPANSION_LIMIT = 20;

/** The query and all words of the rows that it finds, of the most relevant ones (manual, "Full-Text Searches with Query Expansion"). */
function expandedQuery({ list, from, words: indexed, lookUp }: Source, query: string): string {
  const match = `MATCH (${list}) AGAINST (${quoteText(query)})`;
  const rows = `SELECT ${indexed} AS w ${from} WHERE ${match} ORDER BY ${match} DESC LIMIT ${EXPANSION_LIMIT}`;
  const found = lookUp(`SELECT JSON_ARRAYAGG(w) FROM (${rows}) AS found`);
  if (!(found instanceof Uint8Array)) return query;
  const words = new Set((decodeJson(found) as readonly (readonly string[])[]).flat());
  return [query, ...words].join(' ');
}

/** How rare the words of the query are among all rows, in order, joined by commas. */
function raritiesOf({ from, words, mode, collate, lookUp }: Source, query: string): string {
  const { parser, items } = matchQuery(mode, collate, query);
  if (items === null)
    throw mysqlError('ER_PARSE_ERROR', 'syntax error in full-text search string', `'${query}'`);
  const count = (sql: string): number => Number(lookUp(sql));
  const ranked = rankedWords(items, parser);
  if (ranked.length === 0) return '';
  const total = count(`SELECT COUNT(*) ${from}`);
  return ranked
    .map((word) => {
      const literal = quoteText(word.replace(/\*$/, ''));
      const having = word.endsWith('*')
        ? count(
            `SELECT COUNT(*) ${from} WHERE JSON_SEARCH(${words}, 'one', CONCAT(REPLACE(${literal}, '_', '\\\\_'), '%')) IS NOT NULL`,
          )
        : count(`SELECT COUNT(*) ${from} WHERE ${literal} MEMBER OF (${words})`);
      return String(rarityOf(total, having));
    })
    .join(',');
}
