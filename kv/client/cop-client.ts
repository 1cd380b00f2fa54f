import type { Chunk, ChunkSource } from '../../chunk/chunk.js';
import type { CoprocessorRequest, CoprocessorResponse, KeyRange } from '../rpc.js';
import { LockedError } from '../mvcc-reader.js';
import type { CopTask } from '../storage.js';
import { compareBytes } from '../codec/byte-writer.js';
import { NOT_ACTIVE, type ActiveReader } from './active-timestamps.js';
import { interruptible, interruptionOf } from './interruptible.js';
import { Backoffer, BackoffBudget } from './backoff.js';
import type { ClientContext, WireFragment } from './client-context.js';
import { type KnownLocks, NO_KNOWN_LOCKS } from './lock-resolver.js';
import { maxStart, minEnd, splitRanges, type RegionRoute, type Router } from './router.js';
import { KvSnapshot } from './snapshot.js';

/** What of a task's plan the stores are asked for: null = nothing, once one of them has refused it. */
interface Asked {
  /** 0: of a store in this process. */
  readonly id: bigint;
  fragment: WireFragment | null;
  /** A lock was in the way of a read of the past. */
  metLocks?: boolean;
}

/** A store has no form of something in the fragment, or not the one that we took it to have. */
class RefusedError extends Error {}

/** How TiKV words that (tidb_query_executors, tidb_query_expr); errors of evaluation come in another way. */
const REFUSAL = /support|unexpected|not implemented/i;

/** Stores schedule the requests of a task together (kvrpcpb.Context.task_id). */
let lastTask = 0n;

/** The part of a task that one region answers, and the stream of its answer. */
class RegionTask implements ChunkSource {
  private source: ChunkSource | null = null;
  private bo: Backoffer | null = null;
  private known: KnownLocks = NO_KNOWN_LOCKS;
  private closed = false;
  /** Rows have come of the fragment: it cannot begin anew. */
  private answered = false;
  /** Set when the region changed before it answered: the ranges must be split anew. */
  stale = false;

  constructor(
    private readonly client: ClientContext,
    private readonly task: CopTask,
    /** By which the route was found. */
    private readonly router: Router,
    readonly route: RegionRoute,
    /** What is still to be answered. */
    public ranges: readonly KeyRange[],
    private readonly asked: Asked,
  ) {}

  private request(): CoprocessorRequest {
    const { task, route, known } = this;
    const plain = this.asked.id === 0n && known === NO_KNOWN_LOCKS;
    return {
      context: plain
        ? route.context
        : {
            ...route.context,
            taskId: this.asked.id,
            resolvedLocks: known.ignorable,
            committedLocks: known.committed,
          },
      dag: task.dag,
      startTs: task.startTs,
      ranges: this.ranges,
      keepOrder: task.keepOrder,
      desc: task.desc,
      pagingSize: task.pagingSize ?? 0,
      signal: task.signal,
    };
  }

  next(): Chunk | null | Promise<Chunk | null> {
    if (this.closed) return null;
    if (this.source === null) {
      const { client } = this;
      const { fragment } = this.asked;
      if (fragment !== null) {
        const pages = new WirePages(fragment, (size) => this.page(fragment, size));
        this.source = fragment.above(pages);
      } else if (client.coprocessor !== null) {
        const { startTs, signal } = this.task;
        this.source = client.coprocessor.run(this.request(), new KvSnapshot(client, startTs, { signal }));
      } else {
        const res = this.route.rpc.coprocessor(this.request());
        if (res instanceof Promise || res.chunks === undefined) return this.open(res);
        this.source = res.chunks;
      }
    }
    let chunk: Chunk | null | Promise<Chunk | null>;
    try {
      chunk = this.source.next();
    } catch (e) {
      return this.recover(e);
    }
    return chunk instanceof Promise ? chunk.catch((e) => this.recover(e)) : chunk;
  }

  /** The stream stopped at a lock: resolved, it goes on from there. What the store refused is done here, over its rows. */
  private async recover(e: unknown): Promise<Chunk | null> {
    if (e instanceof RefusedError) {
      await this.source?.close();
      this.source = null;
      this.asked.fragment = null;
      return this.next();
    }
    if (!(e instanceof LockedError)) throw e;
    this.bo ??= new Backoffer(BackoffBudget.coprocessor, this.task.signal);
    // The stream has the context that it began with: its transaction counts as one that it was told of, whose locks must go.
    const told = [e.lock.lockVersion];
    const known: KnownLocks = { ignorable: told, committed: told };
    await this.client.resolver.resolveForRead([e.lock], this.task.startTs, known, this.bo);
    return this.next();
  }

