import fs from 'node:fs';
import { type EmbeddedStore, openEmbeddedStore } from './engine.js';
import { PackedBlockWriter } from './packed-block.js';
import {
  type Write,
  bytes,
  commitOnePhase,
  context,
  read,
  scan,
  scratchDir,
  text,
} from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';
import { highHalf, lowHalf } from './timestamp.js';

const PREFIX = 'load-';
const RANGE = { startKey: bytes(PREFIX), endKey: bytes('load.') };
const keyOf = (i: number): string => String(i).padStart(5, '0');
const all = (store: EmbeddedStore, ts = store.timestamp()): [string, string][] =>
  scan(store, PREFIX, 'load.', ts);

function blocksOf(mark: bigint, from: number, to: number): Uint8Array[] {
  const blocks: Uint8Array[] = [];
  const writer = new PackedBlockWriter(bytes(PREFIX), highHalf(mark), lowHalf(mark), (b) => blocks.push(b));
  for (let i = from; i < to; i++) {
    const entry = bytes(`${keyOf(i)}value ${i}`);
    writer.add(entry, 0, 5, entry.length);
  }
  writer.flush();
  return blocks;
}

const rows = (from: number, to: number): [string, string][] =>
  Array.from({ length: to - from }, (_, i) => [PREFIX + keyOf(from + i), `value ${from + i}`]);

let directory: string;
let store: EmbeddedStore;
const open = async (): Promise<void> => {
  store = await openEmbeddedStore({ dataDir: directory, durability: 2, memtableBytes: 64 << 10 });
};

beforeEach(async () => {
  directory = scratchDir('staged');
  await open();
});
afterEach(async () => {
  await store.close();
  fs.rmSync(directory, { recursive: true, force: true });
});

test('nothing is visible before the commit, all of it after, older snapshots see nothing', async () => {
  await commitOnePhase(store, [['a', 'x']]);
  const { id, mark } = store.loads.begin([RANGE])!;
  store.loads.write(id, blocksOf(mark, 0, 3000));
  const during = store.timestamp();
  expect(all(store, during)).toEqual([]);
  expect(read(store, PREFIX + keyOf(7))).toBeNull();
  expect(scan(store, '', '', during, true)).toEqual([['a', 'x']]);
  store.loads.write(id, blocksOf(mark, 3000, 4000));
  await store.loads.prepare(id);
  expect(all(store, 2n ** 63n)).toEqual([]);
  const answer = store.loads.commit(id, [{ op: 'put', key: bytes(`${PREFIX}odd`), value: bytes('o') }]);
  await answer.durable;
  expect(all(store, during)).toEqual([]);
  const wanted = [...rows(0, 4000), [`${PREFIX}odd`, 'o']];
  expect(all(store)).toEqual(wanted);
  const after = store.timestamp();
  await commitOnePhase(store, [
    [PREFIX + keyOf(1), 'new'],
    [PREFIX + keyOf(2), null],
  ]);
  expect(all(store, after)).toEqual(wanted);
  expect(all(store).length).toBe(wanted.length - 1);
  await store.close();
  await open();
  expect(all(store, during)).toEqual([]);
  expect(all(store, after)).toEqual(wanted);
  await store.collectGarbage(store.timestamp());
  expect(all(store)[1]).toEqual([PREFIX + keyOf(1), 'new']);
  expect(all(store).length).toBe(wanted.length - 1);
});

test('what is left of a load that was not committed goes, with its end or at the next start', async () => {
  const first = store.loads.begin([RANGE])!;
  store.loads.write(first.id, blocksOf(first.mark, 0, 2000));
  expect(store.loads.begin([RANGE])).toBeNull();
  await store.loads.abandon(first.id);
  const second = store.loads.begin([RANGE])!;
  store.loads.write(second.id, blocksOf(second.mark, 0, 2000));
  await store.loads.prepare(second.id);
  await store.close();
  await open();
  expect(all(store)).toEqual([]);
  const third = store.loads.begin([RANGE])!;
  store.loads.write(third.id, blocksOf(third.mark, 5, 6));
  expect(store.loads.commit(third.id, []).durable).toBeDefined();
  expect(all(store)).toEqual(rows(5, 6));
});

test('blocks can be taken back', () => {
  const { id, mark } = store.loads.begin([RANGE])!;
  const blocks = blocksOf(mark, 0, 20_000);
  store.loads.write(id, blocks);
  const back: Uint8Array[] = [];
  for (;;) {
    const some = store.loads.take(id, RANGE);
    if (some.length === 0) break;
    back.push(...some);
  }
  expect(back.map((b) => Buffer.compare(b, blocks[back.indexOf(b)]!))).toEqual(blocks.map(() => 0));
  store.loads.write(id, blocksOf(mark, 3, 4));
  store.loads.commit(id, []);
  expect(all(store)).toEqual(rows(3, 4));
});

