import { Metadata, status, type ChannelCredentials, type Client } from '@grpc/grpc-js';
import type * as rpc from '../../rpc.js';
import { Health, HealthCheckResponseServingStatus } from '../generated/grpc_health.js';
import { Tikv } from '../generated/tikvpb.js';
import * as cmd from '../translate/commands.js';
import type { Command, CommandTag } from '../translate/commands.js';
import { contextToWire } from '../translate/context.js';
import { waitFromWire } from '../translate/key-error.js';
import { mvccFromWire } from '../translate/mvcc-info.js';
import { regionErrorFromWire } from '../translate/region-error.js';
import { BatchStream } from './batch-stream.js';
import { openChannel } from './channel.js';
import { Liveness } from './liveness.js';
import { TransportError } from './transport-error.js';
import { callUnary } from './unary.js';

/** client-go's ReadTimeoutShort and ReadTimeoutMedium, in milliseconds. */
const SHORT = 30_000;
const MEDIUM = 60_000;
const LONG = 20 * 60_000;
/**
 * How long a store may work on a write (client-go's MaxWriteExecutionTime): it is given up before we are tired of waiting, so that no
 * write takes place long after its transaction was rolled back.
 */
const WRITE = SHORT - 10_000;
/** The score from which on client-go takes a store for slow. */
const SLOW = 80;
/** Who is not asked tells nothing new: after so long it is tried again. */
const SLOW_MS = 15_000;
/** From so many keys on a request is one of many of a large transaction. */
const BULK_KEYS = 64;
/** TiDB's flashbackTimeout, of one region. */
const FLASHBACK = 3 * 60_000;
/** TiDB's store-liveness-timeout. */
const LIVENESS = 1000;
/** Names the store that a request is for, where another is asked to hand it on (TiKV's proxy). */
const FORWARDED_HOST = 'tikv-forwarded-host';

interface Connections {
  readonly address: string;
  readonly clients: readonly Client[];
  readonly streams: readonly BatchStream[];
  /** For the requests of large transactions: stores serve what comes over one connection in order. */
  readonly bulk: BatchStream;
}

/** The operations of one store, over BatchCommands streams of a few connections to wherever PD says that it is. */
export class StoreClient implements rpc.KvRpc {
  private open: Connections | null = null;
  private opening: Promise<Connections> | null = null;
  /** Set when the store did not answer: it may have moved. */
  private suspect = false;
  private closed = false;
  private slowUntil = 0;
  /** Whether the store answers when it is asked how it is. */
  readonly liveness = new Liveness(() => this.isServing());

  constructor(
    private readonly addressOf: () => Promise<string>,
    private readonly creds: ChannelCredentials,
    private readonly connections: number,
    /** Gives the address of the store for which this one is asked, when it is another. */
    private readonly forwardedHost: (() => Promise<string>) | null = null,
  ) {}

  private connect(): Promise<Connections> {
    this.opening ??= this.lookUp().finally(() => (this.opening = null));
    return this.opening;
  }

  private async lookUp(): Promise<Connections> {
    const address = await this.addressOf();
    this.suspect = false;
    if (this.open?.address === address) return this.open;
    if (this.closed) throw new TransportError(address, 'the client is closed');
    disconnect(this.open);
    const metadata = new Metadata();
    if (this.forwardedHost !== null) metadata.set(FORWARDED_HOST, await this.forwardedHost());
    // None connects before it is used.
    const clients = Array.from({ length: this.connections + 1 }, () => openChannel(address, this.creds));
    const streams = clients.map((c) => new BatchStream(address, c, metadata, this.onHealth));
    const bulk = streams.pop()!;
    this.open = { address, clients, streams, bulk };
    return this.open;
  }

  /** True where nothing speaks against it: a store that was not found, or that knows no health check, is found out about by requests. */
  private async isServing(): Promise<boolean> {
    if (this.open === null || this.closed) return true;
    const { clients, address } = this.open;
    try {
      const res = await callUnary(clients[0]!, address, Health.Check, {}, LIVENESS);
      return res.status === HealthCheckResponseServingStatus.SERVING;
    } catch (e) {
      return (e as { code?: number }).code === status.UNIMPLEMENTED;
    }
  }

  /** The store said not long ago that it is slow: others are asked where they may be. */
  get slow(): boolean {
    return performance.now() < this.slowUntil;
  }

  private readonly onHealth = (slowScore: number): void => {
    this.slowUntil = slowScore >= SLOW ? performance.now() + SLOW_MS : 0;
  };

  /** Asks PD for the address again before the next request, and the store how it is. */
  doubt(): void {
    this.suspect = true;
    this.liveness.suspect();
  }

  private async send<T extends CommandTag, Req, Res>(
    command: Command<T, Req, Res>,
    req: Req,
    timeoutMs: number,
    large = false,
  ): Promise<Res> {
    const { streams, bulk } = this.open !== null && !this.suspect ? this.open : await this.connect();
    if (large) return command.response(await bulk.send(command.tag, command.request(req), timeoutMs));
    // The connection with the least to do: a large answer delays what comes behind it.
    let stream = streams[0]!;
    for (let i = 1; i < streams.length && stream.pending > 0; i++)
      if (streams[i]!.pending < stream.pending) stream = streams[i]!;
    return command.response(await stream.send(command.tag, command.request(req), timeoutMs));
  }

  private write<T extends CommandTag, Req extends { readonly context: rpc.RpcContext }, Res>(
    command: Command<T, Req, Res>,
    req: Req,
    keys = 1,
  ): Promise<Res> {
    const limited = { ...req, context: { ...req.context, maxExecutionMs: WRITE } };
    return this.send(command, limited, SHORT, keys >= BULK_KEYS);
  }

