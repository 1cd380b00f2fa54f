import { getPriority, platform, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { recycle } from './block-groups.js';
import type { StepReply, StepRequest, StepTask } from './step-threads.js';

/** What a thread of StepThreads runs: its side of the messages. It is ended from outside. */
export function serveSteps<Q extends { readonly kind: string }, R extends { readonly kind: string }>(
  task: StepTask<Q, R>,
): void {
  const port = parentPort!;
  let steps: Generator<R | StepReply | null, void, void> | null = null;
  let credit = 0;
  let yielding = false;
  const own = getPriority(0);

  const goOn = (): void => {
    for (;;) {
      const step = steps!.next();
      if (step.done === true) {
        steps = null;
        return;
      }
      const reply = step.value;
      if (reply === null) continue;
      if (reply.kind !== 'blocks') {
        port.postMessage(reply);
        continue;
      }
      port.postMessage(reply, [(reply as StepReply & { kind: 'blocks' }).group.bytes.buffer as ArrayBuffer]);
      // One group is on its way while the next is made.
      if (--credit === 0) return;
    }
  };

  /**
   * Leaves the processor to the server's other threads, or takes its share again. It stays above what runs on the machine with lower
   * priority than the server. Linux has priorities for each thread; elsewhere there is but the process's.
   */
  const yieldTo = (statements: boolean): void => {
    if (statements === yielding || platform() !== 'linux') return;
    try {
      setPriority(0, statements ? Math.min(LEAST_PRIORITY, own + YIELDED) : own);
      yielding = statements;
    } catch {
      // Without the right to raise it again the priority stays low, and the thread ends soon.
    }
  };

  port.on('message', (request: (Q | StepRequest) & { readonly yielding?: boolean }) => {
    if (request.kind === 'taken') {
      recycle((request as StepRequest & { kind: 'taken' }).buffer);
      credit++;
      if (credit === 1 && steps !== null) goOn();
      return;
    }
    if (request.yielding !== undefined) yieldTo(request.yielding);
    credit = GROUPS_AHEAD;
    steps = task.run(request);
    goOn();
  });
}

const GROUPS_AHEAD = 3;
/** Steps of priority: with ten the other thread has nine times as much of a processor that both want. */
const YIELDED = 10;
const LEAST_PRIORITY = 19;