test('a key that somebody else wrote or locked is in the way', async () => {
  await commitOnePhase(store, [['b', 'x']]);
  const begin = (): { id: number; mark: bigint } => {
    const load = store.loads.begin([RANGE])!;
    store.loads.write(load.id, blocksOf(load.mark, 0, 100));
    return load;
  };
  let load = begin();
  await commitOnePhase(store, [[`${PREFIX}x`, 'another key']]);
  await commitOnePhase(store, [[PREFIX + keyOf(50), 'mine']]);
  expect(text(store.loads.commit(load.id, []).duplicate)).toBe(PREFIX + keyOf(50));
  await store.loads.abandon(load.id);
  expect(all(store).length).toBe(2);
  expect(store.loads.begin([RANGE])).toBeNull();
  await store.deleteRange({ context, ...RANGE });

  load = begin();
  const startVersion = store.timestamp();
  await store.pessimisticLock({
    context,
    mutations: [{ op: 'pessimisticLock', key: bytes(PREFIX + keyOf(3)) }],
    primaryLock: bytes(PREFIX + keyOf(3)),
    startVersion,
    forUpdateTs: startVersion,
    lockTtl: 3000,
    waitTimeout: -1,
    isFirstLock: true,
    minCommitTs: 0n,
  });
  expect(text(store.loads.commit(load.id, []).conflict)).toBe(PREFIX + keyOf(3));
  await store.loads.abandon(load.id);
  expect(all(store)).toEqual([]);
  // Entries of the load itself.
  await store.pessimisticRollback({
    context,
    keys: [bytes(PREFIX + keyOf(3))],
    startVersion,
    forUpdateTs: startVersion,
  });
  load = begin();
  const twice = { op: 'put', key: bytes(PREFIX + keyOf(9)), value: bytes('') } as const;
  expect(text(store.loads.commit(load.id, [twice]).duplicate)).toBe(PREFIX + keyOf(9));
  expect(store.loads.commit(load.id, []).durable).toBeDefined();
  // One that read before the load was committed.
  const early = load.mark + 1n;
  await expect(commitOnePhase(store, [[PREFIX + keyOf(9), 'y']], early)).rejects.toThrow('conflict');
});

test('random histories: a load is one commit', async () => {
  const random = new Random(testSeed());
  const commits: { ts: bigint; writes: Write[] }[] = [];
  const at = (ts: bigint): [string, string][] => {
    const state = new Map<string, string | null>();
    for (const c of commits) if (c.ts <= ts) for (const [k, v] of c.writes) state.set(k, v);
    return [...state]
      .filter((e): e is [string, string] => e[1] !== null)
      .sort(([a], [b]) => (a < b ? -1 : 1));
  };
  const stamps: bigint[] = [];
  let pending: { id: number; mark: bigint; to: number; keys: Set<string> } | null = null;
  for (let step = 0; step < 120; step++) {
    const what = random.below(12);
    if (what === 0) {
      await store.close();
      await open();
      pending = null;
    } else if (what <= 3 && pending === null) {
      const load = store.loads.begin([RANGE]);
      const occupied = at(store.timestamp()).some(([k]) => k.startsWith(PREFIX));
      if (occupied) expect(load).toBeNull();
      if (load !== null) pending = { ...load, to: 0, keys: new Set() };
    } else if (what <= 5 && pending !== null) {
      const to = pending.to + 1 + random.below(300);
      store.loads.write(pending.id, blocksOf(pending.mark, pending.to, to));
      pending.to = to;
    } else if (what === 6 && pending !== null) {
      if (random.chance(0.5)) await store.loads.prepare(pending.id);
      const answer = store.loads.commit(pending.id, []);
      const written = rows(0, pending.to);
      const met = written.some(([k]) => pending!.keys.has(k));
      expect(answer.durable === undefined).toBe(met);
      if (met) await store.loads.abandon(pending.id);
      else {
        await answer.durable;
        commits.push({ ts: store.timestamp(), writes: written });
      }
      pending = null;
    } else if (what === 7) {
      await store.deleteRange({ context, ...RANGE });
      // Nobody deletes a range that a load is under way in: it waits for the load's end.
      if (pending !== null) await store.loads.abandon(pending.id);
      pending = null;
      commits.splice(
        0,
        commits.length,
        ...commits.map((c) => ({ ...c, writes: c.writes.filter(([k]) => !k.startsWith(PREFIX)) })),
      );
      stamps.length = 0;
    } else if (what === 8) await store.collectGarbage(stamps[0] ?? store.timestamp());
    else {
      const key = random.chance(0.5) ? PREFIX + keyOf(random.below(400)) : `other${random.below(20)}`;
      const write: Write = [key, random.chance(0.3) ? null : `w${step}`];
      const ts = await commitOnePhase(store, [write]);
      pending?.keys.add(key);
      commits.push({ ts, writes: [write] });
    }
    stamps.push(store.timestamp());
    if (stamps.length > 6) stamps.shift();
    for (const ts of stamps) {
      expect(scan(store, '', '', ts)).toEqual(at(ts));
      expect(scan(store, '', '', ts, true)).toEqual(at(ts).reverse());
    }
    for (const [k, v] of at(stamps.at(-1)!).slice(0, 20)) expect(read(store, k)).toBe(v);
  }
});
