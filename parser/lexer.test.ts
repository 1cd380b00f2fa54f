import { Lexer, type LexerOptions } from './lexer.js';
import { parse, parseExpression, parseOne } from './index.js';

function tokens(sql: string, options: LexerOptions = {}): string[] {
  const lexer = new Lexer(sql, options);
  const found: string[] = [];
  for (lexer.advance(); lexer.tok !== 'eof'; lexer.advance()) {
    const named = lexer.tok.charCodeAt(0) >= 97 && lexer.tok.charCodeAt(0) <= 122;
    found.push(named ? `${lexer.tok}:${lexer.text}` : lexer.tok);
  }
  return found;
}

test.each([
  ['Select sElEcT', ['SELECT', 'SELECT']],
  [
    'a1 1a 1e5 1e 0x1g 0x1f 0X1F t.1a t.select',
    [
      'ident:a1',
      'ident:1a',
      'float:1e5',
      'ident:1e',
      'ident:0x1g',
      'hex:1f',
      'ident:0X1F',
      'ident:t',
      '.',
      'ident:1a',
      'ident:t',
      '.',
      'ident:select',
    ],
  ],
  [
    '1.5 .5 5. 1.e3 1..2',
    ['decimal:1.5', 'decimal:.5', 'decimal:5.', 'float:1.e3', 'decimal:1.', 'decimal:.2'],
  ],
  ["'a''b' 'a\\'b' \"c\" 'x\\n\\%\\q'", ["string:a'b", "string:a'b", 'string:c', 'string:x\n\\%q']],
  ['`a``b` été $x _y', ['ident:a`b', 'ident:été', 'ident:$x', 'ident:_y']],
  ["x'4d' b'01' n'x' 0b11", ['hex:4d', 'bit:01', 'nstring:x', 'bit:11']],
  [
    "@a @`b` @'c' @@d @@global.e @@session.`f` @",
    ['uservar:a', 'uservar:b', 'uservar:c', 'sysvar:d', 'sysvar:global.e', 'sysvar:session.f', '@'],
  ],
  [
    '<=> <= <> != << >> >= := -> ->> || && ! ~ ^',
    ['<=>', '<=', '!=', '!=', '<<', '>>', '>=', ':=', '->', '->>', '||', '&&', '!', '~', '^'],
  ],
  ['1 -- x\n2 # y\n3 /* z */ 4 --5', ['int:1', 'int:2', 'int:3', 'int:4', '-', '-', 'int:5']],
  ['/*! 1 */ /*!40101 2*/ /*!99999 3 */ /*!080016 4*/ /*M! 5 */', ['int:1', 'int:2', 'int:4']],
  ['/*T! 1 */ /*T![auto_rand] 2 */ /*T![nothing] 3 */ /*T![ttl, nothing] 4 */', ['int:1', 'int:2']],
  ['select /*+ h(t) */ 1 /*+ no hint */', ['SELECT', 'hint: h(t) ', 'int:1']],
  ['\\N', ['NULL']],
])('%s', (sql, expected) => {
  expect(tokens(sql)).toEqual(expected);
});

test('sql_mode flags', () => {
  expect(tokens('"a" \'b\'', { ansiQuotes: true })).toEqual(['ident:a', 'string:b']);
  expect(tokens("'a\\'", { noBackslashEscapes: true })).toEqual(['string:a\\']);
  expect(parseExpression('a || b', { pipesAsConcat: true })).toMatchObject({
    kind: 'FuncCall',
    name: 'concat',
  });
  expect(parseExpression('a || b')).toMatchObject({ kind: 'Binary', op: 'OR' });
  expect(parseExpression('NOT a BETWEEN 1 AND 2')).toMatchObject({ kind: 'Unary', op: 'NOT' });
  expect(parseExpression('NOT a BETWEEN 1 AND 2', { highNotPrecedence: true })).toMatchObject({
    kind: 'Between',
  });
  expect(parseExpression('count (a)')).toMatchObject({ kind: 'FuncCall', name: 'count' });
  expect(parseExpression('count (a)', { ignoreSpace: true })).toMatchObject({ kind: 'AggregateCall' });
});

test('integers by width', () => {
  expect(parseExpression('9007199254740991')).toMatchObject({ kind: 'IntLiteral', value: 9007199254740991 });
  expect(parseExpression('9007199254740992')).toMatchObject({ kind: 'IntLiteral', value: 9007199254740992n });
  expect(parseExpression('18446744073709551615')).toMatchObject({ value: 18446744073709551615n });
  expect(parseExpression('18446744073709551616')).toMatchObject({ kind: 'DecimalLiteral' });
  expect(parseExpression('00000000000000000000000001')).toMatchObject({ kind: 'IntLiteral', value: 1 });
});

test('hex and bit literals are bytes', () => {
  expect(parseExpression('0xabc')).toMatchObject({ bytes: new Uint8Array([0x0a, 0xbc]) });
  expect(parseExpression("b'100000001'")).toMatchObject({ bytes: new Uint8Array([1, 1]) });
});

test('a source that is not UTF-8 keeps the bytes of its literals', () => {
  const head = Buffer.from("INSERT INTO `t\u00e9` VALUES ('");
  const source = Buffer.concat([head, Buffer.from([0xff, 0xfe]), Buffer.from("', '\u00e9')")]);
  const { stmt } = parseOne(source);
  if (stmt.kind !== 'Insert') throw new Error(stmt.kind);
  expect(stmt.rows![0]![0]).toMatchObject({ kind: 'StringLiteral', bytes: new Uint8Array([0xff, 0xfe]) });
  expect(stmt.rows![0]![1]).toMatchObject({ kind: 'StringLiteral', value: '\u00e9', bytes: null });
  expect(stmt.table.name).toBe('t\u00e9');
});

test('several statements, empty ones left out', () => {
  const parsed = parse('  select ?, ? ; ; /* x */ select ?;-- end');
  expect(parsed.map(({ text }) => text)).toEqual(['select ?, ?', 'select ?']);
  expect(parsed.map(({ paramCount }) => paramCount)).toEqual([2, 1]);
  expect(parse('-- nothing')).toEqual([]);
});

test('a long literal and a long list', () => {
  const literal = 'x'.repeat(4 << 20);
  expect(parseExpression(`'${literal}'`)).toMatchObject({ value: literal });
  const { stmt } = parseOne(
    `INSERT INTO t VALUES ${Array.from({ length: 50_000 }, (_, i) => `(${i}, 'a')`).join(',')}`,
  );
  expect(stmt.kind === 'Insert' && stmt.rows!.length).toBe(50_000);
});
