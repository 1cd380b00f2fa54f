import { runBank } from '../client/testing/bank.js';
import { checkListAppend, runListAppend } from '../client/testing/list-append.js';
import { Random, testSeed } from '../../testing/random.js';
import { CALM, type NetworkFaults } from './testing/fault-proxy.js';
import { TestCluster, type TestClusterOptions } from './testing/test-cluster.js';

/** HISTORY_SCALE=100 makes a long run; RUTILE_SEED repeats one. */
const SCALE = Number(process.env['HISTORY_SCALE'] ?? 1);

const BORDERS = [Uint8Array.of(60), Uint8Array.of(120), Uint8Array.of(200)];
const BAD: NetworkFaults = {
  regionError: 0.02,
  loseRequest: 0.002,
  loseReply: 0.002,
  repeatRequest: 0.02,
  repeatReply: 0.02,
  delayMs: 2,
};

interface Setup {
  readonly name: string;
  readonly options: TestClusterOptions;
  readonly work: number;
  readonly faults: NetworkFaults;
  readonly reshapeMs: number;
  /** The store is closed and opened again, elsewhere, so often. */
  readonly restartMs?: number;
}

const SETUPS: readonly Setup[] = [
  { name: 'one region', options: {}, work: 20, faults: CALM, reshapeMs: 0 },
  {
    name: 'regions on two stores, splitting, merging and moving',
    options: { stores: 2, borders: BORDERS, client: { batchBytes: 64 } },
    work: 8,
    faults: CALM,
    reshapeMs: 5,
  },
  {
    name: 'a bad network',
    options: { stores: 2, borders: BORDERS, client: { batchBytes: 64 } },
    work: 4,
    faults: BAD,
    reshapeMs: 10,
  },
  {
    name: 'a store that goes and comes back at another address',
    options: { borders: BORDERS, client: { batchBytes: 64 } },
    work: 8,
    faults: CALM,
    reshapeMs: 0,
    restartMs: 150,
  },
];

describe.each(SETUPS)('$name', ({ options, work, faults, reshapeMs, restartMs }) => {
  async function start(random: Random): Promise<TestCluster> {
    const cluster = await TestCluster.start(random, { ...options, faults });
    if (reshapeMs > 0) cluster.reshapeEvery(reshapeMs);
    if (restartMs !== undefined) cluster.restartEvery(restartMs);
    return cluster;
  }

  test('bank transfers keep the sum in every snapshot', async () => {
    const seed = testSeed();
    const random = new Random(seed);
    const cluster = await start(random);
    const { wrong, committed, sums } = await runBank(cluster.storage, random, {
      accounts: 6,
      clients: 5,
      transfersPerClient: work * SCALE,
      pessimistic: random.below(2),
    });
    expect({ seed, wrong }).toEqual({ seed, wrong: [] });
    expect(committed).toBeGreaterThan(0);
    expect(sums).toBeGreaterThan(0);
    if (faults !== CALM) expect(cluster.faultCount).toBeGreaterThan(0);
    await cluster.stop();
  });

  test('list appends keep snapshot isolation', async () => {
    const seed = testSeed();
    const random = new Random(seed);
    const cluster = await start(random);
    const { history, final } = await runListAppend(cluster.storage, random, {
      keys: 8,
      clients: 6,
      txnsPerClient: work * SCALE,
      pessimistic: random.below(2),
    });
    expect({ seed, wrong: checkListAppend(history, final) }).toEqual({ seed, wrong: [] });
    expect(history.filter((t) => t.outcome === 'committed').length).toBeGreaterThan(0);
    await cluster.stop();
  });
});
