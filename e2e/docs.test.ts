import { readFileSync } from 'node:fs';
import '../session/engine/engine.js';
import { functionDocs } from '../expression/function-docs.js';
import { sqlDocs } from '../session/sql-docs.js';

const page = (name: string): string => readFileSync(new URL(`../docs/${name}`, import.meta.url), 'utf8');

test.each([
  ['functions.md', functionDocs],
  ['sql.md', sqlDocs],
])('docs/%s says what the registries hold (else: npm run docs)', (name, text) => {
  expect(page(name)).toBe(text());
});