  /** The next part of the answer over the wire; null at the end, or when the ranges must be split anew. */
  private async page(fragment: WireFragment, pagingSize: number): Promise<Chunk[] | null> {
    if (this.ranges.length === 0 || this.closed || this.stale) return null;
    let askedAt = 0;
    const ask = (): CoprocessorResponse | Promise<CoprocessorResponse> => {
      askedAt = performance.now();
      return this.route.rpc.coprocessor({ ...this.request(), wire: fragment.data, pagingSize });
    };
    const res = await this.answer(ask(), ask, !this.answered);
    if (res === null) return null;
    fragment.figures.answered(performance.now() - askedAt, res.details);
    this.answered = true;
    const chunks = fragment.chunks(res.data!);
    this.ranges = res.range === undefined ? [] : remaining(this.ranges, res.range, this.task.desc);
    return chunks;
  }

  private async open(first: CoprocessorResponse | Promise<CoprocessorResponse>): Promise<Chunk | null> {
    const res = await this.answer(first, () => this.route.rpc.coprocessor(this.request()));
    if (res === null) return null;
    if (this.closed) {
      await res.chunks?.close();
      return null;
    }
    this.source = res.chunks ?? null;
    return this.source === null ? null : this.next();
  }

  /** An answer without region errors and locks in the way. Null: the region is another by now. */
  private async answer(
    first: CoprocessorResponse | Promise<CoprocessorResponse>,
    ask: () => CoprocessorResponse | Promise<CoprocessorResponse>,
    mayRefuse = false,
  ): Promise<CoprocessorResponse | null> {
    this.bo ??= new Backoffer(BackoffBudget.coprocessor, this.task.signal);
    const { bo, client, route } = this;
    let pending: CoprocessorResponse | Promise<CoprocessorResponse> | null = first;
    for (;;) {
      let res: CoprocessorResponse;
      try {
        // Whoever waits goes when the statement is interrupted; the store ends by the request's own limit.
        res = await interruptible(pending ?? ask(), this.task.signal);
      } catch (e) {
        pending = null;
        if (e instanceof Error && 'sqlState' in e) throw e;
        if (this.router.onSendFailure(route, e) !== true) await bo.sleep('tikvRPC');
        if (client.router.whole === null) return this.giveBack();
        continue;
      }
      pending = null;
      if (res.regionError !== undefined) {
        if (this.router.onRegionError(route, res.regionError) !== true) await bo.regionError(res.regionError);
        if (client.router.whole === null) return this.giveBack();
      } else if (res.locked !== undefined) {
        this.known = await client.resolver.resolveForRead([res.locked], this.task.startTs, this.known, bo);
        // A peer that reads in the past may be behind what the lock's transaction has come to: the leader is not.
        if (route.context.staleRead === true) {
          this.asked.metLocks = true;
          return this.giveBack();
        }
      } else if (res.otherError !== undefined) {
        const { otherError } = res;
        throw mayRefuse && REFUSAL.test(otherError.message)
          ? new RefusedError(otherError.message)
          : otherError;
      } else return res;
    }
  }

  private giveBack(): null {
    this.stale = true;
    return null;
  }

  close(): void | Promise<void> {
    this.closed = true;
    return this.source?.close();
  }
}

/** The parts of an answer over the wire as one stream. */
class WirePages implements ChunkSource {
  private chunks: readonly Chunk[] = [];
  private at = 0;
  private count = 0;

  constructor(
    private readonly fragment: WireFragment,
    private readonly page: (pagingSize: number) => Promise<Chunk[] | null>,
  ) {}

  next(): Chunk | null | Promise<Chunk | null> {
    return this.at < this.chunks.length ? this.chunks[this.at++]! : this.fetch();
  }

  private async fetch(): Promise<Chunk | null> {
    for (;;) {
      const chunks = await this.page(this.fragment.pageSize(this.count++));
      if (chunks === null) return null;
      if (chunks.length === 0) continue;
      this.chunks = chunks;
      this.at = 1;
      return chunks[0]!;
    }
  }

  close(): void {
    this.at = this.chunks.length;
  }
}

