import fs from 'node:fs';
import { type EmbeddedStore, openEmbeddedStore } from './engine.js';
import { PackedBlockWriter } from './packed-block.js';
import { SnapshotFile, dividingKeys } from './snapshot-file.js';
import { highHalf, lowHalf } from './timestamp.js';
import {
  type Write,
  bytes,
  commitOnePhase,
  context,
  prewrite,
  read,
  scan,
  scratchDir,
  text,
} from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';

interface Version {
  readonly ts: bigint;
  readonly value: string | null;
}

/** Versions of every key, old to new. */
class Model {
  readonly keys = new Map<string, Version[]>();

  apply(ts: bigint, writes: readonly Write[]): void {
    for (const [key, value] of writes) this.keys.set(key, [...(this.keys.get(key) ?? []), { ts, value }]);
  }

  /** Entries of a bulk load lie below all else; gives those that found something there. Deletions below `horizon` may be forgotten. */
  load(ts: bigint, entries: readonly Write[], horizon: bigint, again: ReadonlySet<string>): Set<string> {
    const met = new Set<string>();
    for (const [key, value] of entries) {
      const present = this.keys.get(key) ?? [];
      const older = present.filter((v) => v.ts <= ts).at(-1);
      const forgotten = older?.value === null && older.ts <= horizon && !again.has(key);
      if (older === undefined || forgotten)
        this.keys.set(key, [{ ts, value }, ...present.filter((v) => v.ts > ts)]);
      else if (older.value !== value) met.add(key);
    }
    return met;
  }

  get(key: string, ts: bigint): string | null {
    return this.keys.get(key)?.findLast((v) => v.ts <= ts)?.value ?? null;
  }

  scan(start: string, end: string, ts: bigint, reverse: boolean): [string, string][] {
    const rows: [string, string][] = [];
    for (const key of [...this.keys.keys()].sort()) {
      if (key < start || (end !== '' && key >= end)) continue;
      const value = this.get(key, ts);
      if (value !== null) rows.push([key, value]);
    }
    return reverse ? rows.reverse() : rows;
  }

  deleteRange(start: string, end: string): void {
    for (const key of [...this.keys.keys()]) if (key >= start && key < end) this.keys.delete(key);
  }
}

/** Loads sorted entries, which share the prefix. */
async function load(
  store: EmbeddedStore,
  prefix: string,
  made: (ts: bigint) => readonly Write[],
  unique: boolean,
  meanwhile: () => Promise<void>,
): Promise<{ ts: bigint; entries: readonly Write[]; again: Set<string> }> {
  const range = { startKey: bytes(prefix), endKey: bytes(prefix + '\xff\xff') };
  const { snapshot } = await store.bulkBegin({ context, ranges: [range], source: range });
  const { ts, id } = snapshot!;
  const entries = made(ts);
  await meanwhile();
  const blocks: Uint8Array[] = [];
  const writer = new PackedBlockWriter(bytes(prefix), highHalf(ts), lowHalf(ts), (b) => blocks.push(b));
  for (const [key, value] of entries) {
    const suffix = bytes(key.slice(prefix.length));
    const entry = Buffer.concat([suffix, bytes(value!)]);
    writer.add(entry, 0, suffix.length, entry.length);
  }
  writer.flush();
  const again = new Set<string>();
  for (let i = 0; i < blocks.length; i += 2)
    for (const { key } of store.bulkWrite({ context, id, blocks: blocks.slice(i, i + 2), unique }).again)
      again.add(text(key)!);
  await store.bulkEnd({ context, id, ranges: [range], durable: true });
  return { ts, entries, again };
}

