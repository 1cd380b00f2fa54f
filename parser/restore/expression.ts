import type {
  AggregateCall,
  CastType,
  Expr,
  FrameBound,
  FuncCall,
  JsonOnEvent,
  OrderItem,
  Query,
  WindowSpec,
} from '../ast/index.js';
import { isReserved } from '../keyword.js';
import { Writer } from './writer.js';

/** Operators that are words keep their blanks. */
const WORD_OPERATOR = /^[A-Z]/;

/** Functions whose names the grammar reads specially: a stored function of that name is quoted. */
const SPECIAL_NAMES: ReadonlySet<string> = new Set(
  (
    'adddate bit_and bit_or bit_xor cast count curdate curtime date_add date_sub extract group_concat max mid min now ' +
    'position session_user std stddev stddev_pop stddev_samp subdate substr substring sum sysdate system_user trim ' +
    'variance var_pop var_samp json_arrayagg json_objectagg approx_count_distinct approx_percentile'
  ).split(' '),
);

const BARE_FUNCTIONS: ReadonlySet<string> = new Set(
  (
    'current_date current_time current_timestamp current_user current_role localtime localtimestamp utc_date utc_time ' +
    'utc_timestamp tidb_current_tso if left right repeat replace mod database insert'
  ).split(' '),
);

/** What a function writes between its parentheses when that is not a plain list. */
type ArgumentWriter = (w: ExpressionWriter, call: FuncCall) => void;

/** Expressions as text. Parentheses are nodes of the tree, so none are added here. */
export abstract class ExpressionWriter extends Writer {
  abstract query(query: Query): this;

