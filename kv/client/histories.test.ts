import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Random, testSeed } from '../../testing/random.js';
import { openEmbeddedStore } from '../embedded/engine.js';
import type { LargeCommitLimits } from '../embedded/large-commits.js';
import type { Storage } from '../storage.js';
import { openStorage } from './storage.js';
import { runBank } from './testing/bank.js';
import { FaultyCluster, NO_FAULTS, type Faults } from './testing/faulty-cluster.js';
import { checkListAppend, runListAppend } from './testing/list-append.js';
import { ModelOracle, ModelStore } from './testing/model-store.js';

/** HISTORY_SCALE=100 makes a long run; RUTILE_SEED repeats one. */
const SCALE = Number(process.env['HISTORY_SCALE'] ?? 1);

const BORDERS = [Uint8Array.of(60), Uint8Array.of(120), Uint8Array.of(200)];
const FAULTS: Faults = { regionError: 0.03, loseRequest: 0.002, loseReply: 0.002, delayMs: 2 };

interface Setup {
  readonly name: string;
  readonly open: (random: Random) => Storage | Promise<Storage>;
  readonly work: number;
  /** Whether optimistic and pessimistic transactions run together: over regions these two wait for each other for seconds. */
  readonly mixed: boolean;
}

function open(random: Random, faults: Faults | null, onePc: boolean): Storage {
  const oracle = new ModelOracle();
  const store = new ModelStore(oracle);
  store.allowOnePc = onePc;
  if (faults === null) return openStorage({ rpc: store, oracle });
  const router = new FaultyCluster(store, random, faults, BORDERS);
  return openStorage({ router, oracle, options: { batchBytes: 64 } });
}

/** The embedded store in a directory of its own; with faults it is cut into regions like a cluster. */
async function openEmbedded(
  random: Random,
  faults: Faults | null,
  largeCommit?: LargeCommitLimits,
): Promise<Storage> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rutile-histories-'));
  const store = await openEmbeddedStore({ dataDir, durability: 2, memtableBytes: 1 << 16, largeCommit });
  const onClose = async (): Promise<void> => {
    await store.close();
    await rm(dataDir, { recursive: true });
  };
  if (faults === null) return openStorage({ rpc: store, oracle: store, onClose });
  const router = new FaultyCluster(store, random, faults, BORDERS);
  return openStorage({ router, oracle: store, options: { batchBytes: 64 }, onClose });
}

const SETUPS: readonly Setup[] = [
  { name: 'one store, one phase', open: (r) => open(r, null, true), work: 60, mixed: true },
  { name: 'one store, two phases', open: (r) => open(r, null, false), work: 60, mixed: true },
  { name: 'regions', open: (r) => open(r, NO_FAULTS, true), work: 8, mixed: false },
  { name: 'regions with faults', open: (r) => open(r, FAULTS, false), work: 4, mixed: false },
  { name: 'embedded store', open: (r) => openEmbedded(r, null), work: 60, mixed: true },
  {
    name: 'embedded store, commits in steps',
    open: (r) => openEmbedded(r, null, { keys: 2, bytes: 1 << 20 }),
    work: 60,
    mixed: true,
  },
  {
    name: 'embedded store behind regions with faults',
    open: (r) => openEmbedded(r, FAULTS),
    work: 4,
    mixed: false,
  },
];

describe.each(SETUPS)('$name', ({ open: setup, work, mixed }) => {
  test('bank transfers keep the sum in every snapshot', async () => {
    const seed = testSeed();
    const random = new Random(seed);
    const storage = await setup(random);
    const { wrong, committed, sums } = await runBank(storage, random, {
      accounts: 6,
      clients: 5,
      transfersPerClient: work * SCALE,
      pessimistic: mixed ? 0.5 : random.below(2),
    });
    expect({ seed, wrong }).toEqual({ seed, wrong: [] });
    expect(committed).toBeGreaterThan(0);
    expect(sums).toBeGreaterThan(0);
    await storage.close();
  });

  test('list appends keep snapshot isolation', async () => {
    const seed = testSeed();
    const random = new Random(seed);
    const storage = await setup(random);
    const { history, final } = await runListAppend(storage, random, {
      keys: 8,
      clients: 6,
      txnsPerClient: work * SCALE,
      pessimistic: mixed ? 0.5 : random.below(2),
    });
    expect({ seed, wrong: checkListAppend(history, final) }).toEqual({ seed, wrong: [] });
    expect(history.filter((t) => t.outcome === 'committed').length).toBeGreaterThan(0);
    expect(storage.oldestActiveTs()).toBeNull();
    await storage.close();
  });
});

test('the checker finds a lost update and a broken snapshot', () => {
  const txn = (
    id: number,
    startTs: bigint,
    commitTs: bigint,
    reads: [string, number[]][],
    appends: [string, number[]][],
  ) => ({
    id,
    startTs,
    commitTs,
    outcome: 'committed' as const,
    reads: new Map(reads),
    appends: new Map(appends),
  });
  expect(
    checkListAppend(
      [txn(1, 1n, 3n, [], [['x', [1]]]), txn(2, 2n, 4n, [], [['x', [2]]])],
      new Map([['x', [2]]]),
    ),
  ).not.toEqual([]);
  const skewed = [
    txn(
      1,
      1n,
      3n,
      [],
      [
        ['x', [1]],
        ['y', [1]],
      ],
    ),
    txn(
      2,
      4n,
      5n,
      [
        ['x', [1]],
        ['y', []],
      ],
      [],
    ),
  ];
  expect(
    checkListAppend(
      skewed as never,
      new Map([
        ['x', [1]],
        ['y', [1]],
      ]),
    ),
  ).not.toEqual([]);
});
