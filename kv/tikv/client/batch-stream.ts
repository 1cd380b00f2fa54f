import type { Client, ClientDuplexStream, Metadata } from '@grpc/grpc-js';
import { Tikv } from '../generated/tikvpb.js';
import type {
  BatchCommandsRequestInit,
  BatchCommandsRequestRequestInit,
  BatchCommandsResponse,
} from '../generated/tikvpb.js';
import type { CommandTag, WireRequest, WireResponse } from '../translate/commands.js';
import { TransportError, reasonOf } from './transport-error.js';

/** Requests in one message (TiKV's and client-go's max-batch-size). */
const MAX_BATCH = 128;
/** How often requests are looked at that may have waited too long. */
const SWEEP_MS = 500;

interface Waiting {
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: Error) => void;
  readonly deadline: number;
}

/**
 * One BatchCommands stream of one connection: the requests of a turn of the event loop go in one message, and answers come
 * back in any order. When it breaks everything under way fails; the next request opens it anew.
 */
export class BatchStream {
  private stream: ClientDuplexStream<BatchCommandsRequestInit, BatchCommandsResponse> | null = null;
  private requests: BatchCommandsRequestRequestInit[] = [];
  private ids: number[] = [];
  private readonly waiting = new Map<number, Waiting>();
  private nextId = 1;
  private flushing = false;
  private blocked = false;
  private lastHeard = 0;
  private sweeper: NodeJS.Timeout | null = null;
  private closed = false;

  constructor(
    private readonly address: string,
    private readonly client: Client,
    private readonly metadata: Metadata,
    /** How the store says that it is doing: 1 is well, 100 is badly (kvrpcpb.HealthFeedback). */
    private readonly onHealth: (slowScore: number) => void,
  ) {}

  /** Requests without an answer so far. */
  get pending(): number {
    return this.waiting.size;
  }

  send<T extends CommandTag>(tag: T, value: WireRequest<T>, timeoutMs: number): Promise<WireResponse<T>> {
    return new Promise((resolve, reject) => {
      if (this.closed) {
        reject(new TransportError(this.address, 'the client is closed'));
        return;
      }
      const id = this.nextId++;
      this.waiting.set(id, {
        resolve: resolve as (value: unknown) => void,
        reject,
        deadline: performance.now() + timeoutMs,
      });
      this.requests.push({ cmd: { tag, value } as NonNullable<BatchCommandsRequestRequestInit['cmd']> });
      this.ids.push(id);
      this.sweeper ??= setInterval(() => this.sweep(), SWEEP_MS);
      if (!this.flushing && !this.blocked) {
        this.flushing = true;
        setImmediate(this.flush);
      }
    });
  }

  private readonly flush = (): void => {
    this.flushing = false;
    while (this.ids.length > 0 && !this.blocked) {
      const requests = this.requests.splice(0, MAX_BATCH);
      const requestIds = this.ids.splice(0, MAX_BATCH);
      this.stream ??= this.open();
      if (!this.stream.write({ requests, requestIds })) this.blocked = true;
    }
  };

  private open(): ClientDuplexStream<BatchCommandsRequestInit, BatchCommandsResponse> {
    const { path, requestSerialize, responseDeserialize } = Tikv.BatchCommands;
    const stream = this.client.makeBidiStreamRequest(
      path,
      requestSerialize,
      responseDeserialize,
      this.metadata,
    );
    this.lastHeard = performance.now();
    stream.on('data', (message: BatchCommandsResponse) => this.receive(message));
    stream.on('drain', () => {
      if (this.stream !== stream) return;
      this.blocked = false;
      this.flush();
    });
    stream.on('error', (e: unknown) => this.broken(stream, reasonOf(e)));
    stream.on('end', () => this.broken(stream, 'the store ended the stream'));
    return stream;
  }

  private receive(message: BatchCommandsResponse): void {
    this.lastHeard = performance.now();
    const { responses, requestIds, healthFeedback } = message;
    if (healthFeedback !== undefined) this.onHealth(healthFeedback.slowScore);
    for (let i = 0; i < requestIds.length; i++) {
      const id = requestIds[i]!;
      const w = this.waiting.get(id);
      // A reply that comes twice, or after its time.
      if (w === undefined) continue;
      this.waiting.delete(id);
      const cmd = responses[i]?.cmd;
      if (cmd === undefined) w.reject(new TransportError(this.address, 'an answer of an unknown kind'));
      else w.resolve(cmd.value);
    }
    this.rest();
  }

  /** Everything sent or to be sent on this stream fails. */
  private broken(
    stream: ClientDuplexStream<BatchCommandsRequestInit, BatchCommandsResponse>,
    why: string,
  ): void {
    if (this.stream !== stream) return;
    this.stream = null;
    this.blocked = false;
    this.requests = [];
    this.ids = [];
    stream.cancel();
    const failed = [...this.waiting.values()];
    this.waiting.clear();
    this.rest();
    const error = new TransportError(this.address, why);
    for (const w of failed) w.reject(error);
  }

  private sweep(): void {
    const now = performance.now();
    let late = false;
    for (const [id, w] of this.waiting) {
      if (w.deadline > now) continue;
      late = true;
      this.waiting.delete(id);
      w.reject(new TransportError(this.address, 'no answer in time'));
    }
    // Nothing at all came back for so long that keep-alive should have noticed: begin anew.
    if (late && now - this.lastHeard > 15_000 && this.stream !== null)
      this.broken(this.stream, 'the store does not answer');
    this.rest();
  }

  private rest(): void {
    if (this.waiting.size > 0 || this.sweeper === null) return;
    clearInterval(this.sweeper);
    this.sweeper = null;
  }

  close(): void {
    this.closed = true;
    if (this.stream !== null) this.broken(this.stream, 'the client is closed');
    this.waiting.clear();
    this.rest();
  }
}
