import type { CastType } from './column-type.js';
import type { OrderItem, Query, WindowSpec } from './select.js';

/**
 * Expression nodes. `start` and `end` are offsets in the source string (half open), so that
 * `source.slice(start, end)` is the text as the client wrote it.
 *
 * Every optional part is present as `null` when absent: one shape per kind.
 */
export interface Positioned {
  start: number;
  end: number;
}

/** An unsigned integer literal within 64 bits: number up to 2^53-1, bigint above. Larger ones are DecimalLiteral. */
export interface IntLiteral extends Positioned {
  kind: 'IntLiteral';
  value: number | bigint;
}

/** An exact numeric literal with a point, or an integer beyond 64 bits; `text` is as written (`1.50`, `.5`, `7.`). */
export interface DecimalLiteral extends Positioned {
  kind: 'DecimalLiteral';
  text: string;
}

/** An approximate literal (with an exponent); `text` is as written. */
export interface FloatLiteral extends Positioned {
  kind: 'FloatLiteral';
  value: number;
  text: string;
}

/**
 * A string literal, escapes resolved, adjacent literals joined.
 * `charset` is the introducer (`_latin1'x'`, lower case without the underscore; `N'x'` gives 'utf8').
 * `bytes` is set only when the literal's bytes are not valid UTF-8; `value` is then lossy and `bytes` is the truth.
 * `firstPart` is the first of several adjacent literals (MySQL names the select field after it), else null.
 */
export interface StringLiteral extends Positioned {
  kind: 'StringLiteral';
  value: string;
  bytes: Uint8Array | null;
  charset: string | null;
  firstPart: string | null;
}

/** x'4D' or 0x4D. */
export interface HexLiteral extends Positioned {
  kind: 'HexLiteral';
  bytes: Uint8Array;
  charset: string | null;
}

/** b'101' or 0b101, as big-endian bytes, ceil(bits / 8) of them. */
export interface BitLiteral extends Positioned {
  kind: 'BitLiteral';
  bytes: Uint8Array;
  charset: string | null;
}

export interface NullLiteral extends Positioned {
  kind: 'NullLiteral';
}

/** TRUE or FALSE. */
export interface BoolLiteral extends Positioned {
  kind: 'BoolLiteral';
  value: boolean;
}

/** DATE '…', TIME '…', TIMESTAMP '…' and the ODBC forms {d '…'}, {t '…'}, {ts '…'}. */
export interface TemporalLiteral extends Positioned {
  kind: 'TemporalLiteral';
  type: 'DATE' | 'TIME' | 'TIMESTAMP';
  value: string;
}

/** `?`, numbered from 0 in source order within one statement. */
export interface ParamMarker extends Positioned {
  kind: 'ParamMarker';
  index: number;
}

/** `[[schema.]table.]name`, as written (no case folding). */
export interface ColumnRef extends Positioned {
  kind: 'ColumnRef';
  schema: string | null;
  table: string | null;
  name: string;
}

/** DEFAULT (column null: the value of the target column) or DEFAULT(col). */
export interface DefaultExpr extends Positioned {
  kind: 'DefaultExpr';
  column: ColumnRef | null;
}

/** VALUES(col) in ON DUPLICATE KEY UPDATE. */
export interface ValuesExpr extends Positioned {
  kind: 'ValuesExpr';
  column: ColumnRef;
}

/** `@name`. Names compare case-insensitively; kept as written. */
export interface UserVariable extends Positioned {
  kind: 'UserVariable';
  name: string;
}

/** `@name := value`. */
export interface UserVariableAssign extends Positioned {
  kind: 'UserVariableAssign';
  name: string;
  value: Expr;
}

export type VariableScope = 'GLOBAL' | 'SESSION' | 'INSTANCE' | 'PERSIST' | 'PERSIST_ONLY';

/** `@@[scope.]name`. `scope` null when not written. LOCAL is SESSION. `name` may hold a dot (structured variable). */
export interface SystemVariable extends Positioned {
  kind: 'SystemVariable';
  scope: VariableScope | null;
  name: string;
}

export type UnaryOperator = '-' | '+' | '~' | '!' | 'NOT';

export interface UnaryExpr extends Positioned {
  kind: 'Unary';
  op: UnaryOperator;
  expr: Expr;
}

export type ComparisonOperator = '=' | '<=>' | '!=' | '<' | '<=' | '>' | '>=';
export type LogicalOperator = 'AND' | 'OR' | 'XOR';
export type ArithmeticOperator = '+' | '-' | '*' | '/' | 'DIV' | '%';
export type BitOperator = '|' | '&' | '^' | '<<' | '>>';
export type BinaryOperator = ComparisonOperator | LogicalOperator | ArithmeticOperator | BitOperator;

