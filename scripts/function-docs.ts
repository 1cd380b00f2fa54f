/** Writes docs/functions.md from the function registry: npx tsx scripts/function-docs.ts */
import { writeFileSync } from 'node:fs';
import { functionDocs } from '../expression/function-docs.js';

writeFileSync(new URL('../docs/functions.md', import.meta.url), functionDocs());
