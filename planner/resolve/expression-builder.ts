import type { Constant, Expression } from '../../expression/expression.js';
import type * as ast from '../../parser/ast/index.js';
import { stripParens } from '../../parser/ast/index.js';
import { noSuchFunction, rawFunction } from '../../expression/build.js';
import { findFunction } from '../../expression/function-registry.js';
import { newBetween } from '../../expression/builtin/between.js';
import { isRow } from '../../expression/builtin/comparison-operands.js';
import { comparedAsTheyAre } from '../../expression/builtin/in-list.js';
import { convertItems } from '../../expression/builtin/in-operands.js';
import { preciseQuotient } from '../../expression/truth.js';
import { intType, jsonType, stringType } from '../../expression/type-inference.js';
import { encodeUtf8 } from '../../types/charset.js';
import { collation } from '../../types/collation.js';
import { mysqlError } from '../../types/error-table.js';
import { Flag, TypeCode } from '../../types/field-type.js';
import { outerAggregate } from './aggregate-owner.js';
import { castTo, newFunction, withCollation } from './functions.js';
import { arrayElementType, castFieldType } from './cast-type.js';
import { LiteralsNeeded, StepsNeeded, type BuildState } from './build-state.js';
import { defaultInQuery } from './default-value.js';
import {
  FALSE_CONSTANT,
  NULL_CONSTANT,
  TRUE_CONSTANT,
  constant,
  decimalConstant,
  intConstant,
  literal,
  stringConstant,
} from './literal.js';
import { matchAgainst } from './match.js';
import {
  comparedOperands,
  literalParam,
  nullParam,
  operandBeside,
  patternBeside,
  storedValue,
} from './param-marker.js';
import { longRowList } from './row-list.js';
import { findName, findOuter, refText, type QueryScope } from './scope.js';

/** Where an expression stands: what its names, aggregates and special forms mean there. */
export interface ExpressionEnv {
  readonly state: BuildState;
  /** The block's names; subqueries join themselves to `scope.relation.plan`. */
  readonly scope: QueryScope;
  /** As MySQL's messages name it: 'field list', 'where clause', … */
  readonly clause: string;
  /** Aggregate calls already computed below; another is that of a block around, or error 1111. */
  readonly aggregates?: ReadonlyMap<ast.Expr, Expression>;
  readonly windows?: ReadonlyMap<ast.Expr, Expression>;
  /** Asked before the scope; null: not found there, `undefined`: unknown column. */
  readonly resolve?: (ref: ast.ColumnRef) => Expression | null | undefined;
  readonly values?: (ref: ast.ColumnRef) => Expression;
  readonly defaultOf?: (ref: ast.ColumnRef | null) => Expression;
  /** The one CAST(… AS type ARRAY) that is allowed: the whole expression of a multi-valued index. */
  readonly arrayCast?: ast.Expr;
  /** GROUPING(…) of a block WITH ROLLUP. */
  readonly grouping?: (args: readonly ast.Expr[]) => Expression;
  /** Subqueries that need a join cannot be attached here (INSERT VALUES, outer ON). */
  readonly noSubqueries?: boolean;
  /** What joins a subquery to the block where there is nothing to join it to; throws. */
  readonly onSubquery?: () => never;
}

/** The forms of subqueries as values; resolve/subquery.ts provides them, which itself builds expressions. */
export interface SubqueryForms {
  scalar(env: ExpressionEnv, query: ast.Query): Expression;
  row(env: ExpressionEnv, query: ast.Query, wanted?: number): Expression[];
  exists(env: ExpressionEnv, query: ast.Query, not: boolean): Expression;
  in(env: ExpressionEnv, expr: ast.Expr, query: ast.Query, not: boolean): Expression;
  quantified(
    env: ExpressionEnv,
    op: ast.ComparisonOperator,
    quantifier: 'ANY' | 'ALL',
    expr: ast.Expr,
    query: ast.Query,
  ): Expression;
}
let subqueries: SubqueryForms | null = null;
export function registerSubqueryForms(forms: SubqueryForms): void {
  subqueries = forms;
}
function forms(): SubqueryForms {
  if (subqueries === null) throw new Error('subqueries are not registered');
  return subqueries;
}

