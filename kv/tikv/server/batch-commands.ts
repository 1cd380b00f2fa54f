import type { ServerDuplexStream } from '@grpc/grpc-js';
import type {
  BatchCommandsRequest,
  BatchCommandsResponseInit,
  BatchCommandsResponseResponseInit,
} from '../generated/tikvpb.js';
import { RpcError } from './rpc-error.js';
import type { CommandServer, ResponseCase } from './commands.js';

export type BatchCall = ServerDuplexStream<BatchCommandsRequest, BatchCommandsResponseInit>;

/** Answers in one message. */
const MAX_RESPONSES = 128;
/** How long the requests of one message may hold up the event loop, roughly. */
const TURN_MS = 4;

/** Serves one BatchCommands stream: answers that are there in the same turn of the event loop go in one message. */
export function serveBatchCommands(
  call: BatchCall,
  serve: CommandServer,
  onError: (e: unknown) => void,
): void {
  const responses: BatchCommandsResponseResponseInit[] = [];
  const requestIds: number[] = [];
  let flushing = false;
  let ended = false;
  let underWay = 0;

  const flush = (): void => {
    flushing = false;
    while (requestIds.length > 0 && !ended) {
      call.write({
        responses: responses.splice(0, MAX_RESPONSES),
        requestIds: requestIds.splice(0, MAX_RESPONSES),
      });
    }
    if (ended || !halfClosed || underWay > 0) return;
    ended = true;
    call.end();
  };
  const answer = (id: number, cmd: ResponseCase): void => {
    if (ended) return;
    responses.push({ cmd });
    requestIds.push(id);
    if (flushing) return;
    flushing = true;
    setImmediate(flush);
  };
  let halfClosed = false;

  const serveOne = (id: number, cmd: BatchCommandsRequest['requests'][number]['cmd']): void => {
    // A command that is not known here gets an empty answer, as an older TiKV would give.
    if (cmd === undefined) {
      answer(id, { tag: 255, value: {} });
      return;
    }
    const { tag } = cmd;
    const failed = (e: unknown): void => {
      onError(e);
      if (e instanceof RpcError) {
        ended = true;
        call.emit('error', { code: e.code, details: e.message });
        return;
      }
      const message = e instanceof Error ? e.message : String(e);
      answer(id, { tag, value: { regionError: { message } } } as ResponseCase);
    };
    try {
      const value = serve(tag, cmd.value as never);
      if (value instanceof Promise) {
        underWay++;
        value
          .then((v) => answer(id, { tag, value: v } as ResponseCase), failed)
          .finally(() => {
            underWay--;
            if (halfClosed && underWay === 0) flush();
          });
      } else answer(id, { tag, value } as ResponseCase);
    } catch (e) {
      failed(e);
    }
  };

  /** A message of a large transaction holds tens of thousands of keys: others have their turn meanwhile, timestamps above all. */
  const serveFrom = ({ requests, requestIds: ids }: BatchCommandsRequest, from: number): void => {
    const until = performance.now() + TURN_MS;
    for (let i = from; i < requests.length && !ended; i++) {
      serveOne(ids[i]!, requests[i]!.cmd);
      if (i + 1 === requests.length || performance.now() < until) continue;
      call.pause();
      setImmediate(serveFrom, { requests, requestIds: ids }, i + 1);
      return;
    }
    if (from > 0) call.resume();
  };
  call.on('data', (message: BatchCommandsRequest) => serveFrom(message, 0));
  call.on('end', () => {
    halfClosed = true;
    if (!flushing) flush();
  });
  call.on('cancelled', () => (ended = true));
  call.on('error', () => (ended = true));
}
