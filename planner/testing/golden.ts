import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { TestSchema } from './test-schema.js';

/**
 * Golden plans: `testdata/planner/NAME.test` holds a schema and queries, `NAME.result` the plans expected of them. A line
 * `-- rows t 1000` sets a table's row count, `-- set name value` a session variable, `-- kept t` says that its columns are in memory,
 * `-- replica t` that it has a columnar replica, `-- store elsewhere` that the store is another process; statements end with `;`. CREATE statements go into the schema, all others are
 * explained. UPDATE_GOLDEN=1 writes the results anew.
 */
export const GOLDEN_DIR = fileURLToPath(new URL('../../testdata/planner/', import.meta.url));

export const goldenNames = (): string[] =>
  readdirSync(GOLDEN_DIR)
    .filter((f) => f.endsWith('.test'))
    .map((f) => f.slice(0, -'.test'.length))
    .sort();

export async function runGolden(name: string): Promise<{ actual: string; expected: string }> {
  const source = readFileSync(join(GOLDEN_DIR, `${name}.test`), 'utf8');
  const schema = new TestSchema();
  schema.variables.set('tidb_enable_clustered_index', 'ON');
  const out: string[] = [];
  for (const statement of source.split(/;\s*\n/)) {
    const lines = statement.split('\n');
    const sql: string[] = [];
    for (const line of lines) {
      const directive = /^-- (rows|set|dirty|kept|replica|store) (\S+) ?(.*)$/.exec(line);
      if (directive !== null) {
        const [, kind, what, value] = directive;
        if (kind === 'rows') schema.rowCounts.set(what!, Number(value));
        else if (kind === 'dirty') schema.dirty.add(what!);
        else if (kind === 'kept') schema.kept.add(what!);
        else if (kind === 'store') schema.remoteStore = what === 'elsewhere';
        else if (kind === 'replica') schema.addReplica(what!);
        else schema.variables.set(what!, value!);
      } else if (!line.startsWith('--') && line.trim() !== '') sql.push(line);
    }
    const text = sql.join('\n').trim().replace(/;$/, '');
    if (text === '') continue;
    if (/^create\s/i.test(text)) {
      await schema.create(text);
      continue;
    }
    out.push(`${text};`);
    try {
      out.push(await schema.explain(text, 'brief'));
    } catch (e) {
      const err = e as Error & { code?: number };
      if (err.code === undefined) throw e;
      out.push(`Error ${err.code}: ${err.message}`);
    }
    out.push('');
  }
  const actual = out.join('\n');
  const file = join(GOLDEN_DIR, `${name}.result`);
  if (process.env['UPDATE_GOLDEN'] === '1' || !existsSync(file)) writeFileSync(file, actual);
  return { actual, expected: readFileSync(file, 'utf8') };
}
