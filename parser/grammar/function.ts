import type {
  AggregateCall,
  Expr,
  FrameBound,
  FuncCall,
  JsonOnEvent,
  OrderItem,
  Query,
  TimeUnit,
  TimeUnitExpr,
  WindowFrame,
  WindowSpec,
} from '../ast/index.js';
import { TypeGrammar } from './type.js';
import { TIME_UNITS } from '../ast/expression.js';

/** Aggregate functions by spelling, with the canonical name. */
const AGGREGATES: ReadonlyMap<string, string> = new Map([
  ['count', 'count'],
  ['sum', 'sum'],
  ['avg', 'avg'],
  ['min', 'min'],
  ['max', 'max'],
  ['group_concat', 'group_concat'],
  ['bit_and', 'bit_and'],
  ['bit_or', 'bit_or'],
  ['bit_xor', 'bit_xor'],
  ['std', 'stddev_pop'],
  ['stddev', 'stddev_pop'],
  ['stddev_pop', 'stddev_pop'],
  ['stddev_samp', 'stddev_samp'],
  ['variance', 'var_pop'],
  ['var_pop', 'var_pop'],
  ['var_samp', 'var_samp'],
  ['json_arrayagg', 'json_arrayagg'],
  ['json_objectagg', 'json_objectagg'],
  ['approx_count_distinct', 'approx_count_distinct'],
  ['approx_percentile', 'approx_percentile'],
]);

/** Least and largest numbers of arguments of the functions that are nothing but window functions. */
const WINDOW_FUNCTIONS: ReadonlyMap<string, readonly [number, number]> = new Map([
  ['row_number', [0, 0]],
  ['rank', [0, 0]],
  ['dense_rank', [0, 0]],
  ['cume_dist', [0, 0]],
  ['percent_rank', [0, 0]],
  ['ntile', [1, 1]],
  ['lead', [1, 3]],
  ['lag', [1, 3]],
  ['first_value', [1, 1]],
  ['last_value', [1, 1]],
  ['nth_value', [2, 2]],
]);

/** Names that are built-in functions only directly before `(`, unless sql_mode has IGNORE_SPACE. */
const NO_SPACE: ReadonlySet<string> = new Set([
  ...'adddate bit_and bit_or bit_xor cast count curdate curtime date_add date_sub extract group_concat max mid min'.split(
    ' ',
  ),
  ...'now position session_user std stddev stddev_pop stddev_samp subdate substr substring sum sysdate system_user'.split(
    ' ',
  ),
  ...'trim variance var_pop var_samp json_arrayagg json_objectagg approx_count_distinct approx_percentile'.split(
    ' ',
  ),
]);

const UNIT_NAMES: ReadonlySet<string> = new Set(TIME_UNITS);

/** Units of TIMESTAMPADD and TIMESTAMPDIFF are simple ones, maybe spelled SQL_TSI_x. */
const COMPOSITE_UNIT = /_/;

/** A time interval, which is not an expression by itself. */
export interface Interval {
  kind: 'Interval';
  value: Expr;
  unit: TimeUnitExpr;
}

/** Reads the arguments of one function with a grammar of its own: after `(`, up to and including `)`. */
type SpecialCall = (g: FunctionGrammar, start: number, name: string) => Expr;

/** Function calls: the forms with a grammar of their own, aggregates and windows. */
export abstract class FunctionGrammar extends TypeGrammar {
  abstract expr(): Expr;
  abstract query(): Query;
  abstract orderItems(): OrderItem[];
  abstract arithmeticExpr(): Expr;
  abstract simpleExpr(): Expr;
  /** `INTERVAL v unit`, or the comparison function `INTERVAL(a, b …)`; the current token is INTERVAL. */
  abstract interval(): Interval | FuncCall;
  /** The rest of an expression whose first operand has been read. */
  abstract exprFrom(first: Expr): Expr;

  call(start: number, name: string, args: Expr[], schema: string | null = null): FuncCall {
    return { kind: 'FuncCall', start, end: this.lastEnd, schema, name, args };
  }

  atTimeUnit(): boolean {
    const word = this.upperWord();
    return UNIT_NAMES.has(word.startsWith('SQL_TSI_') ? word.slice(8) : word);
  }

  timeUnit(): TimeUnit {
    let word = this.upperWord();
    if (word.startsWith('SQL_TSI_')) word = word.slice(8);
    if (!UNIT_NAMES.has(word)) throw this.error();
    this.advance();
    return word as TimeUnit;
  }

  timeUnitExpr(): TimeUnitExpr {
    const start = this.start;
    const unit = this.timeUnit();
    return { kind: 'TimeUnit', start, end: this.lastEnd, unit };
  }

