import {
  Server,
  ServerCredentials,
  credentials,
  status,
  Client,
  type ClientDuplexStream,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type sendUnaryData,
} from '@grpc/grpc-js';
import type { Random } from '../../../testing/random.js';
import type { ErrorInit } from '../generated/errorpb.js';
import { Health } from '../generated/grpc_health.js';
import { PD } from '../generated/pdpb.js';
import { BatchCommandsRequest, BatchCommandsResponse, Tikv } from '../generated/tikvpb.js';
import type { BatchCommandsResponseResponseInit } from '../generated/tikvpb.js';

/** Chances of each fault, per request or per message. */
export interface NetworkFaults {
  /** A request is refused with some region error. */
  readonly regionError: number;
  /** The connection breaks before a message reaches the store. */
  readonly loseRequest: number;
  /** It breaks after the store has worked, before the answer reaches the client. */
  readonly loseReply: number;
  /** The store gets a request twice. */
  readonly repeatRequest: number;
  /** The client gets an answer twice. */
  readonly repeatReply: number;
  /** Greatest delay of an answer in milliseconds. */
  readonly delayMs: number;
}

export const CALM: NetworkFaults = {
  regionError: 0,
  loseRequest: 0,
  loseReply: 0,
  repeatRequest: 0,
  repeatReply: 0,
  delayMs: 0,
};

type Bytes = Buffer;
const same = (b: Bytes): Bytes => b;
/** Ids of requests that the proxy repeats: their answers are nobody's. */
const REPEATED = 2 ** 40;

/** What a store may refuse a request with although the client did nothing wrong. */
function refusal(random: Random, regionId: number): ErrorInit {
  const kinds: ErrorInit[] = [
    { message: 'not leader', notLeader: { regionId } },
    { message: 'region not found', regionNotFound: { regionId } },
    { message: 'epoch not match', epochNotMatch: { currentRegions: [] } },
    { message: 'busy', serverIsBusy: { reason: 'test', backoffMs: 1 + random.below(5) } },
    { message: 'stale command', staleCommand: {} },
    { message: 'merging', proposalInMergingMode: { regionId } },
    { message: 'not synced', maxTimestampNotSynced: {} },
    { message: 'not initialized', regionNotInitialized: { regionId } },
    { message: 'mismatch', mismatchPeerId: { requestPeerId: 1, storePeerId: 2 } },
    { message: 'something else' },
  ];
  return random.pick(kinds);
}

/**
 * Stands between a client and a store as a bad network does: messages are delayed, lost with their connection, and
 * repeated, and requests refused. It forwards everything else as it is, timestamps and region lookups too.
 */
export class FaultProxy {
  private readonly server = new Server();
  private client: Client | null = null;
  private readonly open = new Set<() => void>();
  address = '';
  faults: NetworkFaults = CALM;
  /** What was done, for tests to see that something was. */
  readonly counts = { refused: 0, lost: 0, repeated: 0 };

  constructor(private readonly random: Random) {}

