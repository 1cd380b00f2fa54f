import type { ClientDuplexStream } from '@grpc/grpc-js';
import { Backoffer } from '../../client/backoff.js';
import { mysqlError } from '../../../types/error-table.js';
import { composeTs, type ReservedTimestamps } from '../../client/oracle.js';
import { PD } from '../generated/pdpb.js';
import type { TsoRequestInit, TsoResponse } from '../generated/pdpb.js';
import type { PdClient } from './pd-client.js';
import { TransportError, reasonOf } from './transport-error.js';

const TIMEOUT_MS = 3000;
const BUDGET_MS = 20_000;
/** Longest pause between two attempts (PD client's retryInterval): everything waits for timestamps, and one stream asks for all. */
const RETRY_MS = 500;

interface Waiting {
  readonly count: number;
  readonly resolve: (reserved: ReservedTimestamps) => void;
  readonly reject: (error: Error) => void;
}

/** The stream of timestamps from PD's leader. One request may ask for many; answers come in order. */
export class TsoStream {
  private stream: ClientDuplexStream<TsoRequestInit, TsoResponse> | null = null;
  private waiting: Waiting[] = [];
  private timer: NodeJS.Timeout | null = null;
  private closed = false;
  /** performance.now() up to which this stream serves: see LeaderRoute. */
  private until = Infinity;

  constructor(private readonly pd: PdClient) {}

  /** Reserves `count` timestamps. Throws 9001 when PD has no leader for too long. */
  async fetch(count: number): Promise<ReservedTimestamps> {
    let bo: Backoffer | null = null;
    for (;;) {
      let reason: string;
      try {
        return await this.ask(count);
      } catch (e) {
        if (!(e instanceof TransportError)) throw e;
        reason = e.message;
      }
      if (this.closed) throw mysqlError('ER_PD_SERVER_TIMEOUT', reason);
      this.pd.forgetLeader(true);
      if (bo !== null) await bo.sleep('pdRPC', RETRY_MS, reason);
      else bo = new Backoffer(BUDGET_MS);
    }
  }

  private async ask(count: number): Promise<ReservedTimestamps> {
    if (this.stream !== null && this.waiting.length === 0 && performance.now() >= this.until)
      this.broken(this.stream, 'the leader is tried itself again');
    const stream = this.stream ?? (await this.open());
    return new Promise((resolve, reject) => {
      this.waiting.push({ count, resolve, reject });
      this.timer ??= setTimeout(() => this.broken(stream, 'no timestamp in time'), TIMEOUT_MS);
      stream.write({ header: this.pd.header(), count, dcLocation: 'global' });
    });
  }

  private async open(): Promise<ClientDuplexStream<TsoRequestInit, TsoResponse>> {
    const { client, metadata, until } = await this.pd.findLeader();
    if (this.stream !== null) return this.stream;
    this.until = until;
    const stream = client.makeBidiStreamRequest(
      PD.Tso.path,
      PD.Tso.requestSerialize,
      PD.Tso.responseDeserialize,
      metadata,
    );
    stream.on('data', (res: TsoResponse) => this.receive(stream, res));
    stream.on('error', (e: unknown) => this.broken(stream, reasonOf(e)));
    stream.on('end', () => this.broken(stream, 'PD ended the stream of timestamps'));
    this.stream = stream;
    return stream;
  }

  private receive(stream: ClientDuplexStream<TsoRequestInit, TsoResponse>, res: TsoResponse): void {
    if (stream !== this.stream) return;
    const error = res.header?.error;
    const ts = res.timestamp;
    const w = this.waiting[0];
    if (
      (error !== undefined && error.type !== 0) ||
      ts === undefined ||
      w === undefined ||
      res.count !== w.count
    ) {
      this.broken(stream, error?.message ?? 'an answer to another request');
      return;
    }
    this.waiting.shift();
    if (this.timer !== null) {
      clearTimeout(this.timer);
      this.timer =
        this.waiting.length === 0
          ? null
          : setTimeout(() => this.broken(stream, 'no timestamp in time'), TIMEOUT_MS);
    }
    // The answer names the last; the lowest bits are those of the allocator.
    const step = 1n << BigInt(ts.suffixBits);
    w.resolve({ first: composeTs(ts.physical, ts.logical) - BigInt(w.count - 1) * step, step });
  }

  private broken(stream: ClientDuplexStream<TsoRequestInit, TsoResponse>, why: string): void {
    if (this.stream !== stream) return;
    this.stream = null;
    if (this.timer !== null) clearTimeout(this.timer);
    this.timer = null;
    stream.cancel();
    const failed = this.waiting;
    this.waiting = [];
    for (const w of failed) w.reject(new TransportError('pd', why));
  }

  close(): void {
    this.closed = true;
    if (this.stream !== null) this.broken(this.stream, 'the client is closed');
  }
}
