import type { Storage } from '../kv/storage.js';
import { transact } from '../kv/transact.js';
import { mysqlError } from '../types/error-table.js';
import { MetaMutator, type SequencePosition } from './meta/meta.js';
import type { DbInfo, SequenceInfo, TableInfo } from './model.js';

/** Bounds and step of a sequence as integers. */
interface Steps {
  readonly start: bigint;
  readonly increment: bigint;
  readonly min: bigint;
  readonly max: bigint;
}

const stepsOf = (s: SequenceInfo): Steps => ({
  start: BigInt(s.start),
  increment: BigInt(s.increment),
  min: BigInt(s.minValue),
  max: BigInt(s.maxValue),
});

/**
 * The first value behind `last` (null: the first of all) in a round, null when there is none. The first round goes in steps from
 * START, later ones from the bound at which they begin.
 */
function following(s: Steps, last: bigint | null, round: bigint): bigint | null {
  const up = s.increment > 0n;
  const origin = round === 0n ? s.start : up ? s.min : s.max;
  let value = origin;
  if (last !== null) {
    const gone = up ? last - origin : origin - last;
    const step = up ? s.increment : -s.increment;
    const n = gone < 0n ? -(-gone / step) : gone / step + 1n;
    value = origin + n * s.increment;
    // Division rounds towards zero: below the origin the step found may still lie at or before `last`.
    if (up ? value <= last : value >= last) value += s.increment;
  }
  return value < s.min || value > s.max ? null : value;
}

interface Reserved {
  /** Of the definition that the values belong to. */
  readonly version: number;
  /** Next value to be given; null when all are given. */
  next: bigint | null;
  /** Last value reserved. */
  end: bigint;
  /** Last value given or set. */
  last: bigint | null;
  round: bigint;
}

/**
 * Values of sequences, reserved CACHE at a time (TiDB manual, "CREATE SEQUENCE"). They are given outside of transactions and
 * never given back; what a node reserved and did not give is lost with it.
 */
export class Sequences {
  private readonly reserved = new Map<number, Reserved>();
  private readonly pending = new Map<number, Promise<unknown>>();

  constructor(private readonly storage: Storage) {}

  /** NEXTVAL. Throws 4135. */
  next(db: DbInfo, table: TableInfo): Promise<bigint> {
    return this.exclusively(table.id, async () => {
      const s = stepsOf(table.sequence!);
      let r = this.reserved.get(table.id);
      if (r?.version !== table.version || r.next === null) r = await this.reserve(db, table, s);
      const value = r.next!;
      r.last = value;
      r.next = value === r.end ? null : value + s.increment;
      return value;
    });
  }

  /** SETVAL: later values are behind `value`; null when they are already. */
  set(db: DbInfo, table: TableInfo, value: bigint): Promise<bigint | null> {
    return this.exclusively(table.id, async () => {
      const s = stepsOf(table.sequence!);
      const up = s.increment > 0n;
      const behind = (a: bigint, b: bigint): boolean => (up ? a >= b : a <= b);
      const r = this.reserved.get(table.id);
      if (r?.version === table.version) {
        if (r.last !== null && behind(r.last, value)) return null;
        if (behind(r.end, value)) {
          const next = following(s, value, r.round);
          r.last = value;
          r.next = next === null || !behind(r.end, next) ? null : next;
          return value;
        }
      }
      return this.inStore(db, table, (at) => {
        if (at.last !== null && behind(at.last, value)) return { at: null, result: null };
        this.reserved.delete(table.id);
        return { at: { last: value, round: at.round }, result: value };
      });
    });
  }

  private async reserve(db: DbInfo, table: TableInfo, s: Steps): Promise<Reserved> {
    const { cache, cycle } = table.sequence!;
    const r = await this.inStore(db, table, (at) => {
      let { round } = at;
      let first = following(s, at.last, round);
      if (first === null) {
        if (!cycle) throw mysqlError('ER_SEQUENCE_RUN_OUT', db.name, table.name);
        round += 1n;
        first = following(s, null, round)!;
      }
      const left = s.increment > 0n ? (s.max - first) / s.increment : (first - s.min) / -s.increment;
      const more = BigInt(Math.max(1, cache)) - 1n;
      const end = first + (more < left ? more : left) * s.increment;
      const reserved: Reserved = { version: table.version, next: first, end, last: null, round };
      return { at: { last: end, round }, result: reserved };
    });
    this.reserved.set(table.id, r);
    return r;
  }

  /** Moves the stored position, in a transaction of its own, again upon conflicts. `at` null: it stays. */
  private inStore<T>(
    db: DbInfo,
    table: TableInfo,
    step: (at: SequencePosition) => { at: SequencePosition | null; result: T },
  ): Promise<T> {
    return transact(this.storage, async (txn) => {
      const meta = new MetaMutator(txn);
      const { at, result } = step(await meta.sequencePosition(db.id, table.id));
      if (at !== null) meta.setSequencePosition(db.id, table.id, at);
      return result;
    });
  }

  /** One after another for each sequence. */
  private async exclusively<T>(id: number, work: () => Promise<T>): Promise<T> {
    for (let before = this.pending.get(id); before !== undefined; before = this.pending.get(id))
      await before.catch(() => undefined);
    const run = work();
    this.pending.set(id, run);
    try {
      return await run;
    } finally {
      if (this.pending.get(id) === run) this.pending.delete(id);
    }
  }
}