const BINARY_NAMES: Readonly<Record<ast.BinaryOperator, string>> = {
  '+': 'plus',
  '-': 'minus',
  '*': 'mul',
  '/': 'div',
  DIV: 'intdiv',
  '%': 'mod',
  '=': 'eq',
  '<=>': 'nulleq',
  '!=': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
  AND: 'and',
  OR: 'or',
  XOR: 'xor',
  '|': 'bitor',
  '&': 'bitand',
  '^': 'bitxor',
  '<<': 'leftshift',
  '>>': 'rightshift',
};
const COMPARISONS: ReadonlySet<string> = new Set(['=', '<=>', '!=', '<', '<=', '>', '>=']);

export function call(env: { readonly state: BuildState }, name: string, ...args: Expression[]): Expression {
  return newFunction(name, args, env.state.ctx.eval);
}

type Handler<K extends ast.Expr['kind']> = (
  env: ExpressionEnv,
  e: Extract<ast.Expr, { kind: K }>,
) => Expression;

/** One handler for each kind of expression node. */
const HANDLERS: { readonly [K in ast.Expr['kind']]: Handler<K> } = {
  IntLiteral: (env, e) => literal(e, env.state.ctx),
  DecimalLiteral: (env, e) => literal(e, env.state.ctx),
  FloatLiteral: (env, e) => literal(e, env.state.ctx),
  StringLiteral: (env, e) => literal(e, env.state.ctx),
  HexLiteral: (env, e) => literal(e, env.state.ctx),
  BitLiteral: (env, e) => literal(e, env.state.ctx),
  NullLiteral: (env, e) => literal(e, env.state.ctx),
  BoolLiteral: (env, e) => literal(e, env.state.ctx),
  TemporalLiteral: (env, e) => literal(e, env.state.ctx),
  ParamMarker: (env, e) => literalParam(env.state, e.index),
  ColumnRef: buildColumn,
  DefaultExpr: (env, e) => {
    if (env.defaultOf !== undefined) return env.defaultOf(e.column);
    return defaultInQuery(env.state, env.scope, e.column, env.clause);
  },
  ValuesExpr: (env, e) => (env.values === undefined ? NULL_CONSTANT : env.values(e.column)),
  UserVariable: (env, e) => {
    env.state.cacheable = false;
    const known = env.state.ctx.eval.session.getUserVariable(e.name);
    const name = constant(stringType(e.name.length), encodeUtf8(e.name));
    const f = call(env, 'getvar', name);
    // What is NULL so far may get any value while the statement runs.
    return known === null || known.type.tp === TypeCode.Null || f.kind !== 'function'
      ? f
      : { ...f, type: known.type };
  },
  UserVariableAssign: (env, e) => {
    env.state.cacheable = false;
    return call(env, 'setvar', constant(stringType(e.name.length), encodeUtf8(e.name)), build(env, e.value));
  },
  SystemVariable: (env, e) => systemVariable(env, e),
  Unary: (env, e) => {
    if (e.op === '-') {
      const inner = stripParens(e.expr);
      if (inner.kind === 'IntLiteral') return negative(inner.value);
      if (inner.kind === 'DecimalLiteral') return decimalConstant(`-${inner.text}`);
      if (inner.kind === 'FloatLiteral') return { ...literal(inner, env.state.ctx), value: -inner.value };
      return call(env, 'unaryminus', build(env, e.expr));
    }
    if (e.op === '+') return build(env, e.expr);
    return call(env, e.op === '~' ? 'bitneg' : 'not', build(env, e.expr));
  },
  Binary: (env, e) => {
    if (COMPARISONS.has(e.op)) return comparison(env, e.op as ast.ComparisonOperator, e.left, e.right);
    return call(env, BINARY_NAMES[e.op], build(env, e.left), build(env, e.right));
  },
  IsNull: (env, e) => {
    const given = e.expr.kind === 'ParamMarker' ? nullParam(env.state, e.expr.index) : null;
    if (given !== null) return given !== e.not ? TRUE_CONSTANT : FALSE_CONSTANT;
    const f = call(env, 'isnull', build(env, e.expr));
    return e.not ? call(env, 'not', f) : f;
  },
  IsTruth: (env, e) => {
    const name = e.truth === null ? 'isnull' : e.truth ? 'istrue' : 'isfalse';
    const f = call(env, name, build(env, e.expr));
    return e.not ? call(env, 'not', f) : f;
  },
  InList: (env, e) => {
    const f = inList(env, e.expr, e.list);
    return e.not ? call(env, 'not', f) : f;
  },
  InSubquery: (env, e) => forms().in(env, e.expr, e.query, e.not),
  Between: (env, e) => {
    const x = build(env, e.expr);
    const low = operandBeside(env.state, e.low, x, (o) => build(env, o));
    const high = operandBeside(env.state, e.high, x, (o) => build(env, o));
    if (isRow(x) || isRow(low) || isRow(high)) {
      return e.not
        ? call(env, 'or', call(env, 'lt', x, low), call(env, 'gt', x, high))
        : call(env, 'and', call(env, 'ge', x, low), call(env, 'le', x, high));
    }
    return newBetween(x, low, high, env.state.ctx.eval, e.not);
  },
  Like: (env, e) => {
    if (e.escape !== null && [...e.escape].length > 1) throw mysqlError('ER_WRONG_ARGUMENTS', 'ESCAPE');
    const escape = e.escape === null ? 92 : e.escape === '' ? 0 : e.escape.codePointAt(0)!;
    const x = build(env, e.expr);
    const pattern = e.caseInsensitive
      ? build(env, e.pattern)
      : patternBeside(env.state, e.pattern, x, escape, (p) => build(env, p));
    const f = call(env, e.caseInsensitive ? 'ilike' : 'like', x, pattern, intConstant(escape));
    return e.not ? call(env, 'not', f) : f;
  },
  Regexp: (env, e) => {
    const f = call(env, 'regexp', build(env, e.expr), build(env, e.pattern));
    return e.not ? call(env, 'not', f) : f;
  },
  Case: (env, e) => {
    const args: Expression[] = [];
    for (const w of e.whens) {
      args.push(
        e.operand === null ? build(env, w.when) : comparison(env, '=', e.operand, w.when),
        build(env, w.then),
      );
    }
    if (e.else !== null) args.push(build(env, e.else));
    return newFunction('case', args, env.state.ctx.eval);
  },
  Paren: (env, e) => build(env, e.expr),
  Row: () => {
    throw mysqlError('ER_OPERAND_COLUMNS', 1);
  },
  Subquery: (env, e) => forms().scalar(env, e.query),
  Exists: (env, e) => forms().exists(env, e.query, e.not),
  Quantified: (env, e) => forms().quantified(env, e.op, e.quantifier, e.expr, e.query),
  FuncCall: buildCall,
  TimeUnit: (_env, e) => constant(stringType(e.unit.length), encodeUtf8(e.unit)),
  TrimDirection: (_env, e) => constant(stringType(e.direction.length), encodeUtf8(e.direction)),
  // The name of a sequence, as its functions take it.
  TableNameExpr: (env, e) => {
    const schema = e.schema ?? env.state.database;
    if (schema === '') throw mysqlError('ER_NO_DB_ERROR');
    const name = encodeUtf8(`${schema}\0${e.name}`);
    return constant(stringType(name.length), name);
  },
  AggregateCall: (env, e) => env.aggregates?.get(e) ?? outerAggregate(env.state, env.scope, e),
  WindowCall: (env, e) => {
    const done = env.windows?.get(e);
    if (done === undefined) throw mysqlError('ER_WINDOW_INVALID_WINDOW_FUNC_USE', e.name);
    return done;
  },
  Cast: (env, e) => {
    if (e.type.array) return arrayCast(env, e);
    const type = castFieldType(e.type, env.state.ctx);
    return castTo(build(env, e.expr), type, env.state.ctx.eval, true);
  },
  ConvertUsing: (env, e) =>
    call(
      env,
      'convert',
      build(env, e.expr),
      constant(stringType(e.charset.length), encodeUtf8(e.charset.toLowerCase())),
    ),
  Collate: (env, e) => {
    const c = collation(e.collation);
    if (c === undefined) throw mysqlError('ER_UNKNOWN_COLLATION', e.collation);
    return withCollation(build(env, e.expr), c.name, env.state.ctx.eval);
  },
  Match: (env, e) => matchAgainst(env, e, true, build, (x, query) => forms().scalar(x, query)),
  JsonValue: (env, e) => jsonValue(env, e),
};