  get(req: rpc.GetRequest): Promise<rpc.GetResponse> {
    return this.send(cmd.GET, req, SHORT);
  }

  batchGet(req: rpc.BatchGetRequest): Promise<rpc.BatchGetResponse> {
    return this.send(cmd.BATCH_GET, req, MEDIUM);
  }

  scan(req: rpc.ScanRequest): Promise<rpc.ScanResponse> {
    return this.send(cmd.SCAN, req, MEDIUM);
  }

  prewrite(req: rpc.PrewriteRequest): Promise<rpc.PrewriteResponse> {
    return this.write(cmd.PREWRITE, req, req.txnSize);
  }

  commit(req: rpc.CommitRequest): Promise<rpc.CommitResponse> {
    return this.write(cmd.COMMIT, req, req.keys.length);
  }

  batchRollback(req: rpc.BatchRollbackRequest): Promise<rpc.KeyErrorsResponse> {
    return this.write(cmd.BATCH_ROLLBACK, req, req.keys.length);
  }

  pessimisticLock(req: rpc.PessimisticLockRequest): Promise<rpc.PessimisticLockResponse> {
    const timeout = SHORT + Math.max(0, req.waitTimeout);
    return this.send(cmd.PESSIMISTIC_LOCK, req, timeout, req.mutations.length >= BULK_KEYS);
  }

  pessimisticRollback(req: rpc.PessimisticRollbackRequest): Promise<rpc.KeyErrorsResponse> {
    return this.write(cmd.PESSIMISTIC_ROLLBACK, req, req.keys.length);
  }

  txnHeartBeat(req: rpc.TxnHeartBeatRequest): Promise<rpc.TxnHeartBeatResponse> {
    return this.write(cmd.TXN_HEART_BEAT, req);
  }

  checkTxnStatus(req: rpc.CheckTxnStatusRequest): Promise<rpc.CheckTxnStatusResponse> {
    return this.write(cmd.CHECK_TXN_STATUS, req);
  }

  checkSecondaryLocks(req: rpc.CheckSecondaryLocksRequest): Promise<rpc.CheckSecondaryLocksResponse> {
    return this.send(cmd.CHECK_SECONDARY_LOCKS, req, SHORT);
  }

  resolveLock(req: rpc.ResolveLockRequest): Promise<rpc.KeyErrorsResponse> {
    return this.write(cmd.RESOLVE_LOCK, req, req.keys.length);
  }

  scanLock(req: rpc.ScanLockRequest): Promise<rpc.ScanLockResponse> {
    return this.send(cmd.SCAN_LOCK, req, MEDIUM);
  }

  gc(req: rpc.GcRequest): Promise<rpc.KeyErrorsResponse> {
    return this.send(cmd.GC, req, LONG);
  }

  deleteRange(req: rpc.DeleteRangeRequest): Promise<rpc.KeyErrorsResponse> {
    return this.send(cmd.DELETE_RANGE, req, MEDIUM);
  }

  coprocessor(req: rpc.CoprocessorRequest): Promise<rpc.CoprocessorResponse> {
    return this.send(cmd.COPROCESSOR, req, MEDIUM);
  }

  prepareFlashback(req: rpc.PrepareFlashbackRequest): Promise<rpc.FlashbackResponse> {
    return this.send(cmd.PREPARE_FLASHBACK, req, FLASHBACK);
  }

  flashback(req: rpc.FlashbackRequest): Promise<rpc.FlashbackResponse> {
    return this.send(cmd.FLASHBACK, req, FLASHBACK);
  }

  async mvccGetByKey({ context, key }: rpc.MvccGetByKeyRequest): Promise<rpc.MvccGetByKeyResponse> {
    const { clients, address } = await this.connect();
    const request = { context: contextToWire(context), key };
    const res = await callUnary(clients[0]!, address, Tikv.MvccGetByKey, request, MEDIUM);
    if (res.regionError !== undefined) return { regionError: regionErrorFromWire(res.regionError) };
    if (res.error !== '') throw new Error(res.error);
    return { info: mvccFromWire(res.info) };
  }

  async splitRegion(
    context: rpc.RpcContext,
    splitKeys: readonly Uint8Array[],
  ): Promise<{ readonly regionError?: rpc.RegionError; readonly regionIds: readonly number[] }> {
    const { clients, address } = await this.connect();
    const request = { context: contextToWire(context), splitKeys };
    const res = await callUnary(clients[0]!, address, Tikv.SplitRegion, request, MEDIUM);
    if (res.regionError !== undefined)
      return { regionError: regionErrorFromWire(res.regionError), regionIds: [] };
    return { regionIds: res.regions.map((r) => r.id) };
  }

  /** Removes a range of the whole store at once, beyond MVCC and regions. */
  async destroyRange(startKey: Uint8Array, endKey: Uint8Array): Promise<void> {
    const { clients, address } = await this.connect();
    const res = await callUnary(clients[0]!, address, Tikv.UnsafeDestroyRange, { startKey, endKey }, LONG);
    if (res.regionError !== undefined) throw new Error(regionErrorFromWire(res.regionError).kind);
    if (res.error !== '') throw new Error(res.error);
  }

  /** Requests that wait for pessimistic locks. */
  async lockWaits(): Promise<rpc.WaitForEntry[]> {
    const { clients, address } = await this.connect();
    const res = await callUnary(clients[0]!, address, Tikv.GetLockWaitInfo, {}, SHORT);
    return res.entries.map(waitFromWire);
  }

  close(): void {
    this.closed = true;
    this.liveness.close();
    disconnect(this.open);
    this.open = null;
  }
}

function disconnect(c: Connections | null): void {
  if (c === null) return;
  for (const s of [...c.streams, c.bulk]) s.close();
  for (const client of c.clients) client.close();
}
