import { TestEngine } from '../session/testing/test-engine.js';
import { randomSource } from '../testing/random.js';

const CONDITIONS = [
  'c > 3',
  'c <= 3',
  'c = 2',
  'c != 2',
  'c is null',
  'c is not null',
  "s = 'b'",
  "s >= 'B'",
  's is null',
  'd < 2.5',
  "t >= '2025-01-03 12:00:00'",
  "e = 'y'",
];
const FILTERS = [
  ...CONDITIONS,
  'c between 4 and 9',
  'c in (2, 5)',
  'c > 3 and a < 5',
  'c is null and b = 1',
  "s in ('b', 'c')",
  'd < 1.5',
  'd = 2',
  "t > '2025-01-04'",
  "e in ('y', 'z')",
  'a = 2 and c = 2',
  'c > 3 or c < 2',
];

test('partial indexes have the rows that meet their conditions, and serve queries that ask for no others', async () => {
  const { seed, random } = randomSource();
  const any = (n: number): number => Math.floor(random() * n);
  const pick = <T>(list: readonly T[]): T => list[any(list.length)]!;
  const engine = await TestEngine.open();
  try {
    const s = await engine.session();
    const columns =
      "id INT PRIMARY KEY, a INT, b INT, c INT, s VARCHAR(5) COLLATE utf8mb4_general_ci, d DECIMAL(4,2), t TIMESTAMP NULL, e ENUM('x','y','z')";
    const indexes = (from: number, to: number): string[] =>
      CONDITIONS.slice(from, to).map(
        (c, i) => `KEY k${from + i} (${pick(['a', 'b', 'a, b', 's', 'c, a'])}) WHERE ${c}`,
      );
    await s.query(`CREATE TABLE p (${columns}, UNIQUE KEY u (b) WHERE c > 7, ${indexes(0, 6).join(', ')})`);
    await s.query(`CREATE TABLE q (${columns})`);
    const value = (): string =>
      [
        pick(['NULL', String(any(6))]),
        String(any(40)),
        pick(['NULL', String(any(10))]),
        pick(['NULL', "'a'", "'b'", "'B '", "'c'"]),
        pick(['NULL', `${any(4)}.${any(100)}`]),
        pick(['NULL', `'2025-01-0${1 + any(6)} 1${any(10)}:00:00'`]),
        pick(['NULL', "'x'", "'y'", "'z'"]),
      ].join(', ');
    const change = async (sql: (table: string) => string): Promise<void> => {
      const error = await s.errorOf(sql('p'));
      if (error === 0) await s.query(sql('q'));
      else expect({ seed, error }).toEqual({ seed, error: 1062 });
    };
    for (let step = 0; step < 90; step++) {
      if (step === 45)
        await s.query(
          `ALTER TABLE p ${indexes(6, CONDITIONS.length)
            .map((k) => `ADD ${k}`)
            .join(', ')}`,
        );
      const id = any(30);
      const row = `(${id}, ${value()})`;
      const set = pick([
        `c = ${any(10)}`,
        'c = NULL',
        `b = ${any(40)}`,
        "s = 'B'",
        'd = d + 1',
        `a = ${any(6)}`,
      ]);
      const verb = pick(['INSERT', 'INSERT', 'UPDATE', 'UPDATE', 'DELETE']);
      if (verb === 'INSERT') await change((t) => `INSERT INTO ${t} VALUES ${row}`);
      else if (verb === 'UPDATE') await change((t) => `UPDATE ${t} SET ${set} WHERE id = ${id}`);
      else await change((t) => `DELETE FROM ${t} WHERE id = ${id}`);
      if (step % 9 === 8) {
        await s.query("SET time_zone = '" + pick(['+00:00', '+08:00', 'America/New_York']) + "'");
        await s.query('ADMIN CHECK TABLE p');
        const filter = pick(FILTERS);
        const ofP = await s.query(`SELECT * FROM p WHERE ${filter} ORDER BY id`);
        const ofQ = await s.query(`SELECT * FROM q WHERE ${filter} ORDER BY id`);
        expect({ seed, filter, rows: ofP }).toEqual({ seed, filter, rows: ofQ });
      }
    }
  } finally {
    await engine.close();
  }
});