/**
 * JSON_VALUE (manual, "Functions That Search JSON Values"): its clauses are arguments of the function, an action (0: NULL,
 * 1: error, 2: default) and the default's value for ON EMPTY and for ON ERROR.
 */
function jsonValue(env: ExpressionEnv, e: ast.JsonValueExpr): Expression {
  const { ctx } = env.state;
  const type =
    e.returning === null ? stringType(512, 'utf8mb4', 'utf8mb4_bin') : castFieldType(e.returning, ctx);
  const clause = (event: ast.JsonOnEvent | null): Expression[] => {
    if (event === null || event.action === 'NULL') return [intConstant(0), NULL_CONSTANT];
    if (event.action === 'ERROR') return [intConstant(1), NULL_CONSTANT];
    return [intConstant(2), castTo(build(env, event.value), type, ctx.eval)];
  };
  const args = [build(env, e.doc), build(env, e.path), ...clause(e.onEmpty), ...clause(e.onError)];
  return rawFunction('json_value', args, { ...type, flag: type.flag & ~Flag.NotNull }, type.collate);
}

/** A condition: of MATCH as a whole only whether a row matches is wanted. */
export function buildCondition(env: ExpressionEnv, e: ast.Expr): Expression {
  const x = stripParens(e);
  return x.kind === 'Match'
    ? matchAgainst(env, x, false, build, (s, query) => forms().scalar(s, query))
    : build(env, e);
}