  expr(e: Expr): this {
    switch (e.kind) {
      case 'IntLiteral':
        return this.raw(String(e.value));
      case 'DecimalLiteral':
      case 'FloatLiteral':
        return this.raw(e.text);
      case 'StringLiteral': {
        if (e.bytes !== null) {
          return this.introducer(e.charset ?? 'binary').raw(` x'${Buffer.from(e.bytes).toString('hex')}'`);
        }
        return this.introducer(e.charset ?? this.options.stringCharset ?? null).string(e.value);
      }
      case 'HexLiteral':
        return this.introducer(e.charset).raw(
          `${e.charset === null ? '' : ' '}x'${Buffer.from(e.bytes).toString('hex')}'`,
        );
      case 'BitLiteral':
        return this.introducer(e.charset).raw(`${e.charset === null ? '' : ' '}b'${bitDigits(e.bytes)}'`);
      case 'NullLiteral':
        return this.kw('NULL');
      case 'BoolLiteral':
        return this.kw(e.value ? 'TRUE' : 'FALSE');
      case 'TemporalLiteral':
        return this.kw(e.type).raw(' ').string(e.value);
      case 'ParamMarker':
        return this.raw('?');
      case 'ColumnRef':
        if (!this.options.bareColumns) {
          if (e.schema !== null) this.name(e.schema).raw('.');
          if (e.table !== null) this.name(e.table).raw('.');
        }
        return this.name(e.name);
      case 'DefaultExpr':
        this.kw('DEFAULT');
        return e.column === null ? this : this.raw('(').expr(e.column).raw(')');
      case 'ValuesExpr':
        return this.kw('VALUES').raw('(').expr(e.column).raw(')');
      case 'UserVariable':
        return this.raw('@').name(e.name);
      case 'UserVariableAssign':
        return this.raw('@').name(e.name).raw(':=').expr(e.value);
      case 'SystemVariable':
        this.raw('@@');
        if (e.scope !== null) this.kw(e.scope).raw('.');
        return this.list(e.name.split('.'), (part) => this.name(part), '.');
      case 'Unary':
        return e.op === 'NOT' ? this.kw('NOT ').expr(e.expr) : this.raw(e.op).expr(e.expr);
      case 'Binary':
        return this.binary(e);
      case 'IsNull':
        return this.expr(e.expr).kw(e.not ? ' IS NOT NULL' : ' IS NULL');
      case 'IsTruth':
        this.expr(e.expr).kw(e.not ? ' IS NOT ' : ' IS ');
        return this.kw(e.truth === null ? 'UNKNOWN' : e.truth ? 'TRUE' : 'FALSE');
      case 'InList':
        this.expr(e.expr).kw(e.not ? ' NOT IN (' : ' IN (');
        return this.exprs(e.list).raw(')');
      case 'InSubquery':
        return this.expr(e.expr)
          .kw(e.not ? ' NOT IN ' : ' IN ')
          .subquery(e.query);
      case 'Between':
        this.expr(e.expr).kw(e.not ? ' NOT BETWEEN ' : ' BETWEEN ');
        return this.expr(e.low).kw(' AND ').expr(e.high);
      case 'Like':
        this.expr(e.expr).kw(e.not ? ' NOT ' : ' ');
        this.kw(e.caseInsensitive ? 'ILIKE ' : 'LIKE ').expr(e.pattern);
        return e.escape === null ? this : this.kw(' ESCAPE ').string(e.escape);
      case 'Regexp':
        return this.expr(e.expr)
          .kw(e.not ? ' NOT REGEXP ' : ' REGEXP ')
          .expr(e.pattern);
      case 'Case':
        this.kw('CASE');
        if (e.operand !== null) this.raw(' ').expr(e.operand);
        for (const { when, then } of e.whens) this.kw(' WHEN ').expr(when).kw(' THEN ').expr(then);
        if (e.else !== null) this.kw(' ELSE ').expr(e.else);
        return this.kw(' END');
      case 'Paren':
        if (this.options.brackets && e.expr.kind === 'Binary') return this.expr(e.expr);
        return this.raw('(').expr(e.expr).raw(')');
      case 'Row':
        return this.kw('ROW').raw('(').exprs(e.items).raw(')');
      case 'Subquery':
        return this.subquery(e.query);
      case 'Exists':
        return this.kw(e.not ? 'NOT EXISTS ' : 'EXISTS ').subquery(e.query);
      case 'Quantified':
        this.expr(e.expr).operator(e.op);
        return this.kw(e.quantifier).raw(' ').subquery(e.query);
      case 'FuncCall':
        return this.call(e);
      case 'TimeUnit':
        return this.kw(e.unit);
      case 'TrimDirection':
        return this.kw(e.direction);
      case 'TableNameExpr':
        return this.table(e);
      case 'AggregateCall':
        return this.aggregate(e.name, e);
      case 'WindowCall':
        this.aggregate(e.name, { ...e, orderBy: [], separator: null });
        if (e.fromLast) this.kw(' FROM LAST');
        if (e.ignoreNulls) this.kw(' IGNORE NULLS');
        this.kw(' OVER ');
        return e.over.parens ? this.window(e.over) : this.name(e.over.reference ?? '');
      case 'Cast':
        if (e.form === 'BINARY') return this.kw('BINARY ').expr(e.expr);
        this.kw(e.form).raw('(').expr(e.expr);
        if (e.form === 'CAST') this.kw(' AS ');
        else this.raw(', ');
        return this.castType(e.type).raw(')');
      case 'ConvertUsing':
        return this.kw('CONVERT').raw('(').expr(e.expr).kw(' USING ').string(e.charset).raw(')');
      case 'Collate':
        return this.expr(e.expr).kw(' COLLATE ').charset(e.collation);
      case 'Match':
        this.kw('MATCH').raw(' (').exprs(e.columns).raw(') ').kw('AGAINST').raw(' (').expr(e.against);
        if (e.modifier === 'BOOLEAN') this.kw(' IN BOOLEAN MODE');
        if (e.modifier === 'NATURAL' || e.modifier === 'NATURAL_EXPANSION')
          this.kw(' IN NATURAL LANGUAGE MODE');
        if (e.modifier === 'EXPANSION' || e.modifier === 'NATURAL_EXPANSION')
          this.kw(' WITH QUERY EXPANSION');
        return this.raw(')');
      case 'JsonValue':
        this.kw('JSON_VALUE').raw('(').expr(e.doc).raw(', ').expr(e.path);
        if (e.returning !== null) this.kw(' RETURNING ').castType(e.returning);
        return this.jsonEvent(e.onEmpty, 'EMPTY').jsonEvent(e.onError, 'ERROR').raw(')');
    }
  }

  exprs(list: readonly Expr[], separator = ','): this {
    return this.list(list, (item) => this.expr(item), separator);
  }

  /** Writes the tree from left to right without descending a long left side by recursion. */
  private binary(e: Extract<Expr, { kind: 'Binary' }>): this {
    const rights: { op: string; right: Expr }[] = [];
    let left: Expr = e;
    while (left.kind === 'Binary') {
      rights.push({ op: left.op, right: left.right });
      left = left.left;
    }
    if (this.options.brackets) this.raw('('.repeat(rights.length));
    this.expr(left);
    for (let i = rights.length - 1; i >= 0; i--) {
      this.operator(rights[i]!.op).expr(rights[i]!.right);
      if (this.options.brackets) this.raw(')');
    }
    return this;
  }

