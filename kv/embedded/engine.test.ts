import fs from 'node:fs';
import { type EmbeddedStore, openEmbeddedStore } from './engine.js';
import {
  TxnError,
  type Write,
  bytes,
  commitOnePhase,
  commitTwoPhase,
  prewrite,
  read,
  scan,
  scratchDir,
} from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';

/** What the store must answer: every version of every key, in order. */
class Model {
  private readonly versions = new Map<string, { ts: bigint; value: string | null }[]>();

  apply(ts: bigint, writes: readonly Write[]): void {
    for (const [key, value] of writes) {
      const list = this.versions.get(key) ?? [];
      list.push({ ts, value });
      this.versions.set(key, list);
    }
  }

  get(key: string, ts: bigint): string | null {
    let found: string | null = null;
    for (const version of this.versions.get(key) ?? []) if (version.ts <= ts) found = version.value;
    return found;
  }

  newestTs(key: string): bigint {
    return this.versions.get(key)?.at(-1)?.ts ?? 0n;
  }

  scan(start: string, end: string, ts: bigint, reverse: boolean): [string, string][] {
    const rows: [string, string][] = [];
    for (const key of [...this.versions.keys()].sort()) {
      if (key < start || (end !== '' && key >= end)) continue;
      const value = this.get(key, ts);
      if (value !== null) rows.push([key, value]);
    }
    return reverse ? rows.reverse() : rows;
  }

  deleteRange(start: string, end: string): void {
    for (const key of [...this.versions.keys()])
      if (key >= start && (end === '' || key < end)) this.versions.delete(key);
  }
}

function randomKey(random: Random): string {
  // Keys that are prefixes of each other, with bytes 0 and 255, some long.
  const letters = ['\0', 'a', 'b', '\xff'];
  let key = 'k';
  for (let n = random.below(5); n >= 0; n--) key += letters[random.below(4)]!;
  return random.chance(0.05) ? key + 'x'.repeat(random.below(3000)) : key;
}

function randomWrites(random: Random): Write[] {
  const writes = new Map<string, string | null>();
  for (let n = 1 + random.below(6); n > 0; n--) {
    const size = random.chance(0.02) ? 20_000 : random.below(40);
    writes.set(randomKey(random), random.chance(0.25) ? null : String(random.below(1e6)).padEnd(size, '.'));
  }
  return [...writes];
}

