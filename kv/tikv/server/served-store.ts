import {
  Server,
  ServerCredentials,
  status,
  type ServerDuplexStream,
  type ServerUnaryCall,
  type ServerWritableStream,
  type sendUnaryData,
} from '@grpc/grpc-js';
import {
  type EmbeddedStore,
  type EmbeddedStoreOptions,
  type StoreLogger,
  openEmbeddedStore,
} from '../../embedded/engine.js';
import type * as cop from '../generated/coprocessor.js';
import { Deadlock } from '../generated/deadlock.js';
import { Health, HealthCheckResponseServingStatus } from '../generated/grpc_health.js';
import type * as health from '../generated/grpc_health.js';
import { PD } from '../generated/pdpb.js';
import type * as pd from '../generated/pdpb.js';
import { Tikv } from '../generated/tikvpb.js';
import type { TlsFiles } from '../tls.js';
import { type BatchCall, serveBatchCommands } from './batch-commands.js';
import { ClusterFile } from './cluster-file.js';
import { serveCommands, type CommandServer, type RequestCase, type WireCoprocessor } from './commands.js';
import { DurabilityGate } from './durability-gate.js';
import { pdHandlers, serveTso, type PdHandlers, type StoreAddress } from './pd-handlers.js';
import { RegionTable } from './region-table.js';
import { RpcError } from './rpc-error.js';
import { SplitChecker } from './split-checker.js';
import { storeHandlers } from './store-handlers.js';

export interface ServedStoreOptions extends EmbeddedStoreOptions {
  /** Where to listen: `host:port`; port 0 takes a free one. More than one: stores that share the data, between which regions have their leaders. */
  readonly listen: readonly string[];
  /** How clients reach it, in the order of `listen`; by default where it listens. */
  readonly advertise?: readonly string[];
  readonly tls?: TlsFiles | null;
  readonly coprocessor?: WireCoprocessor;
  /** Bytes of keys and values above which a region is split. */
  readonly regionSize?: number;
}

/** TiKV's coprocessor.region-split-size. */
export const DEFAULT_REGION_SIZE = 256 << 20;

const QUIET: StoreLogger = { info: () => {}, warn: () => {}, error: () => {} };

type Unary = (call: ServerUnaryCall<unknown, unknown>, done: sendUnaryData<unknown>) => void;

/** The embedded store behind TiKV's and PD's services. */
export class ServedStore {
  private readonly servers: Server[] = [];
  private collecting: Promise<void> = Promise.resolve();
  private collected = 0n;
  /** Where it listens. */
  bound: readonly string[] = [];
  /** How clients reach it. */
  addresses: readonly string[] = [];

  private constructor(
    readonly store: EmbeddedStore,
    readonly regions: RegionTable,
    private readonly file: ClusterFile,
    readonly splitter: SplitChecker,
    private readonly log: StoreLogger,
  ) {}

  static async open(options: ServedStoreOptions): Promise<ServedStore> {
    const store = await openEmbeddedStore(options);
    try {
      const storeIds = options.listen.map((_, i) => i + 1);
      const file = ClusterFile.open(options.dataDir, storeIds);
      const regions = new RegionTable(file.regions, file.allocateId, (all) => {
        file.regions = all;
        file.save();
      });
      const log = options.logger ?? QUIET;
      const splitter = new SplitChecker(store, regions, options.regionSize ?? DEFAULT_REGION_SIZE, log);
      const served = new ServedStore(store, regions, file, splitter, log);
      await served.listen(options);
      splitter.start();
      return served;
    } catch (e) {
      await store.close();
      throw e;
    }
  }

  private async listen(options: ServedStoreOptions): Promise<void> {
    const bound: string[] = [];
    for (const where of options.listen) {
      const server = new Server({
        'grpc.max_receive_message_length': -1,
        'grpc.max_send_message_length': -1,
        'grpc-node.flow_control_window': 4 << 20,
      });
      this.servers.push(server);
      const port = await new Promise<number>((resolve, reject) =>
        server.bindAsync(where, credentialsOf(options.tls ?? null), (e, p) =>
          e === null ? resolve(p) : reject(e),
        ),
      );
      bound.push(`${where.slice(0, where.lastIndexOf(':'))}:${port}`);
    }
    this.bound = bound;
    const { advertise } = options;
    this.addresses = bound.map((b, i) => advertise?.[i] ?? b);
    const stores: StoreAddress[] = this.addresses.map((address, i) => ({ id: i + 1, address }));
    const scheme = options.tls === undefined || options.tls === null ? 'http' : 'https';
    const collect = (safePoint: bigint): Promise<void> => this.collect(safePoint);
    const pdService = pdHandlers({
      store: this.store,
      file: this.file,
      regions: this.regions,
      stores,
      url: `${scheme}://${this.addresses[0]}`,
      startedAt: Date.now(),
      now: options.now ?? Date.now,
      collect,
    });
    const gate = new DurabilityGate(this.store);
    this.servers.forEach((server, i) => {
      const storeId = stores[i]!.id;
      const serve = serveCommands(
        {
          store: this.store,
          regions: this.regions,
          gate,
          coprocessor: options.coprocessor ?? null,
          clusterId: this.file.clusterId,
          collect,
        },
        storeId,
      );
      this.addTikv(server, serve, storeId);
      if (i === 0) this.addPd(server, pdService);
      this.addHealth(server);
    });
  }

