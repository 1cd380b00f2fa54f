import type { Chunk, ChunkSource } from '../../chunk/chunk.js';
import { mysqlError } from '../../types/error-table.js';
import type { CoprocessorRequest, CoprocessorResponse, KeyRange } from '../rpc.js';
import { LockedError } from '../mvcc-reader.js';
import type { CopTask } from '../storage.js';
import type { ActiveReader } from './active-timestamps.js';
import { Backoffer, BackoffBudget } from './backoff.js';
import type { ClientContext } from './client-context.js';
import { resolveForRead } from './lock-resolver.js';
import { splitRanges, type RegionRoute } from './router.js';
import { KvSnapshot } from './snapshot.js';

/** The part of a task that one region answers, and the stream of its answer. */
class RegionTask implements ChunkSource {
  private source: ChunkSource | null = null;
  private bo: Backoffer | null = null;
  private ignorable: readonly bigint[] = [];
  private closed = false;
  /** Set when the region changed before it answered: the ranges must be split anew. */
  stale = false;

  constructor(
    private readonly client: ClientContext,
    private readonly task: CopTask,
    readonly route: RegionRoute,
    readonly ranges: readonly KeyRange[],
  ) {}

  private request(): CoprocessorRequest {
    const { task, route } = this;
    return {
      context:
        this.ignorable.length === 0 ? route.context : { ...route.context, resolvedLocks: this.ignorable },
      dag: task.dag,
      startTs: task.startTs,
      ranges: this.ranges,
      keepOrder: task.keepOrder,
      desc: task.desc,
      pagingSize: task.pagingSize ?? 0,
      signal: task.signal,
    };
  }

  private ask(): CoprocessorResponse | Promise<CoprocessorResponse> {
    const request = this.request();
    const { coprocessor } = this.client;
    if (coprocessor !== null) {
      const { startTs, signal } = this.task;
      const chunks = coprocessor(request, new KvSnapshot(this.client, startTs, { signal }));
      if (chunks !== null) return { chunks };
    }
    return this.route.rpc.coprocessor(request);
  }

  next(): Chunk | null | Promise<Chunk | null> {
    if (this.closed) return null;
    if (this.source === null) {
      const res = this.ask();
      if (res instanceof Promise || res.chunks === undefined) return this.open(res);
      this.source = res.chunks;
    }
    let chunk: Chunk | null | Promise<Chunk | null>;
    try {
      chunk = this.source.next();
    } catch (e) {
      return this.afterLock(e);
    }
    return chunk instanceof Promise ? chunk.catch((e) => this.afterLock(e)) : chunk;
  }

  /** The stream stopped at a lock: resolved, it goes on from there. */
  private async afterLock(e: unknown): Promise<Chunk | null> {
    if (!(e instanceof LockedError)) throw e;
    this.bo ??= new Backoffer(BackoffBudget.coprocessor, this.task.signal);
    await resolveForRead(this.client.resolver, [e.lock], this.task.startTs, this.bo);
    return this.next();
  }

  private async open(first: CoprocessorResponse | Promise<CoprocessorResponse>): Promise<Chunk | null> {
    this.bo ??= new Backoffer(BackoffBudget.coprocessor, this.task.signal);
    const { bo, client, route } = this;
    let pending: CoprocessorResponse | Promise<CoprocessorResponse> | null = first;
    for (;;) {
      let res: CoprocessorResponse;
      try {
        res = await (pending ?? this.ask());
      } catch (e) {
        pending = null;
        if (e instanceof Error && 'sqlState' in e) throw e;
        client.router.onSendFailure(route, e);
        await bo.sleep('tikvRPC');
        if (client.router.whole === null) return this.giveBack();
        continue;
      }
      pending = null;
      if (res.regionError !== undefined) {
        client.router.onRegionError(route, res.regionError);
        await bo.regionError(res.regionError);
        if (client.router.whole === null) return this.giveBack();
      } else if (res.locked !== undefined) {
        const more = await resolveForRead(client.resolver, [res.locked], this.task.startTs, bo);
        if (more.length > 0) this.ignorable = [...this.ignorable, ...more];
      } else if (res.otherError !== undefined) {
        throw res.otherError;
      } else if (this.closed) {
        await res.chunks?.close();
        return null;
      } else {
        this.source = res.chunks ?? null;
        return this.source === null ? null : this.next();
      }
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

/**
 * Sends a plan fragment to every region of its ranges and merges the streams: in the order of the ranges when that is
 * asked for, else as they come. At most `concurrency` regions work at a time.
 */
export class CopStream implements ChunkSource, ActiveReader {
  readonly ts: bigint;
  /** Region tasks not begun, in order of use. */
  private waiting: RegionTask[] | null = null;
  private readonly running: { task: RegionTask; chunk: Promise<Chunk | null> }[] = [];
  private single: RegionTask | null = null;
  private done = false;

  constructor(
    private readonly client: ClientContext,
    private readonly task: CopTask,
  ) {
    this.ts = task.startTs;
    client.active.add(this);
    const whole = client.router.whole;
    if (whole !== null) this.single = new RegionTask(client, task, whole, task.ranges);
  }

  next(): Chunk | null | Promise<Chunk | null> {
    if (this.done) return null;
    if (this.task.signal?.aborted === true) {
      void this.close();
      throw mysqlError('ER_QUERY_INTERRUPTED');
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
    const groups = await splitRanges(this.client.router, ranges);
    const tasks = groups.map((g) => new RegionTask(this.client, this.task, g.route, g.items));
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
  }

  private finish(): void {
    this.done = true;
    this.client.active.delete(this);
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
