/** Writes the pages of docs/ that come from the registries: npm run docs */
import { writeFileSync } from 'node:fs';
import '../session/engine/engine.js';
import { functionDocs } from '../expression/function-docs.js';
import { sqlDocs } from '../session/sql-docs.js';

const write = (page: string, text: string): void =>
  writeFileSync(new URL(`../docs/${page}`, import.meta.url), text);
write('functions.md', functionDocs());
write('sql.md', sqlDocs());
