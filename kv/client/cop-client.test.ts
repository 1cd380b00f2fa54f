import { Chunk, type ChunkSource } from '../../chunk/chunk.js';
import type { KvRpc } from '../rpc.js';
import type { CopTask } from '../storage.js';
import { ClientContext, DEFAULT_CLIENT_OPTIONS, type LocalCoprocessor } from './client-context.js';
import { CopStream } from './cop-client.js';
import type { RegionRoute, Router } from './router.js';

const key = (...bytes: number[]): Uint8Array => Uint8Array.from(bytes);

/** Two regions, whose store answers each request for a fragment with `refusal`. */
function refusing(refusal: string): { stream: CopStream; asked: () => number; local: () => number } {
  let asked = 0;
  let local = 0;
  const rpc = {
    coprocessor: () => {
      asked++;
      return Promise.resolve({ otherError: new Error(refusal) });
    },
  } as unknown as KvRpc;
  const region = (regionId: number, startKey: Uint8Array, endKey: Uint8Array): RegionRoute => ({
    startKey,
    endKey,
    rpc,
    context: { regionId, regionEpoch: { confVer: 1, version: 1 } },
  });
  const regions = [region(1, key(), key(5)), region(2, key(5), key())];
  const router: Router = {
    whole: null,
    locate: (k) => regions[k.length > 0 && k[0]! >= 5 ? 1 : 0]!,
    locateEnd: () => regions[1]!,
    onRegionError: () => undefined,
    onSendFailure: () => undefined,
  };
  const once = (rows: number): ChunkSource => {
    let left: Chunk | null = new Chunk([], rows);
    return {
      next: () => {
        const chunk = left;
        left = null;
        return chunk;
      },
      close: () => undefined,
    };
  };
  const coprocessor: LocalCoprocessor = {
    fragment: () => ({
      data: key(1),
      pageSize: () => 0,
      chunks: () => [],
      above: (source) => source,
      figures: { answered: () => undefined, finished: () => undefined },
    }),
    run: (req) => {
      local++;
      return once(req.ranges[0]!.startKey[0]!);
    },
  };
  const client = new ClientContext(
    router,
    { timestamp: () => 1n } as never,
    DEFAULT_CLIENT_OPTIONS,
    coprocessor,
  );
  const task: CopTask = {
    dag: null,
    startTs: 10n,
    ranges: [{ startKey: key(1), endKey: key(9) }],
    keepOrder: true,
    desc: false,
    concurrency: 1,
  };
  return { stream: new CopStream(client, task), asked: () => asked, local: () => local };
}

test('what a store has no form of is computed here, and no other region is asked for it', async () => {
  const { stream, asked, local } = refusing('ScalarFunction Foo is not supported in batch mode');
  const rows: number[] = [];
  for (let c = await stream.next(); c !== null; c = await stream.next()) rows.push(c.rows);
  expect(rows).toEqual([1, 5]);
  expect([asked(), local()]).toEqual([1, 2]);
});

test('other errors of a store are the statement’s', async () => {
  const { stream, local } = refusing('Coprocessor task terminated due to exceeding the deadline');
  await expect(Promise.resolve(stream.next())).rejects.toThrow('deadline');
  expect(local()).toBe(0);
});
