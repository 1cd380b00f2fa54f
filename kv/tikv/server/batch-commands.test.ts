import { Duplex } from 'node:stream';
import type { BatchCommandsResponseInit } from '../generated/tikvpb.js';
import { serveBatchCommands, type BatchCall } from './batch-commands.js';
import type { CommandServer } from './commands.js';

/** A stream whose other side is pushed, and whose answers are kept. */
class FakeCall extends Duplex {
  readonly answers: BatchCommandsResponseInit[] = [];
  constructor() {
    super({ objectMode: true, read: () => undefined });
  }
  override _write(message: BatchCommandsResponseInit, _encoding: string, done: () => void): void {
    this.answers.push(message);
    done();
  }
}

const emptyRequests = (n: number) => ({
  requests: Array.from({ length: n }, (_, i) => ({
    cmd: { tag: 255 as const, value: { testId: BigInt(i) } },
  })),
  requestIds: Array.from({ length: n }, (_, i) => i + 1),
});

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

test('others have their turn while a message of much work is served, and its requests keep their order', async () => {
  const call = new FakeCall();
  const served: bigint[] = [];
  const serve = ((_tag: number, request: { testId: bigint }) => {
    const until = performance.now() + 1;
    while (performance.now() < until);
    served.push(request.testId);
    return {};
  }) as unknown as CommandServer;
  serveBatchCommands(call as unknown as BatchCall, serve, () => undefined);
  call.push(emptyRequests(40));
  call.push(emptyRequests(1));
  let turns = 0;
  let ids: readonly number[] = [];
  while (ids.length < 41) {
    await nextTurn();
    if (served.length < 41) turns++;
    ids = call.answers.flatMap((a) => a.requestIds ?? []);
  }
  // 40 milliseconds in turns of 4, or longer ones where the machine is busy.
  expect(turns).toBeGreaterThan(1);
  expect(served).toEqual(
    [...emptyRequests(40).requests, ...emptyRequests(1).requests].map((r) => r.cmd.value.testId),
  );
  expect(ids).toEqual([...emptyRequests(40).requestIds, 1]);
});
