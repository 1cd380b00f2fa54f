import { compareBytes } from '../codec/byte-writer.js';
import type { PrewriteRequest, PrewriteResponse } from '../rpc.js';
import type { CommitPath } from './commit-path.js';
import { KeyReservation } from './key-reservation.js';
import { Findings, type Percolator, writesOf } from './percolator.js';
import { VersionKind } from './record.js';
import type { TimestampOracle } from './tso.js';

/** Time that one step may hold up the event loop, roughly, and what one part of the log holds at most. */
const STEP_MS = 4;
const MAX_PART_KEYS = 2048;
const MAX_PART_BYTES = 256 << 10;
const INTERRUPTED: PrewriteResponse = {
  errors: [{ kind: 'abort', message: 'interrupted' }],
  minCommitTs: 0n,
  onePcCommitTs: 0n,
};
/** Keys that the order is looked at, or locks that are dropped, between two looks at the clock. */
const STRIDE = 256;

/** Above either of these a commit in one phase is made in steps. */
export interface LargeCommitLimits {
  readonly keys: number;
  readonly bytes: number;
}

export const LARGE_COMMIT: LargeCommitLimits = { keys: 4096, bytes: 2 << 20 };

/**
 * Commits of so many keys that others would wait for them: made in steps of milliseconds, and visible as a whole.
 *
 *  1. The keys are **reserved**: whoever wants to write or lock one of them waits from now on.
 *  2. They are looked at as in any prewrite. What is found in the way, or a statement that is killed, ends the commit; nothing has
 *     been written yet.
 *  3. The commit timestamp C is taken **ahead** of all that are given until the end (`TimestampOracle.hold`). So the versions go into
 *     LMDB and the log part by part under C, and no reader sees any, since all read below C. Should timestamps come
 *     near C, what is left is done at once.
 *  4. The log's last record makes the parts a transaction, and timestamps beyond C may be given: that is the commit. Then the
 *     keys are let go.
 *
 * After a crash the log's parts without that record are nothing. LMDB's snapshot on disk must not have any of them either: between 3
 * and the moment when that record is on disk no checkpoint is written (`Checkpointer.holdBack`).
 */
export class LargeCommits {
  private tail: Promise<unknown> = Promise.resolve();
  private current: Application | null = null;

  constructor(
    private readonly path: CommitPath,
    private readonly percolator: Percolator,
    private readonly tso: TimestampOracle,
    private readonly limits: LargeCommitLimits,
    /** The store can not go on: part of a commit is in memory that will never be whole. */
    private readonly fail: (error: Error) => void,
  ) {}

  takes({ mutations, tryOnePc, maxCommitTs }: PrewriteRequest): boolean {
    if (tryOnePc !== true || (maxCommitTs !== undefined && maxCommitTs !== 0n)) return false;
    if (mutations.length >= this.limits.keys) return true;
    if (mutations.length < 2) return false;
    let bytes = 0;
    for (const { value } of mutations) if (value !== undefined) bytes += value.length;
    return bytes >= this.limits.bytes;
  }

  /** The answer, before it is durable; null when the keys are not in order. Throws what the store throws. */
  commit(req: PrewriteRequest): Promise<PrewriteResponse | null> {
    const done = this.tail.then(() => this.run(req));
    this.tail = done.catch(() => undefined);
    return done;
  }

  /** Resolves when no commit is under way. */
  async idle(): Promise<void> {
    for (let tail: unknown = null; tail !== this.tail;) {
      tail = this.tail;
      await this.tail;
    }
  }

  /** Somebody reads at this timestamp: the commit on its way is done when it may be seen there. */
  readAt(ts: bigint): void {
    if (this.current !== null && ts >= this.current.commitTs) this.finishNow();
  }

  private async run(req: PrewriteRequest): Promise<PrewriteResponse | null> {
    const { locks } = this.path;
    if (!(await inOrder(req))) return null;
    if (isInterrupted(req)) return INTERRUPTED;
    const reservation = new KeyReservation(req.startVersion, req.primaryLock, req.mutations);
    const found = new Findings();
    locks.section(() => locks.reserve(reservation), true);
    let release: readonly { readonly id: string }[] = [];
    let answer: PrewriteResponse | null = null;
    try {
      await this.look(req, reservation, found);
      answer = found.answerTo(req);
      if (isInterrupted(req)) answer ??= INTERRUPTED;
      answer ??= { errors: [], minCommitTs: 0n, onePcCommitTs: await this.apply(req) };
    } finally {
      locks.section(() => {
        release = locks.unreserve();
      }, true);
      const own = answer !== null && answer.onePcCommitTs !== 0n ? found.own : [];
      await this.letGo([...own, ...(release as Findings['own'])]);
    }
    await this.tso.passed(answer.onePcCommitTs);
    return answer;
  }