/**
 * `<>` is '!=', `&&` is AND, `||` is OR (or the function concat under PIPES_AS_CONCAT), MOD is '%'.
 * A long chain of AND, or of OR, is built as a balanced tree (both are associative), so that walkers stay shallow.
 */
export interface BinaryExpr extends Positioned {
  kind: 'Binary';
  op: BinaryOperator;
  left: Expr;
  right: Expr;
}

/** expr IS [NOT] NULL. */
export interface IsNullExpr extends Positioned {
  kind: 'IsNull';
  expr: Expr;
  not: boolean;
}

/** expr IS [NOT] TRUE | FALSE | UNKNOWN (`truth` null is UNKNOWN). */
export interface IsTruthExpr extends Positioned {
  kind: 'IsTruth';
  expr: Expr;
  not: boolean;
  truth: boolean | null;
}

export interface InListExpr extends Positioned {
  kind: 'InList';
  expr: Expr;
  list: Expr[];
  not: boolean;
}

export interface InSubqueryExpr extends Positioned {
  kind: 'InSubquery';
  expr: Expr;
  query: Query;
  not: boolean;
}

export interface BetweenExpr extends Positioned {
  kind: 'Between';
  expr: Expr;
  low: Expr;
  high: Expr;
  not: boolean;
}

/** LIKE, or TiDB's ILIKE. `escape` null when no ESCAPE clause was written. */
export interface LikeExpr extends Positioned {
  kind: 'Like';
  expr: Expr;
  pattern: Expr;
  escape: string | null;
  not: boolean;
  caseInsensitive: boolean;
}

/** REGEXP / RLIKE. */
export interface RegexpExpr extends Positioned {
  kind: 'Regexp';
  expr: Expr;
  pattern: Expr;
  not: boolean;
}

export interface CaseWhen {
  when: Expr;
  then: Expr;
}

export interface CaseExpr extends Positioned {
  kind: 'Case';
  operand: Expr | null;
  whens: CaseWhen[];
  else: Expr | null;
}

/** `( expr )` as written; kept because restored text and some name rules need it. See `stripParens`. */
export interface ParenExpr extends Positioned {
  kind: 'Paren';
  expr: Expr;
}

/** (a, b, …) or ROW(a, b, …), two or more items. */
export interface RowExpr extends Positioned {
  kind: 'Row';
  items: Expr[];
}

/** A query in parentheses used as a value or row. */
export interface SubqueryExpr extends Positioned {
  kind: 'Subquery';
  query: Query;
}

export interface ExistsExpr extends Positioned {
  kind: 'Exists';
  query: Query;
  not: boolean;
}

/** expr op ANY|ALL (query); SOME is ANY. */
export interface QuantifiedExpr extends Positioned {
  kind: 'Quantified';
  op: ComparisonOperator;
  quantifier: 'ANY' | 'ALL';
  expr: Expr;
  query: Query;
}

/**
 * A scalar function call. `name` is lower case. Syntactic sugar arrives as the function it stands for:
 * - `a -> '$.x'` json_extract; `a ->> '$.x'` json_unquote(json_extract());
 * - `d + INTERVAL v unit`, DATE_ADD, ADDDATE with interval: date_add(d, v, TimeUnit); likewise date_sub;
 * - EXTRACT(u FROM d): extract(TimeUnit, d); TIMESTAMPADD/TIMESTAMPDIFF(u, a, b): (TimeUnit, a, b);
 * - TRIM: trim(str [, remove or null, TrimDirection]);
 * - SUBSTRING(s FROM p FOR n): substring(s, p, n); POSITION(a IN b): position(a, b);
 * - CHAR(a, … [USING cs]): char_func(a, …, StringLiteral cs or NullLiteral);
 * - GET_FORMAT(DATE, f): get_format(StringLiteral 'DATE', f);
 * - WEIGHT_STRING(e [AS CHAR(n)]): weight_string(e [, StringLiteral 'CHAR', IntLiteral n]);
 * - MEMBER OF: json_memberof(value, array); SOUNDS LIKE: soundex() = soundex();
 * - CURRENT_TIMESTAMP / NOW / LOCALTIME… without parentheses: a call with no arguments (as spelled: current_timestamp, localtime, …);
 * - NEXT VALUE FOR s, NEXTVAL(s): nextval(TableNameExpr); lastval, setval likewise;
 * - `{fn f(x)}`: f(x).
 */
export interface FuncCall extends Positioned {
  kind: 'FuncCall';
  schema: string | null;
  name: string;
  args: Expr[];
}

/** A time unit as a function argument; upper case without SQL_TSI_ (`DAY`, `DAY_HOUR`, …). */
export interface TimeUnitExpr extends Positioned {
  kind: 'TimeUnit';
  unit: TimeUnit;
}

