import { readFileSync } from 'node:fs';
import { generateAll } from '../../scripts/proto/generate.js';

test('the generated modules are those of the .proto files (else: npm run protos)', async () => {
  for (const [name, text] of await generateAll()) {
    const path = new URL(`./generated/${name}.ts`, import.meta.url);
    expect({ name, text: readFileSync(path, 'utf8') }).toEqual({ name, text });
  }
});
