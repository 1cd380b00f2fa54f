import { wireCoprocessor } from '../executor/coprocessor/wire/serve-dag.js';
import { CALM, type NetworkFaults } from '../kv/tikv/testing/fault-proxy.js';
import { TestCluster } from '../kv/tikv/testing/test-cluster.js';
import { Random, randomSource } from '../testing/random.js';
import { EquivalenceQueries, FUZZ_TABLES } from './testing/equivalence-queries.js';
import { TestEngine, type TestSession } from './testing/test-engine.js';

/**
 * Random queries give the same rows from the embedded store and from a served one whose regions split, merge and move meanwhile, over a
 * network that refuses, delays and repeats. RUTILE_SEED repeats a run, PLAN_ROUNDS=n makes a long one.
 */
const { seed, random } = randomSource();
const ROUNDS = Number(process.env['PLAN_ROUNDS'] ?? 24);
const ROWS = 24;
const LIMIT_MS = 3_600_000;
const RESHAPE_MS = 5;
const FAULTS: NetworkFaults = {
  regionError: 0.01,
  loseRequest: 0.001,
  loseReply: 0.001,
  repeatRequest: 0.02,
  repeatReply: 0.02,
  delayMs: 1,
};
const queries = new EquivalenceQueries(random);

let cluster: TestCluster;
let engines: readonly TestEngine[];
let embedded: TestSession;
let served: TestSession;

/** On both. */
async function run(sql: string): Promise<void> {
  for (const s of [embedded, served]) await s.query(sql);
}

beforeAll(async () => {
  // The network's chances depend on time: queries have their own, so that a seed repeats them.
  cluster = await TestCluster.start(new Random(seed), { stores: 2, coprocessor: wireCoprocessor });
  engines = [await TestEngine.open(), await TestEngine.open(cluster.pd)];
  [embedded, served] = (await Promise.all(engines.map((e) => e.session()))) as [TestSession, TestSession];
  await run('SET NAMES utf8mb4 COLLATE utf8mb4_general_ci');
  for (const t of FUZZ_TABLES) {
    await run(t.create(true));
    await run(queries.insert(t, 0, ROWS));
  }
  const { storage } = cluster;
  const keys: Uint8Array[] = [];
  const it = storage.snapshot(await storage.currentTs()).iterate(Buffer.from('t'), Buffer.from('u'));
  for (let p = await it.next(); p !== null; p = await it.next()) keys.push(Uint8Array.from(p.key));
  cluster.reshapeEvery(RESHAPE_MS, keys);
}, LIMIT_MS);

afterAll(async () => {
  cluster.faults = CALM;
  for (const e of engines) await e.close();
  await cluster.stop();
});

/** The rows sorted, or what is wrong with the query. */
async function answer(s: TestSession, sql: string): Promise<string[] | string> {
  try {
    return (await s.query(sql)).map((row) => JSON.stringify(row)).sort();
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function sameFromBoth(rounds: number, note: string): Promise<void> {
  cluster.faults = FAULTS;
  for (let i = 0; i < rounds; i++) {
    const query = queries.query(queries.one([0, 0, 1, 1, 2]));
    const plain = EquivalenceQueries.plain(query);
    const expected = await answer(embedded, plain);
    for (const sql of [plain, queries.hinted(query)]) {
      const told = `seed ${seed}, ${note}: ${sql}`;
      expect([told, await answer(served, sql)]).toEqual([told, expected]);
    }
  }
  cluster.faults = CALM;
}

test(
  'queries give the same rows from either store',
  async () => {
    await sameFromBoth(ROUNDS, 'without statistics');
    await run('BEGIN');
    for (const t of FUZZ_TABLES) {
      await run(`DELETE FROM ${t.name} WHERE id % 7 = 3`);
      await run(`UPDATE ${t.name} SET c = 'abX', j = '[2, 4]', d = 1.5 WHERE id % 11 = 5`);
      await run(queries.insert(t, ROWS + 1, 3));
    }
    await sameFromBoth(ROUNDS / 3, 'with own writes');
    await run('ROLLBACK');
    await run(`ANALYZE TABLE ${FUZZ_TABLES.map((t) => t.name).join(', ')}`);
    await sameFromBoth(ROUNDS / 2, 'with statistics');
    expect(cluster.faultCount).toBeGreaterThan(0);
  },
  LIMIT_MS,
);
