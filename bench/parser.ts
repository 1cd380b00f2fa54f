/**
 * Statements per second of the parser, one core.
 *
 *     npx tsx bench/parser.ts [file or directory of .sql/.test files ...]
 *
 * Without arguments: parser/testdata and the statements of an OLTP benchmark. Files are split at semicolons at line ends;
 * pieces that are not SQL (a test script's commands) are left out. node-sql-parser, the most used parser of its kind on npm, runs
 * beside on the statements that it knows too.
 */
import { readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import nodeSqlParser from 'node-sql-parser';
import { normalizeDigest, parse, parseOne, restore } from '../parser/index.js';

const OLTP: readonly (readonly [string, string])[] = [
  ['point select', 'SELECT c FROM sbtest1 WHERE id=12345'],
  ['range select', 'SELECT DISTINCT c FROM sbtest3 WHERE id BETWEEN 50123 AND 50222 ORDER BY c'],
  ['update', 'UPDATE sbtest1 SET k=k+1 WHERE id=5012'],
  [
    'insert',
    `INSERT INTO sbtest1 (id, k, c, pad) VALUES (5012, 4994, '${'68487932199-'.repeat(10)}', '${'22195207048-'.repeat(5)}')`,
  ],
];

function sourceFiles(name: string): string[] {
  if (!statSync(name).isDirectory()) return [name];
  return readdirSync(name, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.(sql|test)$/.test(file))
    .map((file) => path.join(name, file));
}

function statementsOf(text: string): string[] {
  return text
    .split(/;[ \t]*\n/)
    .map((piece) => piece.replace(/^(\s*(#|--).*\n)+/, '').trim())
    .filter((piece) => piece !== '');
}

/** Runs `work` for about a second after warming up; microseconds a call. */
function measure(work: () => void, batch = 50): number {
  const until = (ms: number): number => {
    const start = performance.now();
    let runs = 0;
    while (performance.now() - start < ms) {
      for (let i = 0; i < batch; i++) work();
      runs += batch;
    }
    return ((performance.now() - start) * 1000) / runs;
  };
  until(300);
  return until(1000);
}

function line(name: string, micros: number, note = ''): void {
  const rate = Math.round(1e6 / micros).toLocaleString('en');
  console.log(`${name.padEnd(32)} ${micros.toFixed(2).padStart(9)} µs ${rate.padStart(12)}/s ${note}`);
}

for (const [name, sql] of OLTP) {
  line(
    `${name}: parse`,
    measure(() => parseOne(sql)),
  );
  line(
    `${name}: digest`,
    measure(() => normalizeDigest(sql)),
  );
}

const names = process.argv.slice(2);
const samples = fileURLToPath(new URL('../parser/testdata', import.meta.url));
const corpus: string[] = [];
let skipped = 0;
for (const file of (names.length > 0 ? names : [samples]).flatMap(sourceFiles)) {
  const text = readFileSync(file, 'utf8');
  const pieces = file.endsWith('.test')
    ? statementsOf(text)
    : text.split('\n').filter((piece) => piece !== '');
  for (const piece of pieces) {
    try {
      parse(piece);
      corpus.push(piece);
    } catch {
      skipped++;
    }
  }
}
const bytes = corpus.reduce((sum, sql) => sum + sql.length, 0);
const trees = corpus.flatMap((sql) => parse(sql));
const note = (micros: number): string => `${(bytes / corpus.length / micros).toFixed(1)} MB/s`;
const each = <T>(items: readonly T[], work: (item: T) => void): number =>
  measure(() => {
    for (const item of items) work(item);
  }, 1) / items.length;
const parsing = each(corpus, (sql) => parse(sql));
console.log(
  `corpus: ${corpus.length} statements (${skipped} pieces left out), ${(bytes / 1e6).toFixed(2)} MB`,
);
line('corpus: parse', parsing, note(parsing));
line(
  'corpus: restore',
  each(trees, ({ stmt }) => restore(stmt)),
);

const peer = new nodeSqlParser.Parser();
const theirs = (sql: string): unknown => peer.astify(sql, { database: 'MySQL' });
const both = corpus.filter((sql) => {
  try {
    theirs(sql);
    return true;
  } catch {
    return false;
  }
});
const bothBytes = both.reduce((sum, sql) => sum + sql.length, 0);
console.log(
  `beside node-sql-parser: it parses ${both.length} of the ${corpus.length} statements; ${(bothBytes / 1e6).toFixed(2)} MB of these:`,
);
line(
  'ours',
  each(both, (sql) => parse(sql)),
);
line('node-sql-parser', each(both, theirs));
for (const [name, sql] of OLTP)
  line(
    `node-sql-parser, ${name}`,
    measure(() => theirs(sql)),
  );

const rows = Array.from({ length: 200_000 }, (_, i) => `(${i},${i * 7},'abcdefghijklmnop-${i}',1.5,NULL)`);
const bulk = `INSERT INTO t VALUES ${rows.join(',')}`;
for (let run = 0; run < 3; run++) {
  const start = performance.now();
  parse(bulk);
  const seconds = (performance.now() - start) / 1000;
  console.log(
    `bulk insert, ${(bulk.length / 1e6).toFixed(1)} MB: ${(bulk.length / 1e6 / seconds).toFixed(1)} MB/s`,
  );
}