  /** One after the other, and no safe point twice: every region's KvGC asks for the same. */
  private collect(safePoint: bigint): Promise<void> {
    this.collecting = this.collecting.then(async () => {
      if (safePoint <= this.collected) return;
      await this.store.collectGarbage(safePoint);
      this.collected = safePoint;
    });
    return this.collecting;
  }

  private unary(handle: (req: never) => unknown): Unary {
    return (call, done) => {
      Promise.resolve()
        .then(() => handle(call.request as never))
        .then(
          (value) => done(null, value),
          (e: unknown) => {
            this.log.error({ error: String(e) }, 'a request failed');
            const code = e instanceof RpcError ? e.code : status.INTERNAL;
            done({ code, details: e instanceof Error ? e.message : String(e) });
          },
        );
    };
  }

  private addTikv(server: Server, serve: CommandServer, storeId: number): void {
    const command =
      (tag: RequestCase['tag']) =>
      (req: never): unknown =>
        serve(tag, req);
    const direct = storeHandlers(this.store, this.regions, storeId);
    server.addService(Tikv, {
      KvGet: this.unary(command(1)),
      KvScan: this.unary(command(2)),
      KvPrewrite: this.unary(command(3)),
      KvCommit: this.unary(command(4)),
      KvCleanup: this.unary(command(6)),
      KvBatchGet: this.unary(command(7)),
      KvBatchRollback: this.unary(command(8)),
      KvScanLock: this.unary(command(9)),
      KvResolveLock: this.unary(command(10)),
      KvGC: this.unary(command(11)),
      KvDeleteRange: this.unary(command(12)),
      Coprocessor: this.unary(command(22)),
      KvPessimisticLock: this.unary(command(23)),
      KVPessimisticRollback: this.unary(command(24)),
      KvCheckTxnStatus: this.unary(command(25)),
      KvTxnHeartBeat: this.unary(command(26)),
      KvCheckSecondaryLocks: this.unary(command(33)),
      KvFlashbackToVersion: this.unary(command(35)),
      KvPrepareFlashbackToVersion: this.unary(command(36)),
      ...Object.fromEntries(
        Object.entries(direct).map(([name, handle]) => [name, this.unary(handle as never)]),
      ),
      // One answer is a stream too: clients that want less at a time ask with a paging size.
      CoprocessorStream: (call: ServerWritableStream<cop.Request, cop.ResponseInit>) => {
        Promise.resolve()
          .then(() => serve(22, call.request))
          .then(
            (response) => {
              call.write(response);
              call.end();
            },
            (e: unknown) => call.emit('error', { code: status.INTERNAL, details: String(e) }),
          );
      },
      BatchCommands: (call: BatchCall) => {
        serveBatchCommands(call, serve, (e) => this.log.error({ error: String(e) }, 'a command failed'));
      },
    });
    server.addService(Deadlock, {
      GetWaitForEntries: this.unary(() => direct.GetLockWaitInfo({ context: undefined })),
    });
  }

  private addPd(server: Server, handlers: PdHandlers): void {
    const checked = Object.entries(handlers).map(([name, handle]) => [
      name,
      this.unary((req: { header?: pd.RequestHeader | undefined }) => {
        const asked = req.header?.clusterId ?? 0n;
        const free = name === 'GetMembers' || name === 'GetClusterInfo';
        if (!free && asked !== this.file.clusterId && 'header' in req)
          throw new RpcError(
            status.FAILED_PRECONDITION,
            `mismatch cluster id, need ${this.file.clusterId} but got ${asked}`,
          );
        return (handle as (r: unknown) => unknown)(req);
      }),
    ]);
    server.addService(PD, {
      ...Object.fromEntries(checked),
      Tso: (call: ServerDuplexStream<pd.TsoRequest, pd.TsoResponseInit>) => {
        call.on('error', () => {});
        call.on('data', (req: pd.TsoRequest) => {
          if ((req.header?.clusterId ?? 0n) !== this.file.clusterId) {
            call.emit('error', {
              code: status.FAILED_PRECONDITION,
              details: `mismatch cluster id, need ${this.file.clusterId}`,
            });
            return;
          }
          call.write(serveTso(this.store, this.file.clusterId, req));
        });
        call.on('end', () => call.end());
      },
    });
  }

  private addHealth(server: Server): void {
    const serving = { status: HealthCheckResponseServingStatus.SERVING };
    server.addService(Health, {
      Check: this.unary(() => serving),
      Watch: (call: ServerWritableStream<health.HealthCheckRequest, health.HealthCheckResponseInit>) => {
        call.write(serving);
      },
    });
  }

  get gcSafePoint(): bigint {
    return this.file.gcSafePoint;
  }

  async close(): Promise<void> {
    this.splitter.stop();
    for (const s of this.servers) s.forceShutdown();
    await this.collecting.catch(() => undefined);
    await this.store.close();
  }
}

function credentialsOf(tls: TlsFiles | null): ServerCredentials {
  if (tls === null) return ServerCredentials.createInsecure();
  const pair = tls.cert === null || tls.key === null ? [] : [{ cert_chain: tls.cert, private_key: tls.key }];
  // Clients show certificates of the same authority, as TiKV demands it.
  return ServerCredentials.createSsl(tls.ca, pair, true);
}