/** Turns a syntax tree into a typed expression. Throws MySQL's name-resolution and type errors. */
export function build(env: ExpressionEnv, e: ast.Expr): Expression {
  return (HANDLERS[e.kind] as (env: ExpressionEnv, e: ast.Expr) => Expression)(env, e);
}

/** CAST(… AS type ARRAY) behind a multi-valued index. Throws 1235 anywhere else, and 3146. */
function arrayCast(env: ExpressionEnv, e: Extract<ast.Expr, { kind: 'Cast' }>): Expression {
  if (env.arrayCast !== e)
    throw mysqlError(
      'ER_NOT_SUPPORTED_YET',
      'Use of CAST( .. AS .. ARRAY) outside of functional index in CREATE(non-SELECT)/ALTER TABLE or in general expressions',
    );
  const arrayOf = arrayElementType(e.type, env.state.ctx);
  const json = build(env, e.expr);
  if (json.type.tp !== TypeCode.Json) throw mysqlError('ER_INVALID_TYPE_FOR_JSON', 1, 'cast_as_array');
  return rawFunction('cast_as_array', [json], { ...jsonType(), arrayOf });
}

function negative(value: number | bigint): Constant {
  const v = -BigInt(value);
  if (v < -9223372036854775808n) return decimalConstant(v.toString());
  return intConstant(typeof value === 'number' ? -value : v);
}

/** A value that an INSERT or UPDATE stores: of a quotient all its digits, as many as the column takes. */
export function buildStored(env: ExpressionEnv, e: ast.Expr): Expression {
  const value = storedValue(
    env.state,
    e,
    (x) => build(env, x),
    (op, left, right) => call(env, BINARY_NAMES[op], left, right),
  );
  return preciseQuotient(value);
}

function buildColumn(env: ExpressionEnv, ref: ast.ColumnRef): Expression {
  if (env.resolve !== undefined) {
    const r = env.resolve(ref);
    if (r !== null && r !== undefined) return r;
    if (r === undefined) {
      const outer = findOuter(env.scope, ref, env.clause);
      if (outer !== null) return outer;
      throw mysqlError('ER_BAD_FIELD_ERROR', refText(ref), env.clause);
    }
  }
  const own = findName(env.scope.relation.names, ref, env.clause);
  if (own !== null) return own.column;
  const outer = findOuter(env.scope, ref, env.clause);
  if (outer !== null) return outer;
  throw unknownColumn(ref, env);
}

