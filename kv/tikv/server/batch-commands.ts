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

  call.on('data', (message: BatchCommandsRequest) => {
    for (let i = 0; i < message.requests.length; i++) {
      const id = message.requestIds[i]!;
      const cmd = message.requests[i]!.cmd;
      // A command that is not known here gets an empty answer, as an older TiKV would give.
      if (cmd === undefined) {
        answer(id, { tag: 255, value: {} });
        continue;
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
    }
  });
  call.on('end', () => {
    halfClosed = true;
    if (!flushing) flush();
  });
  call.on('cancelled', () => (ended = true));
  call.on('error', () => (ended = true));
}
