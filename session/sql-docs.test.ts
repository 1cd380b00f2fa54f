import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import './engine/engine.js';
import { knownHints } from '../parser/grammar/hint.js';
import { HINT_DOCS } from '../planner/hints/hint-docs.js';
import { sqlDocs } from './sql-docs.js';

test('docs/sql.md is what the registries give (npm run docs)', () => {
  const page = fileURLToPath(new URL('../docs/sql.md', import.meta.url));
  expect(readFileSync(page, 'utf8')).toBe(sqlDocs());
});

test('every hint is documented once', () => {
  const documented = Object.keys(HINT_DOCS).flatMap((names) => names.split(', '));
  expect(documented.sort()).toEqual(knownHints().sort());
});
