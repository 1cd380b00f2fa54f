import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import './engine/engine.js';
import { sqlDocs } from './sql-docs.js';

test('docs/sql.md is what the registries give (npm run docs)', () => {
  const page = fileURLToPath(new URL('../docs/sql.md', import.meta.url));
  expect(readFileSync(page, 'utf8')).toBe(sqlDocs());
});
