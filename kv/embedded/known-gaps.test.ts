import fs from 'node:fs';
import { openEmbeddedStore } from './engine.js';
import { KnownGaps } from './known-gaps.js';
import { type Write, bytes, commitOnePhase, context, read, scratchDir } from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';

/** A key as those of tables are: group by table and kind, then a number. */
const keyOf = (table: number, kind: 'r' | 'i', n: number): string =>
  `t\x80${'\0'.repeat(6)}${String.fromCharCode(table)}_${kind}${String(n).padStart(6, '0')}`;

test('a gap holds between its ends, in its group and its layers only', () => {
  const gaps = new KnownGaps();
  const holds = (epoch: number, key: string): boolean => gaps.holds(epoch, bytes(key), 0, key.length);
  expect(holds(1, keyOf(1, 'r', 5))).toBe(false);
  gaps.note(1, bytes(keyOf(1, 'r', 5)), bytes(keyOf(1, 'r', 3)), bytes(keyOf(1, 'r', 9)));
  const found = [2, 3, 4, 8, 9, 10].map((n) => holds(1, keyOf(1, 'r', n)));
  expect(found).toEqual([false, false, true, true, false, false]);
  expect(holds(2, keyOf(1, 'r', 4))).toBe(false);
  expect(holds(1, keyOf(1, 'i', 4))).toBe(false);
  gaps.note(2, bytes(keyOf(1, 'r', 5)), null, null);
  expect(holds(2, keyOf(1, 'r', 999))).toBe(true);
});

test('gaps that are of no use are noted seldom', () => {
  const gaps = new KnownGaps();
  const key = bytes(keyOf(1, 'r', 5));
  let wanted = 0;
  for (let i = 0; i < 1000; i++) if (gaps.wants(key, 0, key.length)) wanted++;
  expect(wanted).toBeGreaterThan(4);
  expect(wanted).toBeLessThan(40);
});

test('new keys are found to be new, and others not, whatever is flushed meanwhile', async () => {
  const random = new Random(testSeed());
  const directory = scratchDir('gaps');
  const store = await openEmbeddedStore({ dataDir: directory });
  const stored = new Map<string, string>();
  const ends = new Map<string, number>();
  const insert = async (key: string, value: string): Promise<boolean> => {
    const response = await store.prewrite({
      context,
      mutations: [{ op: 'insert', key: bytes(key), value: bytes(value) }],
      primaryLock: bytes(key),
      startVersion: store.timestamp(),
      lockTtl: 3000,
      txnSize: 1,
      tryOnePc: true,
    });
    return response.errors.length === 0;
  };
  try {
    for (let step = 0; step < 3000; step++) {
      const table = random.below(3) + 1;
      const kind = random.chance(0.5) ? 'r' : 'i';
      const group = `${table}${kind}`;
      // Rows behind all others, some before them, some that are there.
      const end = (ends.get(group) ?? 0) + 1;
      const n = random.chance(0.7) ? end + random.below(3) : random.below(end + 1);
      ends.set(group, Math.max(end, n));
      const key = keyOf(table, kind, n);
      expect([key, await insert(key, String(step))]).toEqual([key, !stored.has(key)]);
      if (!stored.has(key)) stored.set(key, String(step));
      if (random.chance(0.02)) {
        const changed = [...stored.keys()].filter(() => random.chance(0.05));
        const writes = changed.map((k): Write => [k, `${step}`]);
        if (writes.length > 0) await commitOnePhase(store, writes);
        for (const k of changed) stored.set(k, `${step}`);
      }
      if (random.chance(0.02)) await store.checkpoint();
      const asked = keyOf(table, kind, random.below(end + 5));
      expect([asked, read(store, asked)]).toEqual([asked, stored.get(asked) ?? null]);
    }
  } finally {
    await store.close();
    fs.rmSync(directory, { recursive: true });
  }
});
