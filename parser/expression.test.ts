import type { Expr } from './ast/index.js';
import { fieldName, parseExpression, parseOne } from './index.js';

/** The expression with every operator in parentheses. */
function shape(e: Expr): string {
  switch (e.kind) {
    case 'ColumnRef':
      return e.name;
    case 'IntLiteral':
      return String(e.value);
    case 'StringLiteral':
      return `'${e.value}'`;
    case 'Unary':
      return `(${e.op} ${shape(e.expr)})`;
    case 'Binary':
      return `(${shape(e.left)} ${e.op} ${shape(e.right)})`;
    case 'Between':
      return `(${shape(e.expr)} between ${shape(e.low)} and ${shape(e.high)})`;
    case 'InList':
      return `(${shape(e.expr)} in [${e.list.map(shape).join(', ')}])`;
    case 'Like':
      return `(${shape(e.expr)} like ${shape(e.pattern)})`;
    case 'Regexp':
      return `(${shape(e.expr)} regexp ${shape(e.pattern)})`;
    case 'IsNull':
      return `(${shape(e.expr)} is${e.not ? ' not' : ''} null)`;
    case 'IsTruth':
      return `(${shape(e.expr)} is${e.not ? ' not' : ''} ${e.truth})`;
    case 'Collate':
      return `(${shape(e.expr)} collate ${e.collation})`;
    case 'Cast':
      return `(${e.form.toLowerCase()} ${shape(e.expr)})`;
    case 'Paren':
      return shape(e.expr);
    case 'FuncCall':
      return `${e.name}(${e.args.map(shape).join(', ')})`;
    case 'TimeUnit':
      return e.unit;
    case 'UserVariableAssign':
      return `(@${e.name} := ${shape(e.value)})`;
    default:
      return e.kind;
  }
}

// MySQL 8.0 manual, "Operator Precedence".
test.each([
  ['a + b * c', '(a + (b * c))'],
  ['a - b - c', '((a - b) - c)'],
  ['a / b DIV c MOD d', '(((a / b) DIV c) % d)'],
  ['a | b & c << d + e * f ^ g', '(a | (b & (c << (d + (e * (f ^ g))))))'],
  ['- a ^ b', '((- a) ^ b)'],
  ['! a + b', '((! a) + b)'],
  ['~ a * - b', '((~ a) * (- b))'],
  ['a or b and c xor d', '(a OR ((b AND c) XOR d))'],
  ['not a = b', '(NOT (a = b))'],
  ['not a and b', '((NOT a) AND b)'],
  ['a = b = c', '((a = b) = c)'],
  ['a = b in (1, 2)', '(a = (b in [1, 2]))'],
  ['a in (1) = b', '((a in [1]) = b)'],
  ['a between 1 and 2 and b', '((a between 1 and 2) AND b)'],
  ['a between 1 + 2 and 3 | 4', '(a between (1 + 2) and (3 | 4))'],
  ["a like 'x' or b", "((a like 'x') OR b)"],
  ['a + 1 like b = c', '(((a + 1) like b) = c)'],
  ['a regexp b | c', '(a regexp (b | c))'],
  ['a is null = 1', '((a is null) = 1)'],
  ['a = b is not true', '((a = b) is not true)'],
  ['a > b is null', '((a > b) is null)'],
  ['a collate x = b', '((a collate x) = b)'],
  ['- a collate x', '(- (a collate x))'],
  ['binary a = b', '((binary a) = b)'],
  ['a + interval 1 day - b', '(date_add(a, 1, DAY) - b)'],
  ['a - interval b + 1 hour > c', '(date_sub(a, (b + 1), HOUR) > c)'],
  ['interval 1 day + a', 'date_add(a, 1, DAY)'],
  ['interval(a, b) + 1', '(interval(a, b) + 1)'],
  ['a + interval(b) day', 'date_add(a, b, DAY)'],
  ['@x := a or b', '(@x := (a OR b))'],
  ['1 + @x := 2 + 3', '(1 + (@x := (2 + 3)))'],
  ['a not in (1)', '(a in [1])'],
  ["a -> '$.b' = 1", "(json_extract(a, '$.b') = 1)"],
  ['(a or b) and c', '((a OR b) AND c)'],
])('%s', (sql, expected) => {
  expect(shape(parseExpression(sql))).toBe(expected);
});

test('a long chain of AND is a shallow tree with its operands in order', () => {
  const names = Array.from({ length: 1000 }, (_, i) => `c${i}`);
  const found: string[] = [];
  const depth = (e: Expr): number => {
    if (e.kind !== 'Binary') {
      found.push(shape(e));
      return 0;
    }
    expect(e.op).toBe('AND');
    return 1 + Math.max(depth(e.left), depth(e.right));
  };
  expect(depth(parseExpression(names.join(' AND ')))).toBeLessThan(12);
  expect(found).toEqual(names);
});

test('positions are those of the source', () => {
  const source = 'SELECT  a + ( b ) , `c`.d FROM t';
  const { stmt } = parseOne(source);
  if (stmt.kind !== 'Select') throw new Error(stmt.kind);
  expect(stmt.fields.map(({ text }) => text)).toEqual(['a + ( b )', '`c`.d']);
  const [sum, column] = stmt.fields.map(({ expr }) => expr!);
  expect(source.slice(sum!.start, sum!.end)).toBe('a + ( b )');
  expect(source.slice(column!.start, column!.end)).toBe('`c`.d');
});

test.each([
  ['a', 'a'],
  ['t.`B`', 'B'],
  ['1+1', '1+1'],
  ['(1)', '1'],
  ['+(+1.50)', '1.50'],
  ["'  x'", 'x'],
  ["'a' 'b'", 'a'],
  ['null', 'NULL'],
  ['true', 'TRUE'],
  ['COUNT( * )', 'COUNT( * )'],
  ['1 as x', 'x'],
  ["1 'y'", 'y'],
])('the field name of %s', (sql, expected) => {
  const { stmt } = parseOne(`select ${sql} from t`);
  expect(stmt.kind === 'Select' && fieldName(stmt.fields[0]!)).toBe(expected);
});

test.each([
  'a = NOT b',
  'DEFAULT',
  'a IN ()',
  'a LIKE',
  'CASE END',
  'ROW(1)',
  'a BETWEEN 1',
  't.*',
  '1 + INTERVAL 1 DAY + INTERVAL',
  'CAST(a AS INT)',
  'SUM(*)',
  'EXTRACT(a FROM b)',
])('%s is not an expression', (sql) => {
  expect(() => parseExpression(sql)).toThrow('You have an error in your SQL syntax');
});