describe('EmbeddedStore against a model', () => {
  test('random histories: reads at any timestamp, checkpoints, restarts, garbage collection', async () => {
    const random = new Random(testSeed());
    const directory = scratchDir('engine');
    const open = (): Promise<EmbeddedStore> =>
      openEmbeddedStore({ dataDir: directory, durability: 2, memtableBytes: 64 << 10 });
    let store = await open();
    const model = new Model();
    let horizon = 0n;
    const stamps: bigint[] = [store.timestamp()];
    const begun = new Set<bigint>();
    let background: Promise<unknown> = Promise.resolve();
    for (let step = 0; step < 1200; step++) {
      const dice = random.below(100);
      if (dice < 45) {
        const writes = randomWrites(random);
        const ts = random.chance(0.7)
          ? await commitOnePhase(store, writes)
          : await commitTwoPhase(store, writes);
        model.apply(ts, writes);
        stamps.push(ts);
      } else if (dice < 50) {
        // An old transaction: a write conflict exactly when one of its keys has a newer version.
        const startTs = stamps[random.below(stamps.length)]!;
        const writes = randomWrites(random);
        const conflicts = writes.some(([key]) => model.newestTs(key) > startTs);
        const same = writes.some(([key]) => model.newestTs(key) === startTs);
        // No transaction may be older than the safe point of garbage collection, and no two begin at the same timestamp.
        if (same || startTs < horizon || begun.has(startTs)) continue;
        begun.add(startTs);
        const result = await commitOnePhase(store, writes, startTs).catch((error: unknown) => error);
        if (conflicts) {
          expect(result).toBeInstanceOf(TxnError);
          expect((result as TxnError).error.kind).toBe('conflict');
        } else {
          expect(typeof result).toBe('bigint');
          model.apply(result as bigint, writes);
          stamps.push(result as bigint);
        }
      } else if (dice < 54) {
        const startTs = store.timestamp();
        const writes = randomWrites(random);
        await prewrite(store, writes, startTs);
        await store.batchRollback({
          context: { regionId: 1, regionEpoch: { confVer: 1, version: 1 } },
          startVersion: startTs,
          keys: writes.map(([key]) => bytes(key)),
        });
      } else if (dice < 57) {
        background = store.checkpoint();
        if (random.chance(0.5)) await background;
      } else if (dice < 58) {
        await background;
        await store.close();
        store = await open();
      } else if (dice < 60) {
        const safePoint = stamps[random.below(stamps.length)]!;
        if (safePoint > horizon) horizon = safePoint;
        await store.collectGarbage(horizon);
      } else if (dice < 61) {
        const start = randomKey(random);
        const end = start + 'b';
        await store.deleteRange({
          context: { regionId: 1, regionEpoch: { confVer: 1, version: 1 } },
          startKey: bytes(start),
          endKey: bytes(end),
        });
        model.deleteRange(start, end);
      } else {
        const old = stamps[random.below(stamps.length)]!;
        const ts = random.chance(0.3) || old <= horizon ? store.timestamp() : old - BigInt(random.below(2));
        if (random.chance(0.5)) {
          const key = randomKey(random);
          expect(read(store, key, ts)).toBe(model.get(key, ts));
        } else {
          const [a, b] = [randomKey(random), randomKey(random)].sort() as [string, string];
          const end = random.chance(0.3) ? '' : b;
          const reverse = random.chance(0.5);
          expect(scan(store, a, end, ts, reverse)).toEqual(model.scan(a, end, ts, reverse));
        }
      }
    }
    await background;
    const ts = store.timestamp();
    expect(scan(store, '', '', ts)).toEqual(model.scan('', '', ts, false));
    await store.close();
    fs.rmSync(directory, { recursive: true });
  });

  test('a cursor sees its snapshot while commits and flushes go on between its steps', async () => {
    const random = new Random(testSeed());
    const directory = scratchDir('cursor');
    const store = await openEmbeddedStore({ dataDir: directory, durability: 0, memtableBytes: 64 << 10 });
    const model = new Model();
    for (let i = 0; i < 300; i++) {
      const writes = randomWrites(random);
      model.apply(await commitOnePhase(store, writes), writes);
    }
    for (const reverse of [false, true]) {
      const ts = store.timestamp();
      const cursor = store.mvccReader(ts).scan(bytes(''), bytes(''), reverse, false);
      const seen: [string, string][] = [];
      while (cursor.next()) {
        seen.push([
          Buffer.from(cursor.keyBuffer.subarray(0, cursor.keyLength)).toString('latin1'),
          Buffer.from(cursor.valueBuffer.subarray(cursor.valueStart, cursor.valueEnd)).toString('latin1'),
        ]);
        if (random.chance(0.3)) {
          const writes = randomWrites(random);
          model.apply(await commitOnePhase(store, writes), writes);
        }
        if (random.chance(0.03)) void store.checkpoint();
        if (random.chance(0.1)) {
          cursor.pause();
          await new Promise((resolve) => setImmediate(resolve));
        }
      }
      expect(seen).toEqual(model.scan('', '', ts, reverse));
    }
    await store.close();
    fs.rmSync(directory, { recursive: true });
  });

  test('bulk transactions go past the memtable and are read like others', async () => {
    const directory = scratchDir('bulk');
    const store = await openEmbeddedStore({ dataDir: directory, durability: 2 });
    const key = (i: number): string => `r${String(i).padStart(6, '0')}`;
    await commitOnePhase(store, [[key(5), 'small']]);
    const before = store.timestamp();
    const rows: Write[] = Array.from({ length: 20_000 }, (_, i) => [key(i), `v${i}`]);
    await commitOnePhase(store, rows);
    const after = store.timestamp();
    expect(read(store, key(5), before)).toBe('small');
    expect(read(store, key(5), after)).toBe('v5');
    expect(scan(store, '', '', before)).toEqual([[key(5), 'small']]);
    expect(scan(store, '', '', after)).toEqual(rows);
    await commitOnePhase(store, [[key(7), null]]);
    await store.close();
    const again = await openEmbeddedStore({ dataDir: directory });
    expect(scan(again, '', '', again.timestamp()).length).toBe(19_999);
    expect(read(again, key(7), after)).toBe('v7');
    await again.close();
    fs.rmSync(directory, { recursive: true });
  });

  test('a bulk transaction whose keys come in any order keeps all of them', async () => {
    const random = new Random(testSeed());
    const directory = scratchDir('unsorted');
    const store = await openEmbeddedStore({ dataDir: directory, durability: 2 });
    const rows: Write[] = [];
    for (let batch = 0; batch < 3; batch++) {
      const first = rows.length;
      for (let i = 0; i < 5000; i++) rows.push([`r${random.below(1e9)}.${first + i}`, `v${first + i}`]);
      await commitOnePhase(store, rows.slice(first));
    }
    // Few and large: also past the memtable.
    const large: Write[] = ['y', 'z', 'x'].map((key) => [key, key.repeat(600_000)]);
    await commitOnePhase(store, large);
    const all = [...rows, ...large].sort(([a], [b]) => (a < b ? -1 : 1));
    expect(scan(store, '', '', store.timestamp())).toEqual(all);
    await store.close();
    fs.rmSync(directory, { recursive: true });
  });
});
