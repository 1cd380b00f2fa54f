import { ParseError, parse, parseOne, statements } from './index.js';
import { MAX_DEPTH } from './grammar/token-stream.js';

function errorOf(sql: string | Uint8Array): ParseError {
  try {
    parse(sql);
  } catch (error) {
    if (error instanceof ParseError) return error;
    throw error;
  }
  throw new Error(`no error: ${String(sql)}`);
}

test('the text is as TiDB gives it', () => {
  expect(errorOf("VALUES ( ('foo'), ROW('bar') )").message).toBe(
    'You have an error in your SQL syntax; check the manual that corresponds to your TiDB version for the right ' +
      "syntax to use line 1 column 8 near \"( ('foo'), ROW('bar') )\" ",
  );
});

test.each([
  ['create invalid', 1, 14, 'invalid'],
  ['select 1 from', 1, 13, ''],
  ['select\n1 from where', 2, 13, 'where'],
  ["select 'abc", 1, 11, "'abc"],
  ['select `abc', 1, 11, '`abc'],
  ['select 1 /* abc', 1, 15, '/* abc'],
  ['selec 1', 1, 5, 'selec 1'],
  ['select 1 select', 1, 15, 'select'],
  ['select count (*) from t', 1, 15, '*) from t'],
  ['create table t (a int) partition by list (a) (partition p values in ((10, default)))', 1, 82, ')))'],
])('position of the error in %j', (sql, line, column, near) => {
  expect(errorOf(sql)).toMatchObject({ line, column, near, errno: 1064 });
});

test('near is cut', () => {
  expect(errorOf(`selec ${'x'.repeat(10_000)}`).near).toHaveLength(2048);
});

test('DOUBLE(p) is error 1149, unless allowed', () => {
  expect(errorOf('create table t (a double(10))').errno).toBe(1149);
  expect(parseOne('create table t (a double(10))', { looseDouble: true }).stmt.kind).toBe('CreateTable');
});

test('statements before a faulty one are given first', () => {
  const iterator = statements('select 1; select 2; selec 3');
  expect(iterator.next().value).toMatchObject({ text: 'select 1' });
  expect(iterator.next().value).toMatchObject({ text: 'select 2' });
  expect(() => iterator.next()).toThrow(ParseError);
});

const MANY = 20_000;

test.each([
  ['parentheses', 'select ' + '('.repeat(MANY) + '1' + ')'.repeat(MANY)],
  ['subqueries', 'select ' + '(select '.repeat(MANY) + '1' + ')'.repeat(MANY)],
  ['calls', 'select ' + 'abs('.repeat(MANY)],
  ['NOT', 'select ' + 'not '.repeat(MANY) + '1'],
  ['signs', 'select ' + '- '.repeat(MANY) + '1'],
  ['CASE', 'select ' + 'case when '.repeat(MANY)],
  ['derived tables', 'select * from ' + '(select * from '.repeat(MANY)],
  ['tables in parentheses', 'select * from ' + '('.repeat(MANY)],
  ['joins', 'select * from t' + ' join t on 1'.repeat(MANY)],
  ['joins without conditions', 'select * from t' + ' join t'.repeat(MANY)],
  ['sums', 'select 1' + '+1'.repeat(MANY)],
  ['comparisons', 'select 1' + '=1'.repeat(MANY)],
  ['assignments', 'select ' + '@a:='.repeat(MANY) + '1'],
  ['intervals', 'select ' + 'interval('.repeat(MANY)],
  ['common tables', 'with a as ('.repeat(MANY)],
  ['statements in statements', 'trace '.repeat(MANY)],
  ['nested paths', "select * from json_table('', '' columns (" + "nested '' columns (".repeat(MANY)],
  ['options', 'create resource group x ' + 'a=('.repeat(MANY)],
])('endless %s are a syntax error', (_name, sql) => {
  expect(errorOf(sql)).toBeInstanceOf(ParseError);
});

test('what is long but not deep parses', () => {
  expect(parse('select 1' + ' or a = 1'.repeat(MANY))).toHaveLength(1);
  expect(parse('select 1' + ' union all select 1'.repeat(MANY))).toHaveLength(1);
  expect(parse('select 1 in (' + '1,'.repeat(MANY) + '1)')).toHaveLength(1);
  const depth = MAX_DEPTH - 5;
  expect(parse('select ' + '('.repeat(depth) + '1' + ')'.repeat(depth))).toHaveLength(1);
});
