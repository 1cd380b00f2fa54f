/** Writes kv/tikv/generated from kv/tikv/proto: npm run protos */
import { writeFileSync } from 'node:fs';
import { generateAll } from './proto/generate.js';

for (const [name, text] of await generateAll())
  writeFileSync(new URL(`../kv/tikv/generated/${name}.ts`, import.meta.url), text);
