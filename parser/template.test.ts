import { parseOne } from './parser.js';
import { TemplateScanner, unescapedString } from './template.js';

const scanner = new TemplateScanner();
const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text));

function template(sql: string): string | null {
  return scanner.scan(bytes(sql)) ? Buffer.from(scanner.text.subarray(0, scanner.length)).toString() : null;
}

/** The value of the text's only string. */
function stringIn(sql: string): string {
  const source = bytes(sql);
  if (!scanner.scan(source)) throw new Error(`no template: ${sql}`);
  const raw = source.subarray(scanner.starts[0]!, scanner.ends[0]!);
  return Buffer.from(
    scanner.coded[0] === 1 ? unescapedString(source, scanner.starts[0]!, scanner.ends[0]!) : raw,
  ).toString();
}

test.each([
  ['SELECT a FROM t WHERE b = 5 AND c = 1.5', 'SELECT a FROM t WHERE b = ? AND c = ?'],
  ["\n  SELECT 'x'", 'SELECT ?'],
  ['SELECT "x"', 'SELECT ?'],
  ['/* app=shop,trace=1 */ SELECT 1', '  SELECT ?'],
  ['SELECT/**/1', 'SELECT ?'],
  ['SELECT 6 / 3;  ', 'SELECT ? / ?'],
])('%j', (sql, want) => {
  expect(template(sql)).toBe(want);
});

test.each([
  'SELECT /*+ USE_INDEX(t, i) */ 1',
  'SELECT /*!80000 1 */',
  'SELECT /*T! 1 */',
  'SELECT /*M! 1 */',
  'SELECT 1 /* open',
  'SELECT 1 -- end',
  "SELECT 'a' 'b'",
  `SELECT 'a' "b"`,
  "SELECT _utf8'a'",
  'SELECT "a',
  "SELECT 'a\\",
  'SELECT @a',
  'SELECT ä',
  'SELECT 1; SELECT 2',
])('%j has none', (sql) => {
  expect(template(sql)).toBeNull();
});

test.each([
  "'it''s'",
  `"say ""yes"""`,
  `'"'`,
  `"it's"`,
  String.raw`'\n\t\r\0\b\Z\\\'\"\%\_\x'`,
  String.raw`"\"''"`,
  "'Grüße 😀'",
  String.raw`'\ü'`,
  "''''",
  "''",
])('a string is what the parser reads: %s', (literal) => {
  const { stmt } = parseOne(`SELECT ${literal}`);
  const field = (stmt as { readonly fields: readonly { readonly expr: unknown }[] }).fields[0]!;
  expect(stringIn(`SELECT ${literal}`)).toBe((field.expr as { readonly value: string }).value);
});