  private operator(op: string): this {
    if (WORD_OPERATOR.test(op)) return this.kw(` ${op} `);
    return this.raw(this.options.spaces ? ` ${op} ` : op);
  }

  private introducer(charset: string | null): this {
    return charset === null ? this : this.kw(`_${charset.toUpperCase()}`);
  }

  subquery(query: Query): this {
    return this.raw('(').query(query).raw(')');
  }

  jsonEvent(event: JsonOnEvent | null, on: string): this {
    if (event === null) return this;
    this.raw(' ').kw(event.action);
    if (event.action === 'DEFAULT') this.raw(' ').expr(event.value);
    return this.kw(` ON ${on}`);
  }

  castType(type: CastType): this {
    this.kw(type.name);
    if (type.flen !== null) {
      this.raw(`(${type.flen}${type.decimal === null ? '' : `,${type.decimal}`})`);
    } else if (type.decimal !== null) this.raw(`(${type.decimal})`);
    if (type.charset !== null) {
      if (type.charset === 'binary') this.kw(' BINARY');
      else this.kw(' CHARSET ').charset(type.charset, true);
    }
    if (type.collate !== null) this.kw(' COLLATE ').charset(type.collate);
    return type.array ? this.kw(' ARRAY') : this;
  }

  private call(e: FuncCall): this {
    if (e.schema !== null)
      return this.name(e.schema).raw('.').name(e.name).raw('(').exprs(e.args, ', ').raw(')');
    const special = ARGUMENTS.get(e.name);
    if (special !== undefined && special.when(e)) {
      if (special.name !== '') this.kw(special.name).raw('(');
      special.write(this, e);
      return special.name === '' ? this : this.raw(')');
    }
    if (SPECIAL_NAMES.has(e.name) && !isPlainBuiltin(e)) this.name(e.name);
    else if (/^[a-z_$][\w$]*$/.test(e.name) && (!isReserved(e.name) || BARE_FUNCTIONS.has(e.name))) {
      this.kw(e.name.toUpperCase());
    } else if (e.name === 'interval' && e.args.length > 1) this.kw('INTERVAL');
    else this.name(e.name);
    return this.raw('(')
      .exprs(e.args, this.options.brackets ? ',' : ', ')
      .raw(')');
  }

  private aggregate(
    name: string,
    e: Pick<AggregateCall, 'args' | 'star' | 'distinct' | 'orderBy' | 'separator'>,
  ): this {
    this.kw(name.toUpperCase()).raw('(');
    if (e.distinct) this.kw('DISTINCT ');
    if (e.star) this.raw('*');
    else this.exprs(e.args, ', ');
    if (e.orderBy.length > 0) this.kw(' ORDER BY ').orderItems(e.orderBy);
    if (e.separator !== null) this.kw(' SEPARATOR ').string(e.separator);
    return this.raw(')');
  }

  orderItems(items: readonly OrderItem[]): this {
    return this.list(items, ({ expr, desc }) => {
      this.expr(expr);
      if (desc) this.kw(' DESC');
    });
  }

  /** A window's specification in its parentheses. */
  window(spec: WindowSpec): this {
    this.raw('(');
    const parts: (() => void)[] = [];
    if (spec.reference !== null) parts.push(() => this.name(spec.reference!));
    if (spec.partitionBy.length > 0) parts.push(() => this.kw('PARTITION BY ').orderItems(spec.partitionBy));
    if (spec.orderBy.length > 0) parts.push(() => this.kw('ORDER BY ').orderItems(spec.orderBy));
    const { frame } = spec;
    if (frame !== null) {
      parts.push(() => {
        this.kw(frame.unit).raw(' ');
        if (frame.end === null) this.frameBound(frame.start);
        else this.kw('BETWEEN ').frameBound(frame.start).kw(' AND ').frameBound(frame.end);
      });
    }
    return this.list(parts, (part) => part(), ' ').raw(')');
  }

  private frameBound(bound: FrameBound): this {
    if (bound.type === 'CURRENT ROW') return this.kw('CURRENT ROW');
    if (bound.value === null) this.kw('UNBOUNDED');
    else if (bound.unit !== null) this.kw('INTERVAL ').expr(bound.value).raw(' ').kw(bound.unit);
    else this.expr(bound.value);
    return this.raw(' ').kw(bound.type);
  }
}

