import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type mysql from 'mysql2/promise';
import { ServerProcess } from './testing/server-process.js';

/**
 * What the protocol says of columns and expressions: type, length, flags, decimals, character set, and where a column comes from.
 * Each file in testdata/metadata is `expression`, a tab, and that. `agreed.txt` was recorded from MariaDB 10.11 where MySQL 8 has
 * the same; `own.txt` holds what MariaDB has differently (its header says how). UPDATE_GOLDEN=1 writes own.txt anew.
 */
const DIR = fileURLToPath(new URL('../testdata/metadata/', import.meta.url));

const FLAGS: readonly (readonly [number, string])[] = [
  [1, 'NOT_NULL'],
  [2, 'PRI_KEY'],
  [4, 'UNIQUE_KEY'],
  [8, 'MULTIPLE_KEY'],
  [16, 'BLOB'],
  [32, 'UNSIGNED'],
  [64, 'ZEROFILL'],
  [128, 'BINARY'],
  [256, 'ENUM'],
  [512, 'AUTO_INCREMENT'],
  [1024, 'TIMESTAMP'],
  [2048, 'SET'],
  [4096, 'NO_DEFAULT'],
  [8192, 'ON_UPDATE_NOW'],
];

/** Fields that mysql2 does not declare. */
type WireField = mysql.FieldPacket & { readonly characterSet: number; readonly schema?: string };

function describeField(f: WireField): string {
  const flags = Number(f.flags);
  const names = FLAGS.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
  const origin = f.orgName === '' ? '' : ` ${f.schema ?? f.db}.${f.table}/${f.orgTable}.${f.orgName}`;
  const text = `type ${f.columnType} length ${f.columnLength} decimals ${f.decimals} charset ${f.characterSet}`;
  return `${text} ${names.join('|') || '-'}${origin}`;
}

let server: ServerProcess;
let db: mysql.Connection;

beforeAll(async () => {
  server = new ServerProcess([]);
  await server.start();
  db = await server.connect({ charset: 'utf8mb4_bin' });
  await db.query('CREATE DATABASE test_metadata');
  await db.query('USE test_metadata');
  await db.query(readFileSync(`${DIR}table.sql`, 'utf8'));
});

afterAll(async () => {
  await db.end();
  await server.remove();
});

test.each(['agreed', 'own'])('%s', async (name) => {
  const file = `${DIR}${name}.txt`;
  const wanted = readFileSync(file, 'utf8');
  const out: string[] = [];
  for (const line of wanted.split('\n')) {
    if (line === '' || line.startsWith('#')) {
      out.push(line);
      continue;
    }
    const expr = line.split('\t')[0]!;
    const [, fields] = await db.query({
      sql: /^select /i.test(expr) ? expr : `SELECT ${expr} FROM m`,
      rowsAsArray: true,
    });
    out.push(`${expr}\t${(fields as unknown as WireField[]).map(describeField).join('; ')}`);
  }
  if (process.env['UPDATE_GOLDEN'] === '1' && name === 'own') writeFileSync(file, out.join('\n'));
  expect(out).toEqual(wanted.split('\n'));
});