  private async look(req: PrewriteRequest, reservation: KeyReservation, found: Findings): Promise<void> {
    const { locks } = this.path;
    const { length } = req.mutations;
    for (let at = 0, more = true; more && at < length && !isInterrupted(req);) {
      locks.section(() => {
        reservation.suspended = true;
        try {
          const until = performance.now() + STEP_MS;
          do {
            const to = Math.min(length, at + STRIDE);
            more = this.percolator.check(req, at, to, found);
            at = to;
          } while (more && at < length && performance.now() < until);
        } finally {
          reservation.suspended = false;
        }
      }, true);
      await nextTurn();
    }
  }

  private async apply(req: PrewriteRequest): Promise<bigint> {
    const { path, tso } = this;
    const { locks } = path;
    const over = await path.checkpointer.holdBack();
    const commitTs = locks.section(() => tso.hold(() => this.finishNow()), true);
    const application = new Application(path, req, commitTs);
    this.current = application;
    try {
      while (this.current === application) {
        if (application.step(STEP_MS)) this.finishNow();
        else await nextTurn();
      }
    } catch (error) {
      this.current = null;
      if (application.begun) {
        // Timestamps stay below what can not be undone; after a restart it is not there.
        this.fail(error as Error);
      } else {
        locks.section(() => tso.release());
        over();
      }
      throw error;
    }
    void path.wal.sync().then(over, noop);
    return commitTs;
  }

  /** In one turn: what is left, and the commit. */
  private finishNow(): void {
    const application = this.current;
    if (application === null) throw new Error('the store has given up a commit half way');
    application.step(Infinity);
    const { path, tso } = this;
    path.locks.section(() => {
      this.current = null;
      path.commitParts(application.startTs, application.commitTs, application.keys);
      tso.release();
    });
  }

  private async letGo(own: Findings['own']): Promise<void> {
    const { locks } = this.path;
    for (let at = 0; at < own.length;) {
      locks.section(() => {
        for (const until = performance.now() + STEP_MS; at < own.length && performance.now() < until;)
          for (const to = Math.min(own.length, at + STRIDE); at < to; at++) locks.removeIfHeld(own[at]!);
        locks.wake();
      }, true);
      await nextTurn();
    }
  }
}

/** The writes of one commit on their way into LMDB and the log. */
class Application {
  /** Keys written so far. */
  readonly keys: Uint8Array[] = [];
  private at = 0;
  /** Keys of a part: as many as take about a step. */
  private stride = 256;

  constructor(
    private readonly path: CommitPath,
    private readonly req: PrewriteRequest,
    readonly commitTs: bigint,
  ) {}

  get startTs(): bigint {
    return this.req.startVersion;
  }

  get begun(): boolean {
    return this.at > 0;
  }

  /** Goes on for about so long; true when all is done. */
  step(ms: number): boolean {
    const { mutations } = this.req;
    for (let now = performance.now(), until = now + ms; this.at < mutations.length && now < until;) {
      const to = this.partEnd();
      const part = writesOf(mutations, this.at, to);
      this.path.locks.section(() => this.path.applyPart(this.startTs, this.commitTs, part), true);
      for (const { kind, key } of part) if (kind !== VersionKind.lock) this.keys.push(key);
      this.at = to;
      const took = performance.now() - now;
      now += took;
      if (took > STEP_MS) this.stride = Math.max(16, this.stride >> 1);
      else if (took < STEP_MS / 2) this.stride = Math.min(MAX_PART_KEYS, this.stride * 2);
    }
    return this.at === mutations.length;
  }

  private partEnd(): number {
    const { mutations } = this.req;
    let to = this.at;
    for (let bytes = 0; to < mutations.length && to - this.at < this.stride && bytes < MAX_PART_BYTES; to++) {
      const { key, value } = mutations[to]!;
      bytes += key.length + (value?.length ?? 0);
    }
    return to;
  }
}

const isInterrupted = ({ signal }: PrewriteRequest): boolean => signal?.aborted === true;

async function inOrder(req: PrewriteRequest): Promise<boolean> {
  const { mutations } = req;
  for (let until = performance.now() + STEP_MS, i = 1; i < mutations.length; i++) {
    if (compareBytes(mutations[i - 1]!.key, mutations[i]!.key) >= 0) return false;
    if (i % STRIDE === 0 && performance.now() > until) {
      await nextTurn();
      if (isInterrupted(req)) return true;
      until = performance.now() + STEP_MS;
    }
  }
  return true;
}

function noop(): void {}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
