import { ServerProcess } from './testing/server-process.js';
import { StoreProcess } from './testing/store-process.js';
import { WriteLoad } from './testing/write-load.js';
import { testSeed } from '../testing/random.js';

/**
 * `kill -9` under a writing load: every acknowledged transaction is there after the restart, none is half done, and
 * indexes agree with rows. CRASH_ROUNDS and RUTILE_SEED run it longer or again.
 */
const ROUNDS = Number(process.env['CRASH_ROUNDS'] ?? 3);
const SEED = testSeed();
const TIMEOUT = 120_000 + ROUNDS * 40_000;

describe(`kill -9 keeps what was acknowledged and nothing half done (RUTILE_SEED=${SEED})`, () => {
  test.each([1, 2])(
    'of the server on its embedded store, with %i workers',
    async (workers) => {
      const server = new ServerProcess(['--workers', String(workers)]);
      await server.start();
      const load = new WriteLoad(server, SEED);
      await load.prepare();
      for (let round = 0; round < ROUNDS; round++) {
        await load.runThrough(() => server.kill());
        await server.start();
        await load.verify();
      }
      expect(load.total).toBeGreaterThanOrEqual(ROUNDS);
      await server.remove();
    },
    TIMEOUT,
  );

  describe('over a served store', () => {
    const store = new StoreProcess(['--region-size', '1']);
    let server: ServerProcess;
    let load: WriteLoad;
    beforeEach(async () => {
      await store.start();
      // Rows that a killed server had locked wait for the end of its locks' life, which a running one prolongs in time on a busy machine too.
      server = new ServerProcess(['--store', 'tikv', '--pd', store.address, '--lock-ttl', '4000']);
      await server.start();
    });
    afterEach(async () => {
      await server.remove();
      await store.kill();
    });
    afterAll(() => store.remove());

    test(
      'of the server: locks left behind are resolved',
      async () => {
        load = new WriteLoad(server, SEED);
        await load.prepare();
        for (let round = 0; round < ROUNDS; round++) {
          await load.runThrough(() => server.kill());
          await server.start();
          await load.verify();
        }
        expect(load.total).toBeGreaterThanOrEqual(ROUNDS);
      },
      TIMEOUT,
    );

    test(
      'of the store: the server goes on when it is back',
      async () => {
        const db = await server.connect();
        await db.query('DROP TABLE IF EXISTS account, journal, entry');
        await db.end();
        load = new WriteLoad(server, SEED, true);
        await load.prepare();
        for (let round = 0; round < ROUNDS; round++) {
          await load.runThrough(async () => {
            await store.kill();
            await store.start();
          });
          await load.verify();
        }
        expect(load.total).toBeGreaterThanOrEqual(ROUNDS);
      },
      TIMEOUT,
    );
  });
});
