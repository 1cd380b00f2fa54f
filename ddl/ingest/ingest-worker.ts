import { constants, platform, setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { restingCheckpoint } from './pacing.js';
import { IngestTask, type IngestReply, type IngestRequest } from './ingest-task.js';

/** A thread that makes index entries: see ingest-threads.ts. It is ended from outside. */
const port = parentPort!;
const task = new IngestTask(restingCheckpoint);
let steps: Generator<IngestReply | null, void, void> | null = null;

function goOn(): void {
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
    port.postMessage(reply, [reply.group.bytes.buffer as ArrayBuffer]);
    // One group is on its way while the next is made.
    if (--credit === 0) return;
  }
}

let yielding = false;

/** Takes only what others leave of the processor, or its share again. Linux has priorities for each thread; elsewhere there is but the process's. */
function yieldTo(statements: boolean): void {
  if (statements === yielding || platform() !== 'linux') return;
  try {
    setPriority(0, statements ? constants.priority.PRIORITY_LOW : constants.priority.PRIORITY_NORMAL);
    yielding = statements;
  } catch {
    // Without the right to raise it again the priority stays low, and the thread ends soon.
  }
}

let credit = 0;
const GROUPS_AHEAD = 3;

port.on('message', (request: IngestRequest) => {
  if (request.kind === 'taken') {
    credit++;
    if (credit === 1 && steps !== null) goOn();
    return;
  }
  if (request.yielding !== undefined) yieldTo(request.yielding);
  credit = GROUPS_AHEAD;
  steps = task.run(request);
  goOn();
});
