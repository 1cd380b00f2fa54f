import {
  Server,
  ServerCredentials,
  status,
  type sendUnaryData,
  type ServerDuplexStream,
  type ServerUnaryCall,
} from '@grpc/grpc-js';
import { openTikvStorage } from '../client/open-tikv-storage.js';
import type { Storage } from '../../storage.js';
import { encodeRegionKey } from '../region-key.js';
import { message, type Raw, RawMessage } from './raw-proto.js';

/**
 * The client against a PD and stores that know nothing but the field numbers of the public protocol, written down here by hand, and
 * that do what is legal but seldom seen.
 */
export const CLUSTER = 7_123_456_789_012_345_678n;
export const bytes = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s));
export const text = (b: Uint8Array | null): string | null => (b === null ? null : Buffer.from(b).toString());

type Unary = (request: RawMessage) => Buffer;
export type Command = (tag: number, request: RawMessage, store: FakeStore) => Buffer;

const raw = {
  requestDeserialize: (b: Buffer): Buffer => b,
  responseSerialize: (b: Buffer): Buffer => b,
  requestSerialize: (b: Buffer): Buffer => b,
  responseDeserialize: (b: Buffer): Buffer => b,
};
const definition = (service: string, name: string, stream: boolean) => ({
  path: `/${service}/${name}`,
  requestStream: stream,
  responseStream: stream,
  ...raw,
});

/** Statuses that an answer may be instead. */
class Refusal extends Error {
  constructor(readonly code: number) {
    super('refused');
  }
}

async function listen(
  service: string,
  unary: Readonly<Record<string, Unary>>,
  streams: Readonly<Record<string, (call: ServerDuplexStream<Buffer, Buffer>) => void>>,
): Promise<{ server: Server; address: string }> {
  const server = new Server();
  const methods: Record<string, unknown> = {};
  const handlers: Record<string, unknown> = {};
  for (const [name, answer] of Object.entries(unary)) {
    methods[name] = definition(service, name, false);
    handlers[name] = (call: ServerUnaryCall<Buffer, Buffer>, done: sendUnaryData<Buffer>) => {
      try {
        done(null, answer(new RawMessage(call.request)));
      } catch (e) {
        done({ code: e instanceof Refusal ? e.code : status.UNKNOWN, details: String(e) });
      }
    };
  }
  for (const [name, serve] of Object.entries(streams)) {
    methods[name] = definition(service, name, true);
    handlers[name] = serve;
  }
  server.addService(methods as never, handlers as never);
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (e, p) =>
      e === null ? resolve(p) : reject(e),
    ),
  );
  return { server, address: `127.0.0.1:${port}` };
}

/** A region: [1] id, [2] [3] keys, [4] epoch ([1] conf_ver, [2] version), [5] peers ([1] id, [2] store_id, [3] role). */
export const region = (id: number, start: string, end: string, version: number): Buffer =>
  message([
    [1, id],
    [2, encodeRegionKey(bytes(start))],
    [3, encodeRegionKey(bytes(end))],
    [
      4,
      message([
        [1, 1],
        [2, version],
      ]),
    ],
    [
      5,
      message([
        [1, id * 10 + 1],
        [2, 1],
      ]),
    ],
    [
      5,
      message([
        [1, id * 10 + 2],
        [2, 2],
      ]),
    ],
    [
      5,
      message([
        [1, id * 10 + 3],
        [2, 3],
        [3, 1],
      ]),
    ],
    // A field of a later version.
    [99, 'later'],
  ]);

export class FakeStore {
  address = '';
  server!: Server;
  /** Commands in the order in which they came. */
  readonly asked: {
    readonly tag: number;
    readonly request: RawMessage;
    readonly host: string;
    /** Number of the stream that it came over. */
    readonly stream: number;
  }[] = [];
  private streams = 0;
  /** What it tells of itself with each answer. */
  slowScore = 1;

  constructor(private readonly heard: (tag: number, request: RawMessage) => void) {}

