import { jest } from '@jest/globals';
import type { KvRpc, TxnHeartBeatRequest, TxnHeartBeatResponse } from '../rpc.js';
import type { Awaitable } from '../../types/awaitable.js';
import { ActiveTimestamps, NOT_ACTIVE } from './active-timestamps.js';
import { HeartbeatKeeper } from './heartbeat.js';
import { SingleRegionRouter } from './router.js';

const TTL = 20_000;
const tsOf = (ms: number): bigint => BigInt(ms) << 18n;

beforeEach(() => void jest.useFakeTimers({ now: 1_000_000 }));
afterEach(() => void jest.useRealTimers());

function keeper(answer: (req: TxnHeartBeatRequest) => Awaitable<TxnHeartBeatResponse>) {
  const active = new ActiveTimestamps();
  const rpc = { txnHeartBeat: answer } as Pick<KvRpc, 'txnHeartBeat'> as KvRpc;
  const oracle = { timestamp: () => tsOf(Date.now()) };
  const heartbeats = new HeartbeatKeeper(new SingleRegionRouter(rpc), oracle, active, TTL);
  const begin = (name: string) => {
    const txn = { ts: tsOf(Date.now()), heartbeatKey: Buffer.from(name), place: NOT_ACTIVE };
    active.add(txn);
    heartbeats.start();
    return txn;
  };
  return { active, begin, heartbeats };
}

test.each([0, 1, 1_000, 4_999, 5_000, 7_321, 9_999])(
  'a lock that was taken %i ms after the timer started always has half of its life left',
  async (after) => {
    const ends = new Map<bigint, number>();
    const { begin, heartbeats } = keeper(({ startVersion, adviseLockTtl }) => {
      ends.set(startVersion, Number(startVersion >> 18n) + adviseLockTtl);
      return { lockTtl: adviseLockTtl };
    });
    begin('first');
    await jest.advanceTimersByTimeAsync(after);
    const late = begin('late');
    ends.set(late.ts, Date.now() + TTL);
    for (let ms = 0; ms < 4 * TTL; ms += 100) {
      await jest.advanceTimersByTimeAsync(100);
      expect(ends.get(late.ts)! - Date.now()).toBeGreaterThanOrEqual(TTL / 2 - 100);
    }
    heartbeats.close();
  },
);

test('a store that does not answer, and one that fails, keep no other lock from being prolonged', async () => {
  const prolonged = new Map<string, number>();
  const { begin, heartbeats } = keeper(({ primaryLock, adviseLockTtl }) => {
    const name = Buffer.from(primaryLock).toString();
    prolonged.set(name, (prolonged.get(name) ?? 0) + 1);
    if (name === 'stuck') return new Promise(() => undefined);
    if (name === 'broken') throw new Error('connection lost');
    return { lockTtl: adviseLockTtl };
  });
  begin('stuck');
  begin('broken');
  begin('well');
  await jest.advanceTimersByTimeAsync(TTL);
  expect(prolonged.get('stuck')).toBe(1);
  expect(prolonged.get('broken')).toBeGreaterThan(3);
  expect(prolonged.get('well')).toBe(4);
  heartbeats.close();
});

test('the timer stops with the last transaction', async () => {
  const { active, begin } = keeper(({ adviseLockTtl }) => ({ lockTtl: adviseLockTtl }));
  const txn = begin('a');
  active.delete(txn);
  await jest.advanceTimersByTimeAsync(TTL);
  expect(jest.getTimerCount()).toBe(0);
});
