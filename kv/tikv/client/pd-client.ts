import { status, type ChannelCredentials, type Client } from '@grpc/grpc-js';
import { mysqlError } from '../../../types/error-table.js';
import { Backoffer } from '../../client/backoff.js';
import { PD, ServiceMode } from '../generated/pdpb.js';
import type * as pb from '../generated/pdpb.js';
import type { Method } from '../wire/codec.js';
import { addressOf, openChannel } from './channel.js';
import { TransportError } from './transport-error.js';
import { callUnary } from './unary.js';

/** pd client's default timeout, and how long a request is tried before the statement fails with 9001. */
const TIMEOUT_MS = 3000;
const BUDGET_MS = 20_000;

const FINAL: ReadonlySet<number> = new Set([
  status.UNIMPLEMENTED,
  status.INVALID_ARGUMENT,
  status.UNAUTHENTICATED,
  status.PERMISSION_DENIED,
  status.FAILED_PRECONDITION,
]);

interface WithHeader {
  readonly header?: { readonly error?: pb.Error | undefined } | undefined;
}

/** PD answered with an error of its own. */
export class PdError extends Error {
  constructor(
    readonly type: number,
    message: string,
  ) {
    super(message);
    this.name = 'PdError';
  }
}

/**
 * The client of a PD cluster: finds its leader among the endpoints given and follows it when it changes. Members found on the way
 * are asked too when the endpoints given are gone.
 */
export class PdClient {
  private clusterId = 0n;
  private leader: { readonly address: string; readonly client: Client } | null = null;
  private finding: Promise<{ readonly address: string; readonly client: Client }> | null = null;
  private readonly clients = new Map<string, Client>();
  private readonly endpoints: string[];
  private stopping = false;

  constructor(
    endpoints: readonly string[],
    private readonly creds: ChannelCredentials,
    private readonly budgetMs = BUDGET_MS,
  ) {
    this.endpoints = endpoints.map(addressOf);
  }

  get cluster(): bigint {
    return this.clusterId;
  }

  header(): pb.RequestHeaderInit {
    return { clusterId: this.clusterId };
  }

  private clientOf(address: string): Client {
    let client = this.clients.get(address);
    if (client === undefined) {
      client = openChannel(address, this.creds);
      this.clients.set(address, client);
    }
    return client;
  }

  /** The leader as last known, asked for when it is not. */
  private findLeader(): Promise<{ readonly address: string; readonly client: Client }> {
    if (this.leader !== null) return Promise.resolve(this.leader);
    this.finding ??= this.askMembers().finally(() => (this.finding = null));
    return this.finding;
  }

  private async askMembers(): Promise<{ readonly address: string; readonly client: Client }> {
    let last: unknown = new TransportError('pd', 'there is no leader');
    for (const address of [...this.endpoints]) {
      try {
        const client = this.clientOf(address);
        const members = await callUnary(
          client,
          address,
          PD.GetMembers,
          { header: this.header() },
          TIMEOUT_MS,
        );
        const id = members.header?.clusterId ?? 0n;
        const error = members.header?.error;
        if (error !== undefined && error.type !== 0) throw new TransportError(address, error.message);
        if (this.clusterId === 0n) this.clusterId = id;
        else if (id !== 0n && id !== this.clusterId)
          throw new TransportError(address, `it belongs to cluster ${id}, not ${this.clusterId}`);
        for (const m of [...members.members, ...(members.leader === undefined ? [] : [members.leader])])
          for (const url of m.clientUrls)
            if (!this.endpoints.includes(addressOf(url))) this.endpoints.push(addressOf(url));
        const url = members.leader?.clientUrls[0];
        if (url === undefined) continue;
        const at = addressOf(url);
        this.leader = { address: at, client: this.clientOf(at) };
        return this.leader;
      } catch (e) {
        last = e;
      }
    }
    throw last;
  }

  /** The leader is to be looked for again. */
  forgetLeader(): void {
    this.leader = null;
  }

  /** Asks the leader, whoever it is by now. Throws 9001 when there is none for too long, PdError for what it answers. */
  async call<Req, ReqInit, Res extends WithHeader, ResInit>(
    method: Method<Req, ReqInit, Res, ResInit>,
    request: (header: pb.RequestHeaderInit) => ReqInit,
  ): Promise<Res> {
    let bo: Backoffer | null = null;
    for (;;) {
      try {
        const { client, address } = await this.findLeader();
        const res = await callUnary(client, address, method, request(this.header()), TIMEOUT_MS);
        const error = res.header?.error;
        if (error === undefined || error.type === 0) return res;
        if (!/not leader|no leader/i.test(error.message)) throw new PdError(error.type, error.message);
      } catch (e) {
        if (e instanceof PdError) throw e;
        // What PD refuses it refuses again: another cluster's requests, calls that it does not have, credentials that it does not take.
        if (FINAL.has((e as { code?: number }).code ?? status.OK)) throw e;
      }
      if (this.stopping) throw mysqlError('ER_PD_SERVER_TIMEOUT');
      this.forgetLeader();
      // A connection that broke, or a leader that resigned, is no reason to wait: the new one is asked at once.
      if (bo !== null) await bo.sleep('pdRPC');
      else bo = new Backoffer(this.budgetMs);
    }
  }

  /** A stream to the leader: timestamps. */
  async leaderClient(): Promise<{ readonly address: string; readonly client: Client }> {
    return this.findLeader();
  }

  /** Whether PD serves timestamps itself, as it does unless it was split into services. */
  async servesTso(): Promise<boolean> {
    try {
      const res = await this.call(PD.GetClusterInfo, () => ({}));
      return !res.serviceModes.includes(ServiceMode.API_SVC_MODE);
    } catch {
      return true;
    }
  }

  /** Requests from now on are tried once: the process is about to end. */
  stopRetrying(): void {
    this.stopping = true;
  }

  close(): void {
    this.stopping = true;
    for (const c of this.clients.values()) c.close();
    this.clients.clear();
    this.leader = null;
  }
}
