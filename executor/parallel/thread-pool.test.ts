import { MessageChannel, type MessagePort } from 'node:worker_threads';
import { sharedInt32 } from '../columnar/shared-array.js';
import type { FromThread, ToThread } from './protocol.js';
import { ThreadPool } from './thread-pool.js';
import { lentThreads, type ThreadSource } from './thread-source.js';

/** A thread as its messages go. */
interface Fake {
  readonly said: ToThread[];
  readonly lose: () => void;
}

function fakes(): { readonly made: Fake[]; readonly source: ThreadSource } {
  const made: Fake[] = [];
  return {
    made,
    source: {
      open(receive, lost) {
        const said: ToThread[] = [];
        made.push({ said, lose: () => lost(new Error('lost')) });
        queueMicrotask(() => receive({ kind: 'ready', load: sharedInt32(1) }));
        return { post: (m) => said.push(m), close: () => Promise.resolve() };
      },
    },
  };
}

const until = async (is: () => boolean): Promise<void> => {
  while (!is()) await new Promise((resolve) => setTimeout(resolve, 5));
};

test('another pool has a line to each of the threads, and is told of those that are lost', async () => {
  const { made, source } = fakes();
  const own = new ThreadPool(source, 3);
  const ports: MessagePort[] = [];
  const lost: Error[] = [];
  const other = new ThreadPool(
    lentThreads((port) => {
      own.lend(7, port);
      return Promise.resolve();
    }),
    3,
    (e) => lost.push(e),
  );
  expect(other.ready()).toBe(false);
  // Started for the other alone.
  expect(made.length).toBe(3);
  for (const { said } of made) {
    expect(said.map((m) => m.kind)).toEqual(['client']);
    const { port } = said[0] as Extract<ToThread, { kind: 'client' }>;
    ports.push(port);
    port.postMessage({ kind: 'ready', load: sharedInt32(1) } satisfies FromThread);
  }
  await until(() => other.ready());
  ports[1]!.close();
  await until(() => lost.length === 1);
  // In the place of the one that is lost, another.
  made[1]!.lose();
  expect(other.ready()).toBe(false);
  expect(made.length).toBe(4);
  expect(made[3]!.said.map((m) => m.kind)).toEqual(['client']);
  await other.close();
  await own.close();
  expect(() => own.lend(7, new MessageChannel().port1)).toThrow('no threads');
  for (const port of ports) port.close();
});