/** What of ascending ranges lies behind the covered one: above it, or below it for a scan from the end. */
function remaining(ranges: readonly KeyRange[], covered: KeyRange, desc: boolean): KeyRange[] {
  const rest: KeyRange[] = [];
  for (const r of ranges) {
    if (desc) {
      const endKey = r.endKey.length === 0 ? covered.startKey : minEnd(r.endKey, covered.startKey);
      if (compareBytes(r.startKey, endKey) < 0) rest.push({ startKey: r.startKey, endKey });
      continue;
    }
    const startKey = maxStart(r.startKey, covered.endKey);
    if (r.endKey.length === 0 || compareBytes(startKey, r.endKey) < 0)
      rest.push({ startKey, endKey: r.endKey });
  }
  return rest;
}

/**
 * Sends a plan fragment to every region of its ranges and merges the streams: in the order of the ranges when that is
 * asked for, else as they come. At most `concurrency` regions work at a time.
 */
export class CopStream implements ChunkSource, ActiveReader {
  readonly ts: bigint;
  place = NOT_ACTIVE;
  /** Region tasks not begun, in order of use. */
  private waiting: RegionTask[] | null = null;
  private readonly running: { task: RegionTask; chunk: Promise<Chunk | null> }[] = [];
  private single: RegionTask | null = null;
  private done = false;
  private readonly asked: Asked;
  private mostRunning = 0;

  constructor(
    private readonly client: ClientContext,
    private readonly task: CopTask,
  ) {
    this.ts = task.startTs;
    client.active.add(this);
    this.asked = { id: ++lastTask, fragment: client.coprocessor?.fragment(task.dag) ?? null };
    const whole = client.router.whole;
    if (whole !== null)
      this.single = new RegionTask(client, task, client.router, whole, task.ranges, {
        id: 0n,
        fragment: null,
      });
  }

  next(): Chunk | null | Promise<Chunk | null> {
    if (this.done) return null;
    if (this.task.signal?.aborted === true) {
      void this.close();
      throw interruptionOf(this.task.signal);
    }
    if (this.single === null) return this.nextOfMany();
    const chunk = this.single.next();
    if (chunk instanceof Promise) return chunk.then((c) => this.passed(c));
    return this.passed(chunk);
  }

  private passed(chunk: Chunk | null): Chunk | null {
    if (chunk === null) this.finish();
    return chunk;
  }

  private async split(ranges: readonly KeyRange[]): Promise<RegionTask[]> {
    const { client, task, asked } = this;
    const router =
      asked.metLocks === true ? client.router : client.readsAt(task.startTs, task.expectedBytes ?? 0);
    const groups = await splitRanges(router, ranges);
    const tasks = groups.map((g) => new RegionTask(client, task, router, g.route, g.items, asked));
    return this.task.desc ? tasks.reverse() : tasks;
  }

  private async nextOfMany(): Promise<Chunk | null> {
    this.waiting ??= await this.split(this.task.ranges);
    while (!this.done) {
      while (this.running.length < this.task.concurrency && this.waiting.length > 0)
        this.run(this.waiting.shift()!);
      if (this.running.length === 0) break;
      const at = this.task.keepOrder
        ? 0
        : await Promise.race(this.running.map((r, i) => r.chunk.then(() => i)));
      const slot = this.running[at]!;
      const chunk = await slot.chunk;
      if (chunk !== null) {
        slot.chunk = Promise.resolve(slot.task.next());
        slot.chunk.catch(() => {});
        return chunk;
      }
      this.running.splice(at, 1);
      if (slot.task.stale) {
        const again = await this.split(slot.task.ranges);
        if (this.task.keepOrder) {
          // What was begun after the stale task waits again behind its parts, unread.
          this.running.splice(at, 0, ...again.map((task) => begin(task)));
        } else {
          this.waiting.unshift(...again);
        }
      }
    }
    this.finish();
    return null;
  }

  private run(task: RegionTask): void {
    this.running.push(begin(task));
    this.mostRunning = Math.max(this.mostRunning, this.running.length);
  }

  private finish(): void {
    this.done = true;
    this.client.active.delete(this);
    this.asked.fragment?.figures.finished(this.mostRunning);
  }

  async close(): Promise<void> {
    if (this.done && this.single === null && this.running.length === 0) return;
    this.finish();
    const open = this.single !== null ? [this.single] : this.running.map((r) => r.task);
    this.single = null;
    this.running.length = 0;
    for (const t of open) await t.close();
  }
}

function begin(task: RegionTask): { task: RegionTask; chunk: Promise<Chunk | null> } {
  const chunk = Promise.resolve().then(() => task.next());
  // Awaited later: a rejection until then is not unhandled.
  chunk.catch(() => {});
  return { task, chunk };
}
