import fs from 'node:fs';
import { LmdbEnv } from './lmdb-env.js';
import { RisingSearch } from './rising-search.js';
import { bytes, scratchDir } from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';

test('rising keys are found where a search for each would find them', async () => {
  const random = new Random(testSeed());
  const directory = scratchDir('rising');
  const env = new LmdbEnv(directory, 1 << 26);
  try {
    const stored = new Set<string>();
    for (let i = 0; i < 2000; i++) stored.add(`k${String(random.below(10_000)).padStart(5, '0')}`);
    env.write(() => {
      for (const key of stored) env.data.put(bytes(key), bytes(`v${key}`));
    });
    for (const share of [0.002, 0.05, 0.5, 1]) {
      const search = new RisingSearch(env.dataTree);
      for (let n = 0; n < 10_050; n++) {
        if (!random.chance(share)) continue;
        const key = `k${String(n).padStart(5, '0')}`;
        const found = search.find(bytes(key));
        expect([key, found]).toEqual([key, stored.has(key)]);
        const { valueU8, valueStart, valueEnd } = env.dataTree;
        if (found) expect(Buffer.from(valueU8.slice(valueStart, valueEnd)).toString()).toBe(`v${key}`);
      }
    }
  } finally {
    await env.close();
    fs.rmSync(directory, { recursive: true });
  }
});