  /**
   * A call of the function `name`, the current token being `(` and `nameEnd` the end of the name's text.
   * `plain`: qualified by a schema, so never a built-in form.
   */
  functionCall(start: number, nameEnd: number, written: string, schema: string | null): Expr {
    const name = written.toLowerCase();
    const builtin = schema === null && (this.ignoreSpace || this.start === nameEnd || !NO_SPACE.has(name));
    this.advance();
    let result: Expr;
    if (builtin) {
      const aggregate = AGGREGATES.get(name);
      if (aggregate !== undefined) result = this.aggregate(start, aggregate);
      else if (WINDOW_FUNCTIONS.has(name)) result = this.windowFunction(start, name);
      else {
        const special = SPECIAL_CALLS.get(name);
        result =
          special !== undefined ? special(this, start, name) : this.call(start, name, this.callArguments());
        result.end = this.lastEnd;
      }
    } else {
      const args = this.callArguments();
      result = this.call(start, name, args, schema);
    }
    return result;
  }

  /** Zero or more expressions and `)`. */
  callArguments(): Expr[] {
    if (this.eat(')')) return [];
    const args = [this.expr()];
    while (this.eat(',')) args.push(this.expr());
    this.expect(')');
    return args;
  }

  private aggregate(start: number, name: string): Expr {
    const call: AggregateCall = {
      kind: 'AggregateCall',
      start,
      end: 0,
      name,
      args: [],
      star: false,
      distinct: false,
      orderBy: [],
      separator: null,
    };
    if (name === 'count' && this.eat('*')) {
      call.star = true;
    } else {
      const pair = name === 'json_objectagg';
      if (!pair && (this.eat('DISTINCT') || this.eat('DISTINCTROW'))) {
        call.distinct = true;
        if (this.eat('ALL') && name !== 'count') throw this.error();
      } else this.eat('ALL');
      call.args.push(this.expr());
      if (pair) {
        this.expect(',');
        this.eat('ALL');
        call.args.push(this.expr());
      }
      const several =
        name === 'group_concat' || (name === 'count' && call.distinct) || name.startsWith('approx_');
      while (several && this.eat(',')) call.args.push(this.expr());
      if (name === 'group_concat') {
        if (this.eat('ORDER')) {
          this.expect('BY');
          call.orderBy = this.orderItems();
        }
        if (this.eat('SEPARATOR')) call.separator = this.stringOrBytes();
      }
    }
    this.expect(')');
    call.end = this.lastEnd;
    if (!this.at('OVER')) return call;
    const over = this.overClause();
    return {
      kind: 'WindowCall',
      start,
      end: this.lastEnd,
      name,
      args: call.args,
      star: call.star,
      distinct: call.distinct,
      ignoreNulls: false,
      fromLast: false,
      over,
    };
  }

  private windowFunction(start: number, name: string): Expr {
    const args = this.callArguments();
    const [least, most] = WINDOW_FUNCTIONS.get(name)!;
    if (args.length < least || args.length > most) throw this.error();
    let fromLast = false;
    if (name === 'nth_value' && this.at('FROM')) {
      if (this.eatPair('FROM', 'LAST')) fromLast = true;
      else this.eatPair('FROM', 'FIRST');
    }
    let ignoreNulls = false;
    if (this.eatPair('IGNORE', 'NULLS')) ignoreNulls = true;
    else this.eatPair('RESPECT', 'NULLS');
    const over = this.overClause();
    return {
      kind: 'WindowCall',
      start,
      end: this.lastEnd,
      name,
      args,
      star: false,
      distinct: false,
      ignoreNulls,
      fromLast,
      over,
    };
  }

  private overClause(): WindowSpec {
    this.expect('OVER');
    if (this.at('(')) return this.windowSpec();
    const start = this.start;
    const reference = this.ident();
    return {
      start,
      end: this.lastEnd,
      reference,
      parens: false,
      partitionBy: [],
      orderBy: [],
      frame: null,
    };
  }

  windowSpec(): WindowSpec {
    const start = this.start;
    this.expect('(');
    const spec: WindowSpec = {
      start,
      end: 0,
      reference: null,
      parens: true,
      partitionBy: [],
      orderBy: [],
      frame: null,
    };
    if (this.atIdent()) spec.reference = this.ident();
    if (this.eat('PARTITION')) {
      this.expect('BY');
      spec.partitionBy = this.orderItems();
    }
    if (this.eat('ORDER')) {
      this.expect('BY');
      spec.orderBy = this.orderItems();
    }
    const unit = this.eatOneOf('ROWS', 'RANGE', 'GROUPS');
    if (unit !== null) spec.frame = this.windowFrame(unit);
    this.expect(')');
    spec.end = this.lastEnd;
    return spec;
  }