/** A query of tables may not name the commit timestamps of their rows, which TiDB has under this name. */
function unknownColumn(ref: ast.ColumnRef, { clause, scope }: ExpressionEnv): Error {
  return ref.name.toLowerCase() === '_tidb_commit_ts' && scope.relation.plan.op !== 'Dual'
    ? mysqlError('ER_WARN_OPTIMIZER_HINT', "Usage of column name '_tidb_commit_ts' is not supported for now")
    : mysqlError('ER_BAD_FIELD_ERROR', refText(ref), clause);
}

/** @@name reads its value when the statement is planned: it is constant during a statement. */
function systemVariable(env: ExpressionEnv, e: ast.SystemVariable): Expression {
  env.state.cacheable = false;
  const scope = e.scope === null ? null : e.scope === 'GLOBAL' ? 'global' : 'session';
  const { text, kind } = env.state.ctx.eval.session.variableValue(e.name, scope);
  switch (kind) {
    case 'bool':
      return intConstant(text === 'ON' || text === '1' ? 1 : 0);
    case 'uint':
      if (/^\d+$/.test(text)) {
        const n = BigInt(text);
        return constant(
          { ...intType(true, 20), flag: intType(true, 20).flag | Flag.NotNull },
          n <= 9007199254740991n ? Number(n) : n,
        );
      }
      return stringConstant(text, env.state.ctx);
    case 'int':
      if (/^-?(0|[1-9]\d{0,18})$/.test(text)) {
        const n = BigInt(text);
        return intConstant(n >= -9007199254740991n && n <= 9007199254740991n ? Number(n) : n);
      }
      return /^\d+$/.test(text) ? intConstant(BigInt(text)) : stringConstant(text, env.state.ctx);
    case 'float':
      return /^-?\d+(\.\d+)?$/.test(text) ? decimalConstant(text) : stringConstant(text, env.state.ctx);
    default:
      return stringConstant(text, env.state.ctx);
  }
}

function buildCall(env: ExpressionEnv, e: ast.FuncCall): Expression {
  // A name with a schema is that of a stored function, of which there are none.
  if (e.schema !== null)
    throw mysqlError('ER_SP_DOES_NOT_EXIST', 'FUNCTION', `${e.schema}.${e.name}`.toLowerCase());
  // Those that begin with _ stand in the expressions of hidden columns.
  if (!e.name.startsWith('_') && findFunction(e.name)?.internal === true)
    throw noSuchFunction(e.name, env.state.ctx.eval);
  if (e.name === 'grouping') {
    if (env.grouping === undefined) throw mysqlError('ER_INVALID_GROUP_FUNC_USE');
    return env.grouping(e.args);
  }
  return newFunction(
    e.name,
    e.args.map((a) => build(env, a)),
    env.state.ctx.eval,
  );
}

/** The items of a row constructor or row subquery (of `wanted` columns where that is known); null for a scalar. */
export function rowItems(env: ExpressionEnv, e: ast.Expr, wanted?: number): Expression[] | null {
  const x = stripParens(e);
  if (x.kind === 'Row') return x.items.map((i) => build(env, i));
  if (x.kind === 'Subquery') return forms().row(env, x.query, wanted);
  return null;
}

/** A comparison of scalars or rows (manual, "Comparison Functions and Operators": rows compare item by item). */
export function comparison(
  env: ExpressionEnv,
  op: ast.ComparisonOperator,
  l: ast.Expr,
  r: ast.Expr,
): Expression {
  const isRow = (e: ast.Expr): boolean => stripParens(e).kind === 'Row';
  const isQuery = (e: ast.Expr): boolean => stripParens(e).kind === 'Subquery';
  if (!isRow(l) && !isRow(r) && !(isQuery(l) && isQuery(r))) {
    const [left, right] = comparedOperands(env.state, l, r, (e) => build(env, e));
    return call(env, BINARY_NAMES[op], left, right);
  }
  const width = (e: ast.Expr): number | undefined => {
    const x = stripParens(e);
    return x.kind === 'Row' ? x.items.length : undefined;
  };
  const left = rowItems(env, l, width(r)) ?? [build(env, l)];
  const right = rowItems(env, r, left.length) ?? [build(env, r)];
  return compareRows(env, op, left, right);
}