  async start(command: Command): Promise<void> {
    const batch = (call: ServerDuplexStream<Buffer, Buffer>): void => {
      // Of the store that is meant, where it is another.
      const stream = this.streams++;
      const host = String(call.metadata.get('tikv-forwarded-host')[0] ?? '');
      call.on('error', () => undefined);
      call.on('end', () => call.end());
      call.on('data', (data: Buffer) => {
        const m = new RawMessage(data);
        const ids = m.ints(2);
        const answers = m.messages(1).map((r, i) => {
          const tag = r.numbers[0]!;
          const request = r.message(tag);
          this.asked.push({ tag, request, host, stream });
          this.heard(tag, request);
          return { id: ids[i]!, answer: message([[tag, command(tag, request, this)]]) };
        });
        // An answer to nobody, then the answers from the last to the first, each twice.
        call.write(
          message([
            [1, message([[1, message([])]])],
            [2, 4_000_000],
            [3, 77],
          ]),
        );
        for (const { id, answer } of answers.reverse())
          for (let n = 0; n < 2; n++)
            call.write(
              message([
                [1, answer],
                [2, id],
                [
                  4,
                  message([
                    [1, 1],
                    [2, 5],
                    [3, this.slowScore],
                  ]),
                ],
                [100, 1],
              ]),
            );
      });
    };
    const started = await listen('tikvpb.Tikv', {}, { BatchCommands: batch });
    this.server = started.server;
    this.address = started.address;
  }
}

export class FakeCluster {
  /** False: PD refuses to say where a key is. */
  tellsRegions = true;
  /** How often it says that no store has joined it. */
  notYet = 0;
  /** Commands to all stores in the order in which they came. */
  readonly order: { readonly store: number; readonly tag: number; readonly request: RawMessage }[] = [];
  readonly stores = [1, 2, 3].map(
    (store) => new FakeStore((tag, request) => void this.order.push({ store, tag, request })),
  );
  /** Labels of the stores: [4] of metapb.Store, [1] key, [2] value. */
  labels: readonly (readonly (readonly [string, string])[])[] = [[], [], []];
  readonly rows = new Map<string, string>();
  readonly unheaded: string[] = [];
  /** Of the client. */
  zone = '';
  private readonly servers: Server[] = [];
  private follower = '';
  private logical = 0;
  storage!: Storage;
  /** What stores answer instead of what they would. */
  intercept: Command = () => Buffer.alloc(0);
  regions = [region(1, '', 'm', 5), region(2, 'm', '', 5)];

  /** Every request but two kinds names the cluster: [1] header, [1] cluster_id. */
  private checked(name: string, answer: Unary): Unary {
    return (request) => {
      if (request.message(1).int(1) !== CLUSTER) {
        this.unheaded.push(name);
        throw new Refusal(status.FAILED_PRECONDITION);
      }
      return answer(request);
    };
  }