  async listen(): Promise<string> {
    this.server.addService(passing(Tikv), this.handlersOf(Tikv));
    this.server.addService(passing(PD), this.handlersOf(PD));
    this.server.addService(passing(Health), this.handlersOf(Health));
    const port = await new Promise<number>((resolve, reject) =>
      this.server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (e, p) =>
        e === null ? resolve(p) : reject(e),
      ),
    );
    this.address = `127.0.0.1:${port}`;
    return this.address;
  }

  /** Where requests go from now on. */
  pointTo(target: string): void {
    this.client?.close();
    this.client = new Client(target, credentials.createInsecure(), {
      'grpc.initial_reconnect_backoff_ms': 50,
      'grpc.max_reconnect_backoff_ms': 200,
      'grpc.use_local_subchannel_pool': 1,
    });
  }

  private chance(p: number): boolean {
    return p > 0 && this.random.next() < p;
  }

  private handlersOf(
    service: Readonly<Record<string, { path: string; requestStream: boolean; responseStream: boolean }>>,
  ) {
    return Object.fromEntries(
      Object.entries(service).map(([name, m]) => {
        if (m.requestStream)
          return [name, (call: ServerDuplexStream<Bytes, Bytes>) => this.stream(m.path, call)];
        return [
          name,
          (call: ServerUnaryCall<Bytes, Bytes>, done: sendUnaryData<Bytes>) => this.unary(m.path, call, done),
        ];
      }),
    );
  }

  private unary(path: string, call: ServerUnaryCall<Bytes, Bytes>, done: sendUnaryData<Bytes>): void {
    const lost = { code: status.UNAVAILABLE, details: 'lost' };
    if (this.client === null || this.chance(this.faults.loseRequest)) {
      done(lost);
      return;
    }
    this.client.makeUnaryRequest(path, same, same, call.request, (e, response) => {
      if (e !== null) done(e);
      else if (this.chance(this.faults.loseReply)) done(lost);
      else this.later(() => done(null, response!));
    });
  }

  private later(action: () => void): void {
    const ms = this.faults.delayMs * this.random.next();
    if (ms < 0.5) action();
    else setTimeout(action, ms);
  }

  private stream(path: string, call: ServerDuplexStream<Bytes, Bytes>): void {
    if (this.client === null) {
      call.emit('error', { code: status.UNAVAILABLE, details: 'lost' });
      return;
    }
    const up: ClientDuplexStream<Bytes, Bytes> = this.client.makeBidiStreamRequest(path, same, same);
    let broken = false;
    const breakOff = (): void => {
      if (broken) return;
      broken = true;
      this.open.delete(breakOff);
      up.cancel();
      call.emit('error', { code: status.UNAVAILABLE, details: 'lost' });
    };
    this.open.add(breakOff);
    const commands = path === Tikv.BatchCommands.path;
    const reply = (bytes: Bytes): void => {
      if (!broken) call.write(bytes);
    };
    call.on('data', (bytes: Bytes) => {
      if (broken) return;
      if (this.chance(this.faults.loseRequest)) {
        this.counts.lost++;
        breakOff();
        return;
      }
      up.write(commands ? this.requests(bytes, reply) : bytes);
    });
    up.on('data', (bytes: Bytes) => {
      if (this.chance(this.faults.loseReply)) {
        this.counts.lost++;
        breakOff();
        return;
      }
      // Timestamps come in the order in which they were asked for.
      if (!commands) reply(bytes);
      else this.later(() => reply(bytes));
      if (commands && this.chance(this.faults.repeatReply)) {
        this.counts.repeated++;
        this.later(() => reply(bytes));
      }
    });
    up.on('error', breakOff);
    up.on('end', breakOff);
    call.on('end', breakOff);
    call.on('cancelled', breakOff);
    call.on('error', breakOff);
  }

  /** The requests of a message that go on to the store; the others are refused at once. */
  private requests(bytes: Bytes, reply: (bytes: Bytes) => void): Bytes {
    if (this.faults.regionError === 0 && this.faults.repeatRequest === 0) return bytes;
    const message = BatchCommandsRequest.decode(bytes);
    const requests: (typeof message.requests)[number][] = [];
    const requestIds: number[] = [];
    const responses: BatchCommandsResponseResponseInit[] = [];
    const refusedIds: number[] = [];
    message.requests.forEach((request, i) => {
      const id = message.requestIds[i]!;
      const cmd = request.cmd;
      if (cmd !== undefined && cmd.tag !== 255 && this.chance(this.faults.regionError)) {
        this.counts.refused++;
        const regionError = refusal(this.random, cmd.value.context?.regionId ?? 0);
        responses.push({ cmd: { tag: cmd.tag, value: { regionError } } as never });
        refusedIds.push(id);
        return;
      }
      requests.push(request);
      requestIds.push(id);
      if (this.chance(this.faults.repeatRequest)) {
        this.counts.repeated++;
        requests.push(request);
        requestIds.push(id + REPEATED);
      }
    });
    if (refusedIds.length > 0) reply(BatchCommandsResponse.encode({ responses, requestIds: refusedIds }));
    return BatchCommandsRequest.encode({ requests, requestIds });
  }

  /** Breaks every connection. */
  breakAll(): void {
    for (const breakOff of [...this.open]) breakOff();
  }

  close(): void {
    this.breakAll();
    this.client?.close();
    this.server.forceShutdown();
  }
}

/** The service with messages as they are on the wire. */
function passing<S extends Readonly<Record<string, object>>>(service: S): never {
  const raw = {
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  };
  return Object.fromEntries(Object.entries(service).map(([name, m]) => [name, { ...m, ...raw }])) as never;
}