export function compareRows(
  env: { readonly state: BuildState },
  op: ast.ComparisonOperator,
  left: readonly Expression[],
  right: readonly Expression[],
): Expression {
  if (left.length !== right.length) throw mysqlError('ER_OPERAND_COLUMNS', left.length);
  const pair = (o: ast.ComparisonOperator, i: number): Expression =>
    call(env, BINARY_NAMES[o], left[i]!, right[i]!);
  const all = (name: string, parts: Expression[]): Expression =>
    parts.reduce((a, b) => call(env, name, a, b));
  switch (op) {
    case '=':
    case '<=>':
      return all(
        'and',
        left.map((_, i) => pair(op, i)),
      );
    case '!=':
      return all(
        'or',
        left.map((_, i) => pair('!=', i)),
      );
    default: {
      const strict = op === '<' || op === '<=' ? '<' : '>';
      let result = pair(op, left.length - 1);
      for (let i = left.length - 2; i >= 0; i--) {
        result = call(env, 'or', pair(strict, i), call(env, 'and', pair('=', i), result));
      }
      return result;
    }
  }
}

/** Items of an IN list from which on their constants are made in steps. */
const LONG_LIST = 4096;

function inList(env: ExpressionEnv, expr: ast.Expr, list: readonly ast.Expr[]): Expression {
  const row = stripParens(expr);
  if (row.kind === 'Row') {
    const left = row.items.map((i) => build(env, i));
    const compare = (item: ast.Expr): Expression => {
      const right = rowItems(env, item);
      if (right === null) throw mysqlError('ER_OPERAND_COLUMNS', left.length);
      return compareRows(env, '=', left, right);
    };
    const long = longRowList(env.state, left, list, compare, (a, b) => call(env, 'or', a, b));
    return long ?? balanced(env, 'or', list.map(compare));
  }
  const { literals } = env.state.memory;
  const known = list.length < LONG_LIST ? undefined : literals?.get(list);
  if (known === undefined && literals !== null && list.length >= LONG_LIST) throw new LiteralsNeeded(list);
  const x = build(env, expr);
  if (known !== undefined) convertInSteps(env, x, list, known);
  const args = [x];
  const item = (e: ast.Expr): Expression => build(env, e);
  for (const [k, e] of list.entries()) args.push(known?.[k] ?? operandBeside(env.state, e, x, item));
  return newFunction(args.length === 2 ? 'eq' : 'in', args, env.state.ctx.eval);
}

/** Has the literals of a long list converted before it is built, once; throws for the planner to see to that. */
function convertInSteps(
  env: ExpressionEnv,
  x: Expression,
  list: readonly ast.Expr[],
  literals: readonly (Constant | null)[],
): void {
  const { converted } = env.state.memory;
  if (x.kind !== 'column' || converted.has(list)) return;
  converted.add(list);
  const all = literals.filter((c) => c !== null);
  if (all.length < literals.length || comparedAsTheyAre([x, ...all])) return;
  throw new StepsNeeded(convertItems(x, all, env.state.ctx.eval));
}

/** Joins conditions by AND or OR as a balanced tree, so that walkers stay shallow. */
export function balanced(
  env: { readonly state: BuildState },
  name: 'and' | 'or',
  parts: readonly Expression[],
): Expression {
  if (parts.length === 0) return name === 'and' ? TRUE_CONSTANT : FALSE_CONSTANT;
  if (parts.length === 1) return parts[0]!;
  const middle = parts.length >> 1;
  return call(
    env,
    name,
    balanced(env, name, parts.slice(0, middle)),
    balanced(env, name, parts.slice(middle)),
  );
}
