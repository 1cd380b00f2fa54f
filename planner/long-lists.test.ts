import { TestSchema } from './testing/test-schema.js';

/** Items from which on a list is made in steps: shorter ones are made at once. */
const LONG = 5000;
const SHORT = 1000;

const two = (n: number): string => String(n).padStart(2, '0');

const LISTS: readonly (readonly [string, string, (i: number) => string])[] = [
  ['integers', 'a', (i) => `${i}`],
  ['integers as texts', 'a', (i) => `'${i}'`],
  ['integers as decimals', 'a', (i) => `${i}.0`],
  ['integers and fractions', 'a', (i) => `${i}.${i % 2}`],
  ['texts that are no numbers', 'a', (i) => `'x${i}'`],
  ['decimals', 'd', (i) => `${i}.25`],
  ['decimals of many digits', 'd', (i) => `${i}${'7'.repeat(90)}.25`],
  ['decimals as texts', 'd', (i) => `'${i}.5'`],
  ['times', 't', (i) => `'2024-01-01 ${two(i % 24)}:${two(i % 60)}:${two((i >> 6) % 60)}'`],
  ['fractions of seconds', 't', (i) => `'2024-01-01 00:00:00.${i}'`],
  ['texts that are no times', 't', (i) => (i === 4500 ? `'tomorrow'` : `'2024-01-${two(1 + (i % 28))}'`)],
  ['dates', 'e', (i) => `'2024-${two(1 + (i % 12))}-${two(1 + (i % 28))}'`],
  ['numbers as dates', 'e', (i) => `${20240101 + (i % 28)}`],
  ['reals', 'f', (i) => `${i}.5e0`],
  ['reals as texts', 'f', (i) => `'${i}.5'`],
  ['texts', 's', (i) => `'v${i}'`],
  ['numbers beside a text', 's', (i) => `${i}`],
  ['members', 'm', (i) => `'${i % 2 === 0 ? 'x' : 'y'}'`],
  ['years', 'y', (i) => `${1901 + (i % 200)}`],
  ['durations', 'u', (i) => `'${i % 800}:00:00'`],
];

async function conditions(of: string, items: readonly string[]): Promise<string> {
  const schema = new TestSchema();
  await schema.create(
    `CREATE TABLE w (k INT PRIMARY KEY, a INT, d DECIMAL(20,2), t DATETIME, e DATE, f DOUBLE, s VARCHAR(20), m ENUM('x','y'), y YEAR, u TIME)`,
  );
  const plan = await schema.explain(`SELECT k FROM w WHERE ${of} IN (${items.join(', ')})`);
  return /Selection\s+\S+\s+\S+\s+(.*)/.exec(plan)![1]!;
}

/** The constants of a condition, casts and names left out. */
const constantsOf = (condition: string): string[] =>
  condition.replace(/\w+\.\w+\.\w+|\w+\(\d+(,\d+)?\)/g, '').match(/"[^"]*"|[\d.:-]*\d[\d.:]*/g) ?? [];

describe('A long list is made in steps', () => {
  test.each(LISTS)('%s', async (_, column, item) => {
    const items = Array.from({ length: LONG }, (_x, i) => item(i));
    const whole = await conditions(column, items);
    const parts: string[] = [];
    for (let i = 0; i < LONG; i += SHORT) parts.push(await conditions(column, items.slice(i, i + SHORT)));
    const found = constantsOf(whole);
    const expected = parts.flatMap(constantsOf);
    // Kinds of items that are compared apart are one behind the other.
    const isOneList = whole.trim().startsWith('in(');
    expect(isOneList ? found : found.sort()).toEqual(isOneList ? expected : expected.sort());
    expect(found.length).toBeGreaterThanOrEqual(LONG);
    const first = (condition: string): string => condition.trim().slice(0, 40);
    if (isOneList) expect(first(whole)).toBe(first(parts[0]!));
  });

  test('others have the thread meanwhile', async () => {
    const turns = async (length: number): Promise<number> => {
      const schema = new TestSchema();
      await schema.create('CREATE TABLE w (k INT PRIMARY KEY, t DATETIME)');
      let n = 0;
      schema.checkpoint = () => void n++;
      await schema.explain(
        `SELECT k FROM w WHERE t IN (${Array.from({ length }, (_, i) => `'2024-01-01 00:${two(i % 60)}:00'`).join(',')})`,
      );
      return n;
    };
    expect((await turns(30_000)) - (await turns(5000))).toBeGreaterThan(90);
  });
});