  private windowFrame(unit: WindowFrame['unit']): WindowFrame {
    if (!this.eat('BETWEEN')) return { unit, start: this.frameBound(), end: null };
    const start = this.frameBound();
    this.expect('AND');
    return { unit, start, end: this.frameBound() };
  }

  private frameBound(): FrameBound {
    if (this.eat('CURRENT')) {
      this.expect('ROW');
      return { type: 'CURRENT ROW' };
    }
    let value: Expr | null = null;
    let unit: TimeUnit | null = null;
    if (!this.eat('UNBOUNDED')) {
      if (this.eat('INTERVAL')) {
        value = this.expr();
        unit = this.timeUnit();
      } else value = this.simpleExpr();
    }
    return { type: this.oneOf('PRECEDING', 'FOLLOWING'), value, unit };
  }

  /** `[v ON EMPTY] [v ON ERROR]` of JSON_VALUE and JSON_TABLE. */
  jsonOnEvents(): { onEmpty: JsonOnEvent | null; onError: JsonOnEvent | null } {
    let onEmpty: JsonOnEvent | null = null;
    let onError: JsonOnEvent | null = null;
    while (this.at('NULL') || this.at('ERROR') || this.at('DEFAULT')) {
      let event: JsonOnEvent;
      if (this.eat('NULL')) event = { action: 'NULL' };
      else if (this.eat('ERROR')) event = { action: 'ERROR' };
      else {
        this.advance();
        event = { action: 'DEFAULT', value: this.simpleExpr() };
      }
      this.expect('ON');
      if (this.eat('EMPTY')) onEmpty = event;
      else {
        this.expect('ERROR');
        onError = event;
      }
    }
    return { onEmpty, onError };
  }
}

/** DATE_ADD(d, INTERVAL v u), and ADDDATE/SUBDATE(d, n) where n counts days. */
function dateArithmetic(target: string, plainAllowed: boolean): SpecialCall {
  return (g, start) => {
    const date = g.expr();
    g.expect(',');
    const valueStart = g.start;
    let days: Expr;
    if (g.at('INTERVAL')) {
      const interval = g.interval();
      if (interval.kind === 'Interval') {
        g.expect(')');
        return g.call(start, target, [date, interval.value, interval.unit]);
      }
      days = g.exprFrom(interval);
    } else days = g.expr();
    if (!plainAllowed) throw g.error();
    g.expect(')');
    return g.call(start, target, [
      date,
      days,
      { kind: 'TimeUnit', start: valueStart, end: g.lastEnd, unit: 'DAY' },
    ]);
  };
}

const timestampFunction: SpecialCall = (g, start, name) => {
  if (COMPOSITE_UNIT.test(g.upperWord().replace('SQL_TSI_', ''))) throw g.error();
  const unit = g.timeUnitExpr();
  g.expect(',');
  const a = g.expr();
  g.expect(',');
  const b = g.expr();
  g.expect(')');
  return g.call(start, name, [unit, a, b]);
};

const substring: SpecialCall = (g, start) => {
  const args = [g.expr()];
  if (g.eat('FROM')) {
    args.push(g.expr());
    if (g.eat('FOR')) args.push(g.expr());
  } else {
    g.expect(',');
    args.push(g.expr());
    if (g.eat(',')) args.push(g.expr());
  }
  g.expect(')');
  return g.call(start, 'substring', args);
};

const trim: SpecialCall = (g, start) => {
  const directionStart = g.start;
  const direction = g.eatOneOf('BOTH', 'LEADING', 'TRAILING');
  if (direction === null) {
    const first = g.expr();
    if (!g.eat('FROM')) {
      g.expect(')');
      return g.call(start, 'trim', [first]);
    }
    const string = g.expr();
    g.expect(')');
    return g.call(start, 'trim', [string, first]);
  }
  const end = g.lastEnd;
  let remove: Expr = { kind: 'NullLiteral', start: end, end };
  if (!g.at('FROM')) remove = g.expr();
  g.expect('FROM');
  const string = g.expr();
  g.expect(')');
  return g.call(start, 'trim', [
    string,
    remove,
    { kind: 'TrimDirection', start: directionStart, end, direction },
  ]);
};

const sequenceFunction: SpecialCall = (g, start, name) => {
  const at = g.start;
  const table = g.tableName();
  const args: Expr[] = [{ kind: 'TableNameExpr', start: at, end: g.lastEnd, ...table }];
  if (name === 'setval') {
    g.expect(',');
    args.push(g.expr());
  }
  g.expect(')');
  return g.call(start, name, args);
};

