import { normalize, parse, parseOne, restore } from './index.js';
import { ParseError } from './parse-error.js';
import { mutate } from './testing/mutation.js';
import { canonical, randomFrom, sampleStatements } from './testing/tree.js';

const statements = sampleStatements();

test.each(statements)('parses, restores and parses to an equal tree: %s', (sql) => {
  const [first, ...more] = parse(sql);
  expect(more).toEqual([]);
  const text = restore(first!.stmt);
  const second = parseOne(text);
  expect(canonical(second.stmt)).toBe(canonical(first!.stmt));
  expect(restore(second.stmt)).toBe(text);
});

test('a changed tree is not taken for an equal one', () => {
  const differ = (a: string, b: string): void => {
    expect(canonical(parseOne(a).stmt)).not.toBe(canonical(parseOne(b).stmt));
  };
  differ('SELECT 1.5', 'SELECT 1.6');
  differ('SELECT a FROM t', 'SELECT a FROM u');
  differ("SELECT 'a'", "SELECT _latin1'a'");
  differ('SELECT a OR b AND c', 'SELECT (a OR b) AND c');
});

describe('mutated statements', () => {
  const seed = Number(process.env.RUTILE_SEED ?? Date.now() % 1_000_000_000);
  const count = Number(process.env.FUZZ_COUNT ?? 10_000);

  test(`throw ParseError or round-trip (RUTILE_SEED=${seed})`, () => {
    const random = randomFrom(seed);
    let parsed = 0;
    for (let i = 0; i < count; i++) {
      const sql = mutate(
        statements[random(statements.length)]!,
        statements[random(statements.length)]!,
        random,
      );
      normalize(sql);
      let trees;
      try {
        trees = parse(sql);
      } catch (error) {
        if (error instanceof ParseError) continue;
        throw new Error(`not a syntax error, of: ${sql}`, { cause: error });
      }
      for (const { stmt } of trees) {
        parsed++;
        const text = restore(stmt);
        let again;
        try {
          again = parseOne(text);
        } catch (error) {
          throw new Error(`restored text does not parse: ${sql}\n=> ${text}`, { cause: error });
        }
        if (canonical(again.stmt) !== canonical(stmt)) throw new Error(`trees differ: ${sql}\n=> ${text}`);
      }
    }
    expect(parsed).toBeGreaterThan(count / 100);
  });
});