test('random histories with bulk loads among them', async () => {
  const random = new Random(testSeed());
  const directory = scratchDir('packed');
  const open = (): Promise<EmbeddedStore> =>
    openEmbeddedStore({ dataDir: directory, durability: 2, memtableBytes: 64 << 10 });
  let store = await open();
  const model = new Model();
  const prefixes = ['a', 'c', 'c\xff', 'e', 'g'];
  const randomKey = (): string =>
    prefixes[random.below(prefixes.length)]! + 'k'.repeat(random.below(3)) + String(random.below(60));
  const randomWrites = (n: number): Write[] => {
    const writes = new Map<string, string | null>();
    while (n-- > 0) writes.set(randomKey(), random.chance(0.3) ? null : `w${random.below(1e6)}`);
    return [...writes];
  };
  const stamps: bigint[] = [store.timestamp()];
  let horizon = 0n;
  const commit = async (): Promise<void> => {
    const writes = randomWrites(1 + random.below(6));
    const ts = await commitOnePhase(store, writes);
    model.apply(ts, writes);
    stamps.push(ts);
  };
  const loaded = new Set<string>();
  for (let step = 0; step < 1000; step++) {
    const dice = random.below(100);
    if (dice < 35) await commit();
    else if (dice < 38) {
      const prefix = prefixes[random.below(prefixes.length)]!;
      // Blocks of two loads must not overlap.
      if (loaded.has(prefix) || prefixes.some((p) => p !== prefix && p.startsWith(prefix) && loaded.has(p)))
        continue;
      if (prefixes.some((p) => p !== prefix && prefix.startsWith(p) && loaded.has(p))) continue;
      loaded.add(prefix);
      const made = (): Write[] => {
        const entries = new Map<string, string>();
        for (let n = random.below(1500); n > 0; n--) {
          const key = prefix + 'k'.repeat(random.below(3)) + String(random.below(n % 2 === 0 ? 60 : 9000));
          entries.set(
            key,
            `p${random.below(10)}`.padEnd(random.below(random.chance(0.01) ? 20_000 : 60), '.'),
          );
        }
        return [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
      };
      const done = await load(store, prefix, made, false, async () => {
        for (let n = random.below(3); n > 0; n--) await commit();
        if (random.chance(0.3)) await store.checkpoint();
      });
      expect(done.again).toEqual(model.load(done.ts, done.entries, horizon, done.again));
      stamps.push(done.ts);
      // Nobody reads what is loaded at a time before it was there.
      if (done.ts > horizon) horizon = done.ts;
    } else if (dice < 42) await store.checkpoint();
    else if (dice < 44) {
      await store.close();
      store = await open();
    } else if (dice < 48) {
      const safePoint = stamps[random.below(stamps.length)]!;
      if (safePoint > horizon) horizon = safePoint;
      await store.collectGarbage(horizon);
    } else if (dice < 50) {
      const start = randomKey();
      const end = random.chance(0.3) ? start[0]! + '\xff\xff' : start + '5';
      await store.deleteRange({ context, startKey: bytes(start), endKey: bytes(end) });
      model.deleteRange(start, end);
    } else {
      const later = stamps.filter((s) => s >= horizon);
      const ts =
        later.length === 0 || random.chance(0.4) ? store.timestamp() : later[random.below(later.length)]!;
      if (random.chance(0.5)) {
        const key = randomKey();
        expect([key, read(store, key, ts)]).toEqual([key, model.get(key, ts)]);
      } else {
        const [a, b] = [randomKey(), randomKey()].sort() as [string, string];
        const [start, end] = random.chance(0.2) ? ['', ''] : [a, b];
        const reverse = random.chance(0.5);
        expect(scan(store, start, end, ts, reverse)).toEqual(model.scan(start, end, ts, reverse));
      }
    }
  }
  const ts = store.timestamp();
  expect(scan(store, '', '', ts)).toEqual(model.scan('', '', ts, false));
  await store.close();
  fs.rmSync(directory, { recursive: true });
});

test('of a unique key, who writes it or has written it since the snapshot is told of', async () => {
  const directory = scratchDir('packed');
  const store = await openEmbeddedStore({ dataDir: directory, durability: 2 });
  const startTs = store.timestamp();
  const entries: Write[] = Array.from({ length: 3000 }, (_, i) => [`u${String(i).padStart(5, '0')}`, 'row']);
  const done = await load(
    store,
    'u',
    () => entries,
    true,
    async () => {
      await commitOnePhase(store, [
        ['u00007', 'other'],
        ['u01000', null],
      ]);
      await prewrite(store, [['u02000', 'locked']], startTs);
    },
  );
  expect(done.again).toEqual(new Set(['u00007', 'u01000', 'u02000']));
  expect(read(store, 'u00007')).toBe('other');
  expect(read(store, 'u01000')).toBe(null);
  expect(read(store, 'u01001')).toBe('row');
  // A key that was loaded exists for those that insert it.
  const { errors } = await store.prewrite({
    context,
    mutations: [{ op: 'insert', key: bytes('u01001'), value: bytes('x') }],
    primaryLock: bytes('u01001'),
    startVersion: store.timestamp(),
    lockTtl: 3000,
    txnSize: 1,
    tryOnePc: true,
  });
  expect(errors[0]?.kind).toBe('alreadyExist');
  await store.close();
  fs.rmSync(directory, { recursive: true });
});

test('a snapshot is read from its pages while others write', async () => {
  const directory = scratchDir('packed');
  const store = await openEmbeddedStore({ dataDir: directory, durability: 2, memtableBytes: 64 << 10 });
  const key = (i: number): string => `r${String(i).padStart(6, '0')}`;
  await commitOnePhase(
    store,
    Array.from({ length: 20_000 }, (_, i): Write => [key(i), `v${i}`]),
  );
  await commitOnePhase(store, [
    [key(3), null],
    [key(5), 'changed'],
  ]);
  const source = { startKey: bytes('r'), endKey: bytes('s') };
  const { snapshot } = await store.bulkBegin({ context, ranges: [], source });
  const keys = dividingKeys(snapshot!, source.startKey, source.endKey, 8);
  expect(keys.length).toBeGreaterThanOrEqual(8);
  for (let i = 0; i < 3000; i++) await commitOnePhase(store, [[key(i * 3), `later ${i}`]]);
  await store.checkpoint();
  const file = new SnapshotFile(snapshot!);
  const rows: string[] = [];
  const bounds = [source.startKey, ...keys, source.endKey];
  for (let b = 0; b + 1 < bounds.length; b++) {
    const cursor = file.scan(bounds[b]!, bounds[b + 1]!);
    while (cursor.next())
      rows.push(
        `${text(cursor.keyBuffer.subarray(0, cursor.keyLength))}=` +
          `${text(cursor.valueBuffer.subarray(cursor.valueStart, cursor.valueEnd))}`,
      );
  }
  const wanted = Array.from({ length: 20_000 }, (_, i) => `${key(i)}=${i === 5 ? 'changed' : `v${i}`}`);
  wanted.splice(3, 1);
  expect(rows).toEqual(wanted);
  file.close();
  await store.bulkEnd({ context, id: snapshot!.id, ranges: [], durable: false });
  await store.close();
  fs.rmSync(directory, { recursive: true });
});

test('a long scan over many packed blocks keeps its place among the rows beside them, and the other way round', async () => {
  const directory = scratchDir('packed');
  const store = await openEmbeddedStore({ dataDir: directory, durability: 2 });
  // Two keys fill a page, so that the leaves of either tree are more than a scan keeps pages of the file.
  const key = (i: number): string => `r${String(i).padStart(6, '0')}${'k'.repeat(3000)}`;
  const model = new Model();
  const loaded: Write[] = Array.from({ length: 1200 }, (_, i) => [key(i * 10), `v${i}`]);
  loaded.push([key(80_000), 'last']);
  const done = await load(
    store,
    'r',
    () => loaded,
    false,
    () => Promise.resolve(),
  );
  model.load(done.ts, done.entries, 0n, done.again);
  const beside = (from: number, to: number, step: number): Write[] =>
    Array.from({ length: Math.ceil((to - from) / step) }, (_, i) => [key(from + i * step), `w${i}`]);
  const writes = [...beside(5, 100, 50), ...beside(11_001, 11_003, 1), ...beside(11_011, 11_020, 1)];
  writes.push(...beside(12_000, 13_400, 1), ...beside(90_000, 90_002, 1));
  for (let at = 0; at < writes.length; at += 500) {
    const part = writes.slice(at, at + 500);
    model.apply(await commitOnePhase(store, part), part);
  }
  await store.checkpoint();
  const ts = store.timestamp();
  for (const reverse of [false, true]) {
    const cursor = store.mvccReader(ts).scan(bytes('r'), bytes('s'), reverse, false);
    const rows: [string, string][] = [];
    for (let n = 0; cursor.next(); n++) {
      rows.push([
        text(cursor.keyBuffer.subarray(0, 7))!,
        text(cursor.valueBuffer.subarray(cursor.valueStart, cursor.valueEnd))!,
      ]);
      if (n % 4 === 3) cursor.pause();
    }
    cursor.close();
    expect(rows.length).toBe(loaded.length + writes.length);
    expect(rows).toEqual(model.scan('r', 's', ts, reverse).map(([k, v]) => [k.slice(0, 7), v]));
  }
  await store.close();
  fs.rmSync(directory, { recursive: true });
});
