import { Metadata, status, type ChannelCredentials, type Client } from '@grpc/grpc-js';
import { mysqlError } from '../../../types/error-table.js';
import { Backoffer } from '../../client/backoff.js';
import { ErrorType, PD } from '../generated/pdpb.js';
import type * as pb from '../generated/pdpb.js';
import type { Method } from '../wire/codec.js';
import { addressOf, openChannel } from './channel.js';
import { TransportError } from './transport-error.js';
import { callUnary } from './unary.js';

/** pd client's default timeout, and how long a request is tried before the statement fails with 9001. */
const TIMEOUT_MS = 3000;
const BUDGET_MS = 20_000;

/** Names the leader that a request is for, where a follower is asked to hand it on. */
const FORWARDED_HOST = 'pd-forwarded-host';
/** How long a leader that could not be reached is asked through others before it is tried again. */
const FORWARD_MS = 10_000;

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

/** Where the leader is asked. */
export interface LeaderRoute {
  readonly address: string;
  readonly client: Client;
  readonly metadata: Metadata;
  /** performance.now() up to which it is asked through a follower; Infinity when it is asked itself. */
  readonly until: number;
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
  private leader: LeaderRoute | null = null;
  private finding: Promise<LeaderRoute> | null = null;
  /** A leader that did not answer when it was asked itself. */
  private outOfReach = '';
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
  findLeader(): Promise<LeaderRoute> {
    const { leader } = this;
    if (leader !== null && performance.now() < leader.until) return Promise.resolve(leader);
    this.finding ??= this.askMembers().finally(() => (this.finding = null));
    return this.finding;
  }

  private async askMembers(): Promise<LeaderRoute> {
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
        this.leader = this.routeTo(addressOf(url), url, client, address);
        return this.leader;
      } catch (e) {
        last = e;
      }
    }
    throw last;
  }

  /** A leader that was just out of reach is asked through the member that still names it, for a while. */
  private routeTo(leader: string, url: string, member: Client, memberAddress: string): LeaderRoute {
    const metadata = new Metadata();
    const forward = leader === this.outOfReach && memberAddress !== leader;
    this.outOfReach = '';
    if (!forward) return { address: leader, client: this.clientOf(leader), metadata, until: Infinity };
    metadata.set(FORWARDED_HOST, url);
    return { address: memberAddress, client: member, metadata, until: performance.now() + FORWARD_MS };
  }

  /** The leader is to be looked for again: it does not lead any more, or, `unanswered`, did not answer. */
  forgetLeader(unanswered = false): void {
    if (unanswered && this.leader?.until === Infinity) this.outOfReach = this.leader.address;
    this.leader = null;
  }

  /** Asks the leader, whoever it is by now. Throws 9001 when there is none for too long, PdError for what it answers. */
  async call<Req, ReqInit, Res extends WithHeader, ResInit>(
    method: Method<Req, ReqInit, Res, ResInit>,
    request: (header: pb.RequestHeaderInit) => ReqInit,
  ): Promise<Res> {
    let bo: Backoffer | null = null;
    for (;;) {
      let reason: string;
      let unanswered = false;
      try {
        const { client, address, metadata } = await this.findLeader();
        const res = await callUnary(client, address, method, request(this.header()), TIMEOUT_MS, metadata);
        const error = res.header?.error;
        if (error === undefined || error.type === 0) return res;
        // A leader that has just taken office does not know its cluster yet.
        const early = error.type === ErrorType.NOT_BOOTSTRAPPED;
        if (!early && !/not leader|no leader/i.test(error.message))
          throw new PdError(error.type, error.message);
        reason = `${address}: ${error.message}`;
      } catch (e) {
        if (e instanceof PdError) throw e;
        // What PD refuses it refuses again: another cluster's requests, calls that it does not have, credentials that it does not take.
        if (FINAL.has((e as { code?: number }).code ?? status.OK)) throw e;
        reason = e instanceof Error ? e.message : String(e);
        unanswered = true;
      }
      if (this.stopping) throw mysqlError('ER_PD_SERVER_TIMEOUT', reason);
      this.forgetLeader(unanswered);
      // A connection that broke, or a leader that resigned, is no reason to wait: the new one is asked at once.
      if (bo !== null) await bo.sleep('pdRPC', Infinity, reason);
      else bo = new Backoffer(this.budgetMs);
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
