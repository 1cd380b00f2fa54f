import { text, bytes } from '../testing/fake-cluster.js';
import { encodeRegionKey } from '../region-key.js';
import { RegionCache, type LoadedRegion } from './region-cache.js';
import type { RegionLoader } from './region-loader.js';
import type { Stores } from './stores.js';

const region = (id: number, start: string, end: string, version = 1): LoadedRegion => ({
  meta: {
    id,
    startKey: encodeRegionKey(bytes(start)),
    endKey: encodeRegionKey(bytes(end)),
    epoch: { confVer: 1, version },
    peers: [{ id: id * 10, storeId: 1, role: 0 }],
  } as LoadedRegion['meta'],
  leader: { id: id * 10, storeId: 1 },
});

const STORES = { cluster: 1n, client: () => ({ liveness: { alive: true } }) } as unknown as Stores;

/** A cache whose PD gives these answers, one after the other. */
function cacheOf(...answers: readonly LoadedRegion[]): { cache: RegionCache; asked: () => number } {
  let asked = 0;
  const next = async (): Promise<LoadedRegion> => answers[asked++]!;
  const loader = { load: next, loadEnd: next, loadFrom: async () => [await next()] };
  return { cache: new RegionCache(loader as unknown as RegionLoader, STORES), asked: () => asked };
}

test('the region below a key is asked for again when regions merged between the two questions it takes', async () => {
  // [g, m) ended at the key and is now part of [g, z): the region before that one is of no use.
  const { cache, asked } = cacheOf(region(1, 'a', 'g'), region(2, 'g', 'z', 2));
  const route = await cache.locateEnd(bytes('m'));
  expect([text(route.startKey), text(route.endKey), asked()]).toEqual(['g', 'z', 2]);
  expect((await cache.locateEnd(bytes('z'))).context.regionId).toBe(2);
  expect((await cache.locateEnd(bytes('g'))).context.regionId).toBe(1);
  expect(asked()).toBe(2);
});

test('an answer older than what the cache holds is no answer for keys that the region has lost', async () => {
  const { cache, asked } = cacheOf(
    region(1, '', '', 1),
    region(1, '', 'm', 3),
    region(1, '', '', 2),
    region(2, 'm', '', 3),
    region(1, '', '', 2),
    region(2, 'm', '', 3),
  );
  expect((await cache.locate(bytes('x'))).context.regionId).toBe(1);
  cache.onRegionError(await cache.locate(bytes('x')), { kind: 'regionNotFound' });
  expect((await cache.locate(bytes('b'))).endKey).toEqual(bytes('m'));
  expect((await cache.locate(bytes('x'))).context.regionId).toBe(2);
  expect(asked()).toBe(4);
  cache.onRegionError(await cache.locate(bytes('x')), { kind: 'regionNotFound' });
  expect((await cache.locateEnd(new Uint8Array(0))).context.regionId).toBe(2);
  expect(asked()).toBe(6);
});