/** In the order of TiDB's ast.TimeUnitType, whose numbers start at 1. */
export const TIME_UNITS = [
  'MICROSECOND',
  'SECOND',
  'MINUTE',
  'HOUR',
  'DAY',
  'WEEK',
  'MONTH',
  'QUARTER',
  'YEAR',
  'SECOND_MICROSECOND',
  'MINUTE_MICROSECOND',
  'MINUTE_SECOND',
  'HOUR_MICROSECOND',
  'HOUR_SECOND',
  'HOUR_MINUTE',
  'DAY_MICROSECOND',
  'DAY_SECOND',
  'DAY_MINUTE',
  'DAY_HOUR',
  'YEAR_MONTH',
] as const;

export type TimeUnit = (typeof TIME_UNITS)[number];

export interface TrimDirectionExpr extends Positioned {
  kind: 'TrimDirection';
  direction: 'BOTH' | 'LEADING' | 'TRAILING';
}

/** A table name as a function argument (sequence functions). */
export interface TableNameExpr extends Positioned {
  kind: 'TableNameExpr';
  schema: string | null;
  name: string;
}

/**
 * An aggregate call without OVER. `name` is lower case (count, sum, avg, min, max, group_concat, bit_and, …;
 * std and stddev are stddev_pop, variance is var_pop). COUNT(*) has `star` true and no arguments.
 * COUNT(DISTINCT a, b) has several. ORDER BY and SEPARATOR belong to GROUP_CONCAT (`separator` null: the default comma).
 */
export interface AggregateCall extends Positioned {
  kind: 'AggregateCall';
  name: string;
  args: Expr[];
  star: boolean;
  distinct: boolean;
  orderBy: OrderItem[];
  separator: string | null;
}

/** An aggregate or window function with OVER. `name` is lower case. */
export interface WindowCall extends Positioned {
  kind: 'WindowCall';
  name: string;
  args: Expr[];
  star: boolean;
  distinct: boolean;
  ignoreNulls: boolean;
  fromLast: boolean;
  /** OVER name gives a spec with only `reference` set and `parens` false. */
  over: WindowSpec;
}

/** CAST(e AS t), CONVERT(e, t), BINARY e (type is then CHAR with charset binary, no length). */
export interface CastExpr extends Positioned {
  kind: 'Cast';
  form: 'CAST' | 'CONVERT' | 'BINARY';
  expr: Expr;
  type: CastType;
}

/** CONVERT(e USING charset). */
export interface ConvertUsingExpr extends Positioned {
  kind: 'ConvertUsing';
  expr: Expr;
  charset: string;
}

export interface CollateExpr extends Positioned {
  kind: 'Collate';
  expr: Expr;
  collation: string;
}

/** MATCH (cols) AGAINST (expr [modifier]). */
export interface MatchExpr extends Positioned {
  kind: 'Match';
  columns: ColumnRef[];
  against: Expr;
  modifier: 'NATURAL' | 'NATURAL_EXPANSION' | 'BOOLEAN' | 'EXPANSION' | null;
}

export type JsonOnEvent = { action: 'NULL' } | { action: 'ERROR' } | { action: 'DEFAULT'; value: Expr };

/** JSON_VALUE(doc, path [RETURNING type] [… ON EMPTY] [… ON ERROR]). */
export interface JsonValueExpr extends Positioned {
  kind: 'JsonValue';
  doc: Expr;
  path: Expr;
  returning: CastType | null;
  onEmpty: JsonOnEvent | null;
  onError: JsonOnEvent | null;
}

export type Literal =
  | IntLiteral
  | DecimalLiteral
  | FloatLiteral
  | StringLiteral
  | HexLiteral
  | BitLiteral
  | NullLiteral
  | BoolLiteral
  | TemporalLiteral;

export type Expr =
  | Literal
  | ParamMarker
  | ColumnRef
  | DefaultExpr
  | ValuesExpr
  | UserVariable
  | UserVariableAssign
  | SystemVariable
  | UnaryExpr
  | BinaryExpr
  | IsNullExpr
  | IsTruthExpr
  | InListExpr
  | InSubqueryExpr
  | BetweenExpr
  | LikeExpr
  | RegexpExpr
  | CaseExpr
  | ParenExpr
  | RowExpr
  | SubqueryExpr
  | ExistsExpr
  | QuantifiedExpr
  | FuncCall
  | TimeUnitExpr
  | TrimDirectionExpr
  | TableNameExpr
  | AggregateCall
  | WindowCall
  | CastExpr
  | ConvertUsingExpr
  | CollateExpr
  | MatchExpr
  | JsonValueExpr;

/** The expression inside any number of parentheses. */
export function stripParens(expr: Expr): Expr {
  while (expr.kind === 'Paren') expr = expr.expr;
  return expr;
}