  async start(): Promise<void> {
    for (const s of this.stores) await s.start((tag, request, store) => this.command(tag, request, store));
    const header: readonly [number, Raw] = [1, message([[1, CLUSTER]])];
    const regionOf = (key: Uint8Array): number =>
      Buffer.compare(key, encodeRegionKey(bytes('m'))) < 0 ? 0 : 1;
    let leader = '';
    const members = (): Buffer =>
      message([
        header,
        [
          2,
          message([
            [1, 'a'],
            [2, 1],
            [4, `http://${this.follower}`],
          ]),
        ],
        [
          2,
          message([
            [1, 'b'],
            [2, 2],
            [4, `http://${leader}/`],
          ]),
        ],
        [
          3,
          message([
            [1, 'b'],
            [2, 2],
            [4, `http://${leader}/`],
          ]),
        ],
      ]);
    const checked = (name: string, answer: Unary): Record<string, Unary> => ({
      [name]: this.checked(name, answer),
    });
    const led = await listen(
      'pdpb.PD',
      {
        GetMembers: members,
        ...checked('IsBootstrapped', () => message([header, [2, this.notYet-- <= 0]])),
        ...checked('GetStore', (r) => {
          const id = Number(r.int(2));
          const store = this.stores[id - 1];
          if (store === undefined)
            return message([
              [
                1,
                message([
                  [1, CLUSTER],
                  [
                    2,
                    message([
                      [1, 1],
                      [2, 'no store'],
                    ]),
                  ],
                ]),
              ],
            ]);
          return message([
            header,
            [
              2,
              message([
                [1, id],
                [2, store.address],
                [3, 0],
              ]),
            ],
          ]);
        }),
        ...checked('GetAllStores', () =>
          message([
            header,
            ...this.stores.map(
              (store, i) =>
                [
                  2,
                  message([
                    [1, i + 1],
                    [2, store.address],
                    ...this.labels[i]!.map(
                      ([key, value]) =>
                        [
                          4,
                          message([
                            [1, key],
                            [2, value],
                          ]),
                        ] as const,
                    ),
                  ]),
                ] as const,
            ),
          ]),
        ),
        // No leader is known: the peer is empty, as some versions say it.
        ...checked('GetRegion', (r) => {
          if (!this.tellsRegions) throw new Refusal(status.PERMISSION_DENIED);
          return message([header, [2, this.regions[regionOf(r.bytes(2))]!], [3, message([])]]);
        }),
        // As an old PD lists them: [2] regions, [3] leaders.
        ...checked('ScanRegions', (r) =>
          message([header, ...this.regions.slice(regionOf(r.bytes(2))).map((x) => [2, x] as const)]),
        ),
        ...checked('UpdateServiceGCSafePoint', () => message([header, [2, 'x'], [4, 1]])),
      },
      { Tso: (call) => this.timestamps(call) },
    );
    leader = led.address;
    const followed = await listen(
      'pdpb.PD',
      {
        GetMembers: members,
        IsBootstrapped: () => {
          throw new Refusal(status.UNAVAILABLE);
        },
      },
      {},
    );
    this.follower = followed.address;
    this.servers.push(led.server, followed.server);
    this.storage = await openTikvStorage({ pd: [this.follower], zone: this.zone });
  }

  /** [2] count; answered with the last of them: [3] [1] physical, [2] logical, [3] suffix_bits. */
  private timestamps(call: ServerDuplexStream<Buffer, Buffer>): void {
    call.on('error', () => undefined);
    call.on('end', () => call.end());
    call.on('data', (data: Buffer) => {
      const r = new RawMessage(data);
      if (r.message(1).int(1) !== CLUSTER) this.unheaded.push('Tso');
      this.logical += Number(r.int(2)) * 4;
      const ts = message([
        [1, 1_700_000_000_000],
        [2, this.logical + 3],
        [3, 2],
      ]);
      call.write(
        message([
          [1, message([[1, CLUSTER]])],
          [2, r.int(2)],
          [3, ts],
        ]),
      );
    });
  }

  private command(tag: number, request: RawMessage, store: FakeStore): Buffer {
    const other = this.intercept(tag, request, store);
    if (other.length > 0) return other;
    switch (tag) {
      // Get: [2] key; [3] value, [4] not_found, which a store may leave out.
      case 1: {
        const value = this.rows.get(request.text(2));
        return value === undefined ? message([]) : message([[3, value]]);
      }
      // Prewrite: [2] mutations; [3] min_commit_ts, [4] one_pc_commit_ts.
      case 3:
        for (const m of request.messages(2)) this.rows.set(m.text(2), m.text(3));
        return request.int(13) === 1n
          ? message([[4, request.int(10) + 1n]])
          : message(request.int(11) === 1n ? [[3, request.int(10) + 5n]] : []);
      case 4:
        return message([[3, request.int(4)]]);
      // BatchGet: from the last key to the first, with an empty value for what is not there.
      case 7:
        return message(
          request
            .allBytes(2)
            .map((key) => Buffer.from(key).toString())
            .reverse()
            .map(
              (key) =>
                [
                  2,
                  message([
                    [2, key],
                    [3, this.rows.get(key) ?? ''],
                  ]),
                ] as const,
            ),
        );
      default:
        return message([]);
    }
  }

  async stop(): Promise<void> {
    await this.storage.close();
    for (const s of [...this.servers, ...this.stores.map((x) => x.server)]) s.forceShutdown();
  }

  asked(tag: number): RawMessage[] {
    return this.stores.flatMap((s) => s.asked.filter((a) => a.tag === tag).map((a) => a.request));
  }
}
