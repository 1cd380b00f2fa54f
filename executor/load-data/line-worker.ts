import { parentPort } from 'node:worker_threads';
import { LineTask } from './line-task.js';
import type { LineReply, LineRequest } from './line-thread.js';

/** A thread that makes rows of lines: see line-thread.ts. It is ended from outside. */
const port = parentPort!;
let task: LineTask | null = null;

function answer(request: LineRequest): LineReply {
  try {
    if (request.kind === 'open') {
      task = new LineTask(request.target);
      return { kind: 'open' };
    }
    return { kind: 'batch', batch: task!.take(request.piece, request.last) };
  } catch (e) {
    return { kind: 'failed', message: e instanceof Error ? (e.stack ?? e.message) : String(e) };
  }
}

port.on('message', (request: LineRequest) => {
  const reply = answer(request);
  if (reply.kind !== 'batch') return port.postMessage(reply);
  const { counts, lengths, bytes, textEnds, text } = reply.batch;
  const buffers = [counts, lengths, bytes, textEnds, text].map((a) => a.buffer as ArrayBuffer);
  return port.postMessage(reply, buffers);
});