/** Calls whose name is special but whose arguments are the plain list that the grammar gives the same call for. */
function isPlainBuiltin(e: FuncCall): boolean {
  switch (e.name) {
    case 'substring':
      return e.args.length === 2 || e.args.length === 3;
    case 'curdate':
    case 'curtime':
    case 'now':
    case 'session_user':
    case 'sysdate':
    case 'system_user':
      return true;
    default:
      return false;
  }
}

function bitDigits(bytes: Uint8Array): string {
  let digits = '';
  for (const byte of bytes) digits += byte.toString(2).padStart(8, '0');
  // At most seven leading zeros go, so that the digits still fill as many bytes.
  return digits.replace(/^0{1,7}/, '');
}

function isInterval(e: FuncCall): boolean {
  return e.args.length === 3 && e.args[2]!.kind === 'TimeUnit';
}

function unitFirst(e: FuncCall): boolean {
  return e.args.length > 0 && e.args[0]!.kind === 'TimeUnit';
}

const dateArithmetic: ArgumentWriter = (w, { args }) => {
  w.expr(args[0]!);
  w.raw(', ');
  w.kw('INTERVAL ').expr(args[1]!).raw(' ').expr(args[2]!);
};

interface ArgumentForm {
  /** The name written, '' when the writer writes all of it. */
  name: string;
  when: (call: FuncCall) => boolean;
  write: ArgumentWriter;
}

const ARGUMENTS: ReadonlyMap<string, ArgumentForm> = new Map<string, ArgumentForm>([
  ['date_add', { name: 'DATE_ADD', when: isInterval, write: dateArithmetic }],
  ['date_sub', { name: 'DATE_SUB', when: isInterval, write: dateArithmetic }],
  [
    'timestampadd',
    { name: 'TIMESTAMPADD', when: unitFirst, write: (w, { args }) => void w.exprs(args, ', ') },
  ],
  [
    'timestampdiff',
    { name: 'TIMESTAMPDIFF', when: unitFirst, write: (w, { args }) => void w.exprs(args, ', ') },
  ],
  [
    'extract',
    {
      name: 'EXTRACT',
      when: unitFirst,
      write: (w, { args }) => void w.expr(args[0]!).kw(' FROM ').expr(args[1]!),
    },
  ],
  [
    'position',
    {
      name: 'POSITION',
      when: (e) => e.args.length === 2,
      write: (w, { args }) => void w.expr(args[0]!).kw(' IN ').expr(args[1]!),
    },
  ],
  [
    'trim',
    {
      name: 'TRIM',
      when: () => true,
      write: (w, { args }) => {
        const [string, remove, direction] = args;
        if (direction !== undefined) w.expr(direction).raw(' ');
        if (remove !== undefined && !(direction !== undefined && remove.start === remove.end)) {
          w.expr(remove).raw(' ');
        }
        if (remove !== undefined) w.kw('FROM ');
        w.expr(string!);
      },
    },
  ],
  [
    'get_format',
    {
      name: 'GET_FORMAT',
      when: (e) => e.args.length === 2 && e.args[0]!.kind === 'StringLiteral',
      write: (w, { args }) => {
        const [type, region] = args;
        if (type?.kind === 'StringLiteral') w.kw(type.value);
        w.raw(', ').expr(region!);
      },
    },
  ],
  [
    'char_func',
    {
      name: 'CHAR',
      when: (e) => e.args.length > 1,
      write: (w, { args }) => {
        const charset = args[args.length - 1]!;
        w.exprs(args.slice(0, -1), ', ');
        if (charset.kind === 'StringLiteral') w.kw(' USING ').string(charset.value);
      },
    },
  ],
  [
    'weight_string',
    {
      name: 'WEIGHT_STRING',
      when: (e) => e.args.length === 3,
      write: (w, { args }) => {
        const [string, type, length] = args;
        w.expr(string!).kw(' AS ');
        if (type?.kind === 'StringLiteral') w.kw(type.value);
        w.raw('(').expr(length!).raw(')');
      },
    },
  ],
  [
    'json_memberof',
    {
      name: '',
      when: (e) => e.args.length === 2,
      write: (w, { args }) => void w.expr(args[0]!).kw(' MEMBER OF ').raw('(').expr(args[1]!).raw(')'),
    },
  ],
]);
