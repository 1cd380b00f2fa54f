import type { MessagePort } from 'node:worker_threads';
import type {
  BorrowerNews,
  ColumnName,
  Lender,
  LenderNews,
  LentColumn,
} from '../../executor/columnar/column-lending.js';
import type { LentColumns } from '../../executor/columnar/lent-columns.js';
import type { SharedTables } from '../../executor/columnar/taken-tables.js';
import type { ThreadPool } from '../../executor/parallel/thread-pool.js';
import { lentThreads, type ThreadSource } from '../../executor/parallel/thread-source.js';
import type { Awaitable } from '../../types/awaitable.js';
import type { ProcessInfo } from '../../catalog/virtual/virtual-table.js';
import { mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import type { EngineCore } from '../engine/engine-core.js';
import { reloadBlacklist, type BlacklistName } from '../engine/optimizer-blacklists.js';
import { killLocal } from '../engine/kill.js';
import { localPlan, type PlanRequest } from '../engine/connection-plan.js';
import type { ExplainTable } from '../../planner/explain/explain.js';
import type { Session } from '../session.js';
import type { Fact } from '../summary/fact-rows.js';
import {
  type DeadlockFact,
  localDeadlocks,
  localTransactions,
  type TransactionFact,
} from '../transaction-tables.js';
import { findVariable } from '../variables/system-variable.js';
import type { BusData, NodeBus } from './node-bus.js';
import type { NodeCounts } from '../status/counts.js';
import { StoreLocks } from './store-locks.js';

type RowDelta = readonly [table: number, rows: number, modified: number];

/**
 * This node among those that share its store. Everything here only carries news: what must hold in spite of lost messages is in
 * the store (schema versions are checked at commit, owners by their lease, ids by their batches).
 */
export class Cluster {
  private readonly counts = new Map<number, NodeCounts>();
  private timer: NodeJS.Timeout | null = null;

  constructor(
    private readonly core: EngineCore,
    private readonly bus: NodeBus,
    /** Number of this node among its fellows; 0 for one that is alone. */
    readonly serverId: number,
    /** Names this node among all that ever were on the store. */
    readonly nodeId: string,
    private readonly countsMs: number,
  ) {}

  /** Whether other nodes may work on the store. */
  get shared(): boolean {
    return this.serverId !== 0;
  }

  start(): void {
    const { core, bus } = this;
    bus.serve('schema', async (data) => {
      const { tableId, version } = data as { tableId: number; version: number };
      await core.refreshSchema();
      await core.awaitLocalVersion(null, tableId, version);
      return null;
    });
    bus.serve('end others', async (data) => {
      const { connectionId } = data as { connectionId: number; version: number };
      await core.refreshSchema();
      await core.endLocalOthers(connectionId);
      return null;
    });
    bus.serve('rows replaced', async () => {
      await core.rereadStatistics();
      return null;
    });
    bus.serve('reload', async () => {
      await core.refreshSchema();
      return null;
    });
    bus.serve('bindings', async () => {
      await core.bindings.reload();
      return null;
    });
    bus.serve('plan captures', async () => {
      await core.planCaptures.reload();
      return null;
    });
    bus.serve('watches', async () => {
      await core.queryWatches.load();
      return null;
    });
    bus.serve('blacklist', async (which) => {
      await reloadBlacklist(core, which as BlacklistName);
      return null;
    });
    bus.serve('accounts', async () => {
      await core.accounts.reload();
      return null;
    });
    bus.serve('global', (data) => {
      const { name, value } = data as { name: string; value: string };
      const variable = findVariable(name);
      if (variable !== undefined) core.globals.set(variable, value);
      return null;
    });
    bus.serve('statistics', async (data) => {
      await core.statistics.reload(data as number);
      await core.statistics.reloadLocks();
      return null;
    });
    bus.serve('rows', (data) => {
      const { from, deltas, counts } = data as unknown as {
        from: number;
        deltas: readonly RowDelta[];
        counts: NodeCounts;
      };
      for (const [table, rows, modified] of deltas) core.rowCounts.addForeign(table, rows, modified);
      this.counts.set(from, counts);
      return null;
    });
    bus.serve('processes', () => core.localProcesses() as unknown as BusData);
    bus.serve('transactions', () => localTransactions(core) as unknown as BusData);
    bus.serve('deadlocks', () => localDeadlocks(core) as unknown as BusData);
    bus.serve('kill', (data) => {
      const { id, queryOnly, user, all } = data as unknown as KillRequest;
      try {
        return killLocal(core, id, queryOnly, user, all) ? 'killed' : 'unknown';
      } catch (e) {
        if (e instanceof MysqlError) return 'denied';
        throw e;
      }
    });
    bus.serve('plan', (request) => localPlan(core, request as unknown as PlanRequest) as unknown as BusData);
    bus.serve('lock holder', (data) => core.userLocks.confirmedHolder(data as string));
    bus.serve('oldest', (since) => {
      core.giveUpReads(BigInt(since as string));
      return String(core.storage.oldestActiveTs() ?? '');
    });
    if (!this.shared) return;
    core.userLocks.nodes = new StoreLocks(core.storage);
    this.timer = setInterval(() => this.tellCounts(), this.countsMs);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    if (this.timer !== null) clearInterval(this.timer);
    await this.bus.close();
  }

  /** Whether this node must look at the store before it relies on the schema that it knows. */
  get lapsed(): boolean {
    return this.bus.lapsed;
  }

  /** Looks up in the store what this node has missed, and makes it count again. */
  revive(): Promise<void> {
    return this.bus.revive();
  }

  /** The timestamp that commits must stay below for other nodes to have counted on this one; null: any. */
  get countedOnBefore(): bigint | null {
    return this.bus.countedOnBefore;
  }

  /** Resolves when every node has the schema version and no transaction of theirs works with the table as it was before. */
  async awaitVersion(tableId: number, version: number): Promise<void> {
    await this.bus.require('schema', { tableId, version });
  }

  /** Ends all connections of other nodes but the one; resolves when their transactions are gone and the schema is known there. */
  async endOthers(connectionId: number, version: number): Promise<void> {
    await this.bus.require('end others', { connectionId, version });
  }

  async tellRowsReplaced(): Promise<void> {
    await this.bus.require('rows replaced', null);
  }

  /** There is a newer schema. Returns when all living nodes have it. */
  async tellSchema(): Promise<void> {
    await this.bus.require('reload', null);
  }

  /** Accounts or privileges changed. Returns when the nodes that can be reached know. */
  async tellAccounts(): Promise<void> {
    await this.bus.ask('accounts', null);
  }

  /** Returns when the nodes that are there know which plans are to be captured. */
  async tellPlanCaptures(): Promise<void> {
    await this.bus.ask('plan captures', null);
  }

  /** Global bindings changed. */
  async tellBindings(): Promise<void> {
    await this.bus.ask('bindings', null);
  }

  /** ADMIN RELOAD of a blacklist of the optimizer. */
  /** The list of QUERY WATCH changed. */
  async tellWatches(): Promise<void> {
    await this.bus.ask('watches', null);
  }

  async tellBlacklist(which: BlacklistName): Promise<void> {
    await this.bus.ask('blacklist', which);
  }

  async tellGlobal(name: string, value: string): Promise<void> {
    await this.bus.ask('global', { name, value });
  }

  tellStatistics(tableId: number): void {
    this.bus.tell('statistics', tableId);
  }

  /** Lets other nodes ask for rows of a virtual table that are this node's. */
  serveFacts(name: string, facts: () => Awaitable<readonly Fact[]>): void {
    this.bus.serve(`facts/${name}`, async () => (await facts()) as unknown as BusData);
  }
  /** What `serveFacts` of the other nodes gives. */
  async foreignFacts(name: string): Promise<Fact[]> {
    if (!this.shared) return [];
    return (await this.bus.ask(`facts/${name}`, null)).flatMap((a) => a as unknown as Fact[]);
  }

  /** Rows of the process list of the other nodes. */
  async foreignProcesses(): Promise<ProcessInfo[]> {
    if (!this.shared) return [];
    const answers = await this.bus.ask('processes', null);
    return answers.flatMap((a) => a as unknown as ProcessInfo[]);
  }

  /** Transactions that run on the other nodes. */
  async foreignTransactions(): Promise<TransactionFact[]> {
    if (!this.shared) return [];
    return (await this.bus.ask('transactions', null)).flatMap((a) => a as unknown as TransactionFact[]);
  }

  /** Deadlocks that statements of the other nodes ran into. */
  async foreignDeadlocks(): Promise<DeadlockFact[]> {
    if (!this.shared) return [];
    return (await this.bus.ask('deadlocks', null)).flatMap((a) => a as unknown as DeadlockFact[]);
  }

  /** KILL of a connection that this node does not have. Throws 1094, 1095. */
  async killForeign(by: Session, id: number, queryOnly: boolean): Promise<void> {
    const request: KillRequest = {
      id,
      queryOnly,
      user: by.connection.user,
      all: by.privileges.has('CONNECTION_ADMIN', null, null),
    };
    const answers = this.shared ? await this.bus.ask('kill', request as unknown as BusData) : [];
    if (answers.includes('killed')) return;
    if (answers.includes('denied')) throw mysqlError('ER_KILL_DENIED_ERROR', id);
    throw mysqlError('ER_NO_SUCH_THREAD', id);
  }

  /** See `localPlan`: of a connection that this node does not have. */
  async foreignPlan(request: PlanRequest): Promise<ExplainTable | 'denied' | 'none' | 'unknown'> {
    const answers = this.shared ? await this.bus.ask('plan', request as unknown as BusData) : [];
    const answer = answers.find((a) => a !== null);
    return answer === undefined ? 'unknown' : (answer as unknown as ExplainTable | 'denied' | 'none');
  }

  /** Connection of another node that holds a lock of GET_LOCK, or null. */
  async foreignLockHolder(name: string): Promise<number | null> {
    if (!this.shared) return null;
    const answers = await this.bus.ask('lock holder', name);
    return (answers.find((a) => a !== null) as number | undefined) ?? null;
  }

  /** The oldest timestamp that any node reads at, or null. What reads at one before `since` reads no further. */
  async oldestTs(since: bigint): Promise<bigint | null> {
    this.core.giveUpReads(since);
    const answers = await this.bus.ask('oldest', String(since));
    let oldest = this.core.storage.oldestActiveTs();
    for (const answer of answers) {
      if (answer === '') continue;
      const ts = BigInt(answer as string);
      if (oldest === null || ts < oldest) oldest = ts;
    }
    return oldest;
  }

  /** Lends columns to the nodes that are threads of this process. */
  lendColumns(lent: LentColumns): void {
    const { bus } = this;
    lent.borrowers = { tell: (news) => bus.tell('lent columns', news as unknown as BusData) };
    const answers = {
      'column tables': (ids: unknown) => lent.share(ids as number[] | null),
      'lend column': (name: unknown) => lent.lend(name as ColumnName),
      'column news': (news: unknown) => {
        lent.heed(news as BorrowerNews);
        return null;
      },
    };
    for (const [topic, answer] of Object.entries(answers))
      bus.serve(topic, async (data) => (await answer(data)) as unknown as BusData);
  }

  /** Columns of the thread of this process that has the store; null where there is no such other thread. */
  columnLender(heed: (news: LenderNews) => void): Lender | null {
    const { bus } = this;
    if (bus.askStore === undefined) return null;
    const ask = <T>(topic: string, data: unknown): Promise<T> => bus.askStore!(topic, data) as Promise<T>;
    bus.serve('lent columns', (news) => {
      heed(news as unknown as LenderNews);
      return null;
    });
    return {
      tables: (ids) => ask<SharedTables>('column tables', ids).catch(() => null),
      borrow: (name) => ask<LentColumn | null>('lend column', name),
      tell: (news) => void ask('column news', news).catch(() => undefined),
    };
  }

  /** Lends threads for analytic statements to the nodes that are threads of this process. */
  lendThreads(pool: ThreadPool): void {
    this.bus.serve('lend thread', (data) => {
      const { node, port } = data as unknown as { node: number; port: MessagePort };
      pool.lend(node, port);
      return null;
    });
  }

  /** Threads that the node of the thread with the store has started; null where there is no such other node. */
  threadLender(): ThreadSource | null {
    const { bus, serverId } = this;
    if (bus.askStore === undefined) return null;
    return lentThreads(async (port) => {
      await bus.askStore!('lend thread', { node: serverId, port }, [port]);
    });
  }

  /** What the other nodes have counted, as they last told. */
  foreignCounts(): Iterable<NodeCounts> {
    return this.counts.values();
  }

  private tellCounts(): void {
    const { core } = this;
    const deltas = core.rowCounts.takeDeltas();
    this.bus.tell('rows', {
      from: this.serverId,
      deltas: deltas as unknown as BusData,
      counts: core.localCounts() as unknown as BusData,
    });
  }
}

interface KillRequest {
  readonly id: number;
  readonly queryOnly: boolean;
  readonly user: string;
  readonly all: boolean;
}
