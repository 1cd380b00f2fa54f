import fs from 'node:fs';
import { LmdbEnv } from './lmdb-env.js';
import { TreeCursor } from './page-tree.js';
import { bytes, scratchDir } from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';

const latin = (u8: Uint8Array, start: number, end: number): string =>
  Buffer.from(u8.subarray(start, end)).toString('latin1');

describe('TreeCursor', () => {
  test("reads LMDB's pages as LMDB wrote them: lookups, seeks and walks both ways, overflow values, after deletes", async () => {
    const random = new Random(testSeed());
    const directory = scratchDir('pages');
    const env = new LmdbEnv(directory, 2 ** 34);
    const model = new Map<string, string>();
    const keyOf = (): string =>
      'p'.repeat(random.below(3) * 20) +
      '\0a\xff'[random.below(3)]! +
      random.below(4000) +
      (random.chance(0.01) ? 'x'.repeat(3500) : '');
    expect(env.dataTree.find(bytes('a'), 0, 1)).toBe(false);
    expect(env.dataTree.last()).toBe(false);
    const stretches = env.pages.sequential();
    for (let round = 0; round < 30; round++) {
      env.write(() => {
        for (let i = 0; i < 400; i++) {
          const key = keyOf();
          if (random.chance(0.3)) {
            env.data.remove(bytes(key));
            model.delete(key);
          } else {
            const value = String(random.below(1e9)).padEnd(
              random.chance(0.02) ? random.below(300_000) : random.below(200),
              '-',
            );
            env.data.put(bytes(key), bytes(value));
            model.set(key, value);
          }
        }
      });
      const keys = [...model.keys()].sort();
      stretches.invalidate();
      const cursor = new TreeCursor(round % 2 === 0 ? env.pages : stretches, env.dataTree.root);
      const forward: string[] = [];
      if (cursor.seek(new Uint8Array(0), 0, 0)) {
        do {
          const key = latin(cursor.u8, cursor.keyStart, cursor.keyEnd);
          forward.push(key);
          if (latin(cursor.valueU8, cursor.valueStart, cursor.valueEnd) !== model.get(key))
            throw new Error(`value of ${key}`);
        } while (cursor.next());
      }
      expect(forward).toEqual(keys);
      const backward: string[] = [];
      if (cursor.last()) {
        do backward.push(latin(cursor.u8, cursor.keyStart, cursor.keyEnd));
        while (cursor.previous());
      }
      expect(backward.reverse()).toEqual(keys);
      for (let i = 0; i < 200; i++) {
        const probe = random.chance(0.5) ? keys[random.below(keys.length)]! : keyOf();
        const k = bytes(probe);
        expect(cursor.find(k, 0, k.length)).toBe(model.has(probe));
        const at = keys.findIndex((key) => key >= probe);
        expect(
          cursor.seek(k, 0, k.length) ? latin(cursor.u8, cursor.keyStart, cursor.keyEnd) : undefined,
        ).toBe(at < 0 ? undefined : keys[at]);
        const before = at < 0 ? keys.at(-1) : keys[at - 1];
        expect(
          cursor.seekBefore(k, 0, k.length) ? latin(cursor.u8, cursor.keyStart, cursor.keyEnd) : undefined,
        ).toBe(before);
      }
    }
    await env.close();
    fs.rmSync(directory, { recursive: true });
  });

  test('a scan stays at its leaf while it reads more values than it keeps stretches of the file', async () => {
    const directory = scratchDir('stretches');
    const env = new LmdbEnv(directory, 2 ** 34);
    const keys = Array.from({ length: 150 }, (_, i) => `k${String(i).padStart(3, '0')}`);
    // On overflow pages, each within a stretch: all keys are in one leaf.
    env.write(() => {
      for (const key of keys) env.data.put(bytes(key), bytes(key.repeat(15_000)));
    });
    const stretches = env.pages.sequential();
    const cursor = new TreeCursor(stretches, env.dataTree.root);
    const found: string[] = [];
    if (cursor.seek(new Uint8Array(0), 0, 0))
      do {
        const key = latin(cursor.u8, cursor.keyStart, cursor.keyEnd);
        found.push(key);
        expect(latin(cursor.valueU8, cursor.valueStart, cursor.valueStart + 8)).toBe(key + key);
        expect(latin(cursor.valueU8, cursor.valueEnd - 4, cursor.valueEnd)).toBe(key);
      } while (cursor.next());
    expect(found).toEqual(keys);
    stretches.close();
    await env.close();
    fs.rmSync(directory, { recursive: true });
  });
});
