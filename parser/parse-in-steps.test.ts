import { jest } from '@jest/globals';
import { parse, parseInSteps, ParseError } from './parser.js';

const LONG = 60_000;
const numbers = (n: number): string => Array.from({ length: n }, (_, i) => i).join(', ');
const rows = (n: number): string => Array.from({ length: n }, (_, i) => `(${i}, 'row ${i}', ?)`).join(',');

function inSteps(sql: string): { readonly steps: number; readonly parsed: ReturnType<typeof parse> } {
  const reading = parseInSteps(sql);
  for (let steps = 0; ; steps++) {
    const step = reading.next();
    if (step.done === true) return { steps, parsed: step.value };
  }
}

test.each([
  ['rows of an INSERT', `INSERT INTO t (a, b, c) VALUES ${rows(LONG)} ON DUPLICATE KEY UPDATE a = ?  `],
  ['rows of VALUES', `SELECT * FROM (VALUES ROW${rows(LONG).replaceAll('),(', '),ROW(')}) v WHERE 1`],
  ['IN', `SELECT /*+ NO_INDEX(t) */ (SELECT ?) FROM t WHERE a IN (${numbers(LONG)}) AND b = ?`],
  [
    'lists behind each other and in each other, of several statements',
    `SELECT 1 FROM t WHERE (((a IN (${numbers(LONG)}) OR b IN (?, ${numbers(LONG)}, ?)))) AND c IN (1, 2);;
     /*!80000 SELECT a NOT IN (${numbers(LONG)}, (b IN (${numbers(LONG)})), ${numbers(LONG)}) */; SELECT ?`,
  ],
])('%s gives the tree of reading at once', (_, sql) => {
  const { steps, parsed } = inSteps(sql);
  expect(steps).toBeGreaterThan(0);
  expect(JSON.stringify(parsed)).toBe(JSON.stringify(parse(sql)));
});

test('an error is told as by reading at once', () => {
  const sql = `SELECT 1; INSERT INTO t VALUES ${rows(LONG)}, (1 2)`;
  const message = (read: () => unknown): string => {
    try {
      read();
    } catch (e) {
      expect(e).toBeInstanceOf(ParseError);
      return (e as ParseError).message;
    }
    throw new Error('no error');
  };
  expect(message(() => inSteps(sql))).toBe(message(() => parse(sql)));
});

test('what stands before a list that is long itself is not read again and again', () => {
  const sql = `SELECT ${numbers(LONG)} FROM t WHERE a IN (${numbers(LONG)})`;
  expect(inSteps(sql).steps).toBe(0);
});

test('a list within a late item of a long list is read over many steps, and the items before it once', () => {
  const inner = Array.from({ length: 4 }, (_, i) => `(b + ${i} IN (${numbers(500)}))`).join(', ');
  const sql = `SELECT a IN (${numbers(500)}, ${inner}, ${numbers(500)}) FROM t`;
  let now = 0;
  // Time runs out whenever it is looked at.
  const clock = jest.spyOn(performance, 'now').mockImplementation(() => (now += 1000));
  const { steps, parsed } = inSteps(sql);
  clock.mockRestore();
  expect(steps).toBeGreaterThan(20);
  expect(JSON.stringify(parsed)).toBe(JSON.stringify(parse(sql)));
});