/** Calls whose arguments are not a plain list of expressions. */
const SPECIAL_CALLS: ReadonlyMap<string, SpecialCall> = new Map<string, SpecialCall>([
  ['date_add', dateArithmetic('date_add', false)],
  ['date_sub', dateArithmetic('date_sub', false)],
  ['adddate', dateArithmetic('date_add', true)],
  ['subdate', dateArithmetic('date_sub', true)],
  ['timestampadd', timestampFunction],
  ['timestampdiff', timestampFunction],
  ['substring', substring],
  ['substr', substring],
  ['mid', substring],
  ['trim', trim],
  ['nextval', sequenceFunction],
  ['lastval', sequenceFunction],
  ['setval', sequenceFunction],
  [
    'extract',
    (g, start, name) => {
      const unit = g.timeUnitExpr();
      g.expect('FROM');
      const date = g.expr();
      g.expect(')');
      return g.call(start, name, [unit, date]);
    },
  ],
  [
    'position',
    (g, start, name) => {
      const needle = g.arithmeticExpr();
      g.expect('IN');
      const haystack = g.expr();
      g.expect(')');
      return g.call(start, name, [needle, haystack]);
    },
  ],
  [
    'get_format',
    (g, start, name) => {
      const at = g.start;
      const value = g.oneOf('DATE', 'DATETIME', 'TIME', 'TIMESTAMP');
      const end = g.lastEnd;
      g.expect(',');
      const region = g.expr();
      g.expect(')');
      return g.call(start, name, [
        { kind: 'StringLiteral', start: at, end, value, bytes: null, charset: null, firstPart: null },
        region,
      ]);
    },
  ],
  [
    'char',
    (g, start) => {
      const args = [g.expr()];
      while (g.eat(',')) args.push(g.expr());
      const at = g.start;
      if (g.eat('USING')) {
        const value = g.charsetName();
        const end = g.lastEnd;
        args.push({
          kind: 'StringLiteral',
          start: at,
          end,
          value,
          bytes: null,
          charset: null,
          firstPart: null,
        });
      } else {
        args.push({ kind: 'NullLiteral', start: at, end: at });
      }
      g.expect(')');
      return g.call(start, 'char_func', args);
    },
  ],
  [
    'weight_string',
    (g, start, name) => {
      const args = [g.expr()];
      if (g.eat('AS')) {
        const at = g.start;
        const value = g.oneOf('CHAR', 'CHARACTER', 'BINARY') === 'BINARY' ? 'BINARY' : 'CHAR';
        args.push({
          kind: 'StringLiteral',
          start: at,
          end: g.lastEnd,
          value,
          bytes: null,
          charset: null,
          firstPart: null,
        });
        g.expect('(');
        args.push(g.intLiteral());
        g.expect(')');
      }
      g.expect(')');
      return g.call(start, name, args);
    },
  ],
  [
    'cast',
    (g, start) => {
      const expr = g.expr();
      g.expect('AS');
      const type = g.castType();
      g.expect(')');
      return { kind: 'Cast', start, end: g.lastEnd, form: 'CAST', expr, type };
    },
  ],
  [
    'convert',
    (g, start) => {
      const expr = g.expr();
      if (g.eat('USING')) {
        const charset = g.charsetName();
        g.expect(')');
        return { kind: 'ConvertUsing', start, end: g.lastEnd, expr, charset };
      }
      g.expect(',');
      const type = g.castType();
      g.expect(')');
      return { kind: 'Cast', start, end: g.lastEnd, form: 'CONVERT', expr, type };
    },
  ],
  [
    'values',
    (g, start) => {
      const column = g.columnRef();
      g.expect(')');
      return { kind: 'ValuesExpr', start, end: g.lastEnd, column };
    },
  ],
  [
    'default',
    (g, start) => {
      const column = g.columnRef();
      g.expect(')');
      return { kind: 'DefaultExpr', start, end: g.lastEnd, column };
    },
  ],
  [
    'json_value',
    (g, start) => {
      const doc = g.expr();
      g.expect(',');
      const path = g.expr();
      const returning = g.eat('RETURNING') ? g.castType() : null;
      const { onEmpty, onError } = g.jsonOnEvents();
      g.expect(')');
      return { kind: 'JsonValue', start, end: g.lastEnd, doc, path, returning, onEmpty, onError };
    },
  ],
  ['schema', (g, start) => g.call(start, 'database', g.callArguments())],
]);
