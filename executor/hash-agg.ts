import { Chunk, CHUNK_ROWS } from '../chunk/chunk.js';
import { GroupTable } from '../chunk/group-key.js';
import type { HashAgg } from '../planner/physical/plan.js';
import { ExpressionPlaces } from '../expression/expression-places.js';
import { evalType } from '../types/field-type.js';
import type { Awaitable } from '../types/awaitable.js';
import { slice } from '../chunk/slice.js';
import type { Vector } from '../chunk/vector.js';
import type { AggFunc, Expression } from '../expression/expression.js';
import { Aggregation, type AggInputs } from './aggregation.js';
import type { Operator, Spillable } from './exec-context.js';
import { andThen, drain, runSteps, type OperatorContext } from './operator.js';
import { textBytes } from './paced-kernel.js';
import { ChunkSpool, type SpoolReader } from './spill/chunk-spool.js';
import { DistinctOverflow } from './spill/distinct-overflow.js';
import { MAX_DEPTH, Partitioner } from './spill/partitioner.js';
import { StateOverflow } from './spill/state-overflow.js';
import type { TempFile } from './spill/temp-storage.js';
import { Work } from './work-counts.js';

/** Bytes of states from which results are made at once. */
const SLICE_BYTES = 1 << 19;
/** Groups from which on partial aggregation that hardly makes fewer rows sends its states on, while they fit a cache. */
const FLUSH_GROUPS = 1 << 17;
/** Groups below which a table is not worth leaving. */
const MIN_SPILL_GROUPS = 64;

/** Bytes of texts that are worked on at once. */
const BYTES_AT_ONCE = 1 << 19;

/**
 * The place of the group's key that an aggregate gives, -1 for all others: a key comes out as its group's first row had it. Zeros of
 * either sign are one key.
 */
function keyOfFirstRow(a: AggFunc, keys: ExpressionPlaces): number {
  const arg = a.args[0];
  if (a.name !== 'first_row' || a.args.length !== 1 || evalType(arg!.type) === 'real') return -1;
  return keys.find(arg!);
}

const rowsAtOnce = ({ slots, chunk }: AggInputs): number =>
  Math.min(CHUNK_ROWS, Math.ceil(BYTES_AT_ONCE / textBytes(new Chunk(slots, chunk.length))));

/**
 * GROUP BY by hash. The child may throw and be asked again (a lock in its way): nothing added so far is lost.
 *
 * When the statement holds too much: states on their way to a final aggregation are sent there, and begun anew. Otherwise the groups that there are stay and go on to take in their rows, and rows of other groups go
 * to partitions on disk. Once the groups in memory have been given out, each partition is aggregated in the same manner.
 */
export class HashAggOperator implements Operator, Spillable {
  /** Keys by which groups are told apart. */
  private readonly groupBy: readonly Expression[];
  /** The functions give states rather than values. */
  private readonly partial: boolean;
  /** For each function the key whose first row it gives, which the table of groups has; -1 for others. */
  private readonly keyOf: readonly number[];
  /** The others. */
  private readonly computed: readonly AggFunc[];
  private keys: readonly Vector[] = [];
  private table: GroupTable;
  private aggregation: Aggregation;
  private readonly grouped: boolean;
  /** Some functions are DISTINCT, whose states grow with their rows. */
  private readonly distincts: boolean;
  /** Some functions have steps to take before rows are added. */
  private readonly grows: boolean;
  /** Some states grow with their rows, which can wait on disk. */
  private readonly growing: boolean;
  private unregister: (() => void) | null;
  private done = false;
  private groups = 0;
  private rowsIn = 0;
  private at = 0;
  private ids = new Int32Array(0);
  private packed = new Int32Array(0);
  private heldBytes = 0;

  private spillWanted = false;
  /** States are being given out before all rows are in. */
  private flushing = false;
  /** Where rows of new groups go. */
  private overflow: Partitioner | null = null;
  /** Bytes held when rows of new groups began to go to disk. */
  private pinned = 0;
  private distinct: DistinctOverflow | null = null;
  private states: StateOverflow | null = null;
  private written: Written | null = null;
  private depth = 0;
  /** Partitions that are still to be aggregated, the next one last. */
  private readonly waiting: Partition[] = [];

  constructor(
    plan: Pick<HashAgg, 'groupBy' | 'aggs' | 'determinants'>,
    private readonly child: Operator,
    private readonly ctx: OperatorContext,
  ) {
    this.groupBy = plan.determinants?.map((k) => plan.groupBy[k]!) ?? plan.groupBy;
    this.grouped = plan.groupBy.length > 0;
    this.partial = plan.aggs.some((a) => a.mode === 'partial1' || a.mode === 'partial2');
    const keys = new ExpressionPlaces([...this.groupBy]);
    this.keyOf = plan.aggs.map((a) => keyOfFirstRow(a, keys));
    this.computed = plan.aggs.filter((_, k) => this.keyOf[k]! < 0);
    this.table = this.newTable();
    this.aggregation = this.newAggregation();
    this.distincts = DistinctOverflow.suits(this.aggregation);
    this.grows = this.aggregation.grows;
    this.growing = !this.partial && StateOverflow.suits(this.aggregation);
    const spills = this.grouped || this.distincts || this.growing;
    this.unregister = spills && ctx.disk !== null ? ctx.memory.addSpillable(this) : null;
  }

  open(): Awaitable<void> {
    return this.child.open();
  }

  close(): Awaitable<void> {
    this.unregister?.();
    this.release();
    this.overflow?.close();
    this.distinct?.close();
    this.states?.close();
    this.written?.file.close();
    for (const p of this.waiting) p.owner.close();
    return this.child.close();
  }

  next(): Awaitable<Chunk | null> {
    if (this.done) return this.output();
    if (this.flushing) {
      const out = this.slice();
      if (out instanceof Promise) return out.then((chunk) => chunk ?? this.next());
      if (out !== null) return out;
      this.reset();
    }
    const r = drain(
      this.child,
      this.ctx,
      (chunk) => this.add(chunk),
      () => this.flushing,
    );
    if (r instanceof Promise) return r.then(() => this.finish());
    return this.finish();
  }

  /** Begins anew with no groups. */
  private reset(): void {
    this.release();
    this.table = this.newTable();
    this.aggregation = this.newAggregation();
    this.distinct = null;
    this.states?.close();
    this.states = null;
    this.groups = 0;
    this.rowsIn = 0;
    this.at = 0;
    this.flushing = false;
    this.spillWanted = false;
  }

  private newTable(): GroupTable {
    return new GroupTable(this.groupBy.map((e) => e.type));
  }

  private newAggregation(): Aggregation {
    return new Aggregation(this.groupBy, this.computed, this.ctx.eval, this.ctx);
  }

  private add(input: Chunk): Awaitable<void> {
    return andThen(this.aggregation.inputs(input), (inputs) =>
      input.rows <= rowsAtOnce(inputs) ? this.update(inputs) : this.addParts(inputs, 0),
    );
  }

  /** Threads give many rows at once, and texts may be long: others have their turn among them. */
  private addParts(inputs: AggInputs, from: number): Awaitable<void> {
    const { chunk } = inputs;
    const step = rowsAtOnce(inputs);
    for (let at = from; at < chunk.rows;) {
      const done = this.update(this.aggregation.part(inputs, at, Math.min(chunk.rows, at + step)));
      at += step;
      const pause = done instanceof Promise ? done : this.ctx.checkpoint();
      if (pause !== undefined) return pause.then(() => this.addParts(inputs, at));
    }
  }

  private update(inputs: AggInputs): Awaitable<void> {
    if (this.overflow === null && this.distinct === null) {
      const { rows } = inputs.chunk;
      const growth = this.grouped ? this.table.growth(rows) : null;
      if (growth !== null) return andThen(runSteps(growth, this.ctx), () => this.updateStates(inputs));
    }
    return this.updateStates(inputs);
  }

  private updateStates(inputs: AggInputs): Awaitable<void> {
    const growth = this.grows && this.distinct === null ? this.aggregation.growth(inputs.chunk.rows) : null;
    if (growth !== null) return andThen(runSteps(growth, this.ctx), () => this.enter(inputs));
    return this.enter(inputs);
  }

  private enter(inputs: AggInputs): Awaitable<void> {
    if (this.spillWanted && this.stateBytes() * 2 > this.heldBytes)
      return this.spillStates().then(() => this.enter(inputs));
    if (!this.grouped) {
      this.groups = 1;
      this.aggregation.resize(1);
      if (this.spillWanted && this.distincts && this.distinct === null) {
        this.distinct = new DistinctOverflow(this.aggregation, this.ctx, false);
        this.pinned = this.heldBytes;
      }
      if (this.distinct !== null) return this.distinct.update(null, inputs);
      this.aggregation.update(null, inputs);
    } else {
      if (this.spillWanted && !this.partial) this.startOverflow();
      if (this.overflow !== null) return this.updateKnown(inputs, this.overflow);
      this.updateGrouped(inputs);
    }
    this.rowsIn += inputs.chunk.rows;
    this.account();
  }

  private updateGrouped(inputs: AggInputs): void {
    const ids = this.groupIds(inputs);
    this.groups = this.table.size;
    this.aggregation.resize(this.groups);
    this.aggregation.update(ids, inputs);
  }

  /** Group of each physical row that counts. */
  private groupIds(inputs: AggInputs): Int32Array {
    const { chunk, keys } = inputs;
    const n = chunk.rows;
    this.reserve(chunk.length);
    const { sel } = chunk;
    if (sel === null) {
      this.table.assign(keys, null, n, this.ids);
      return this.ids;
    }
    const { ids, packed } = this;
    this.table.assign(keys, sel, n, packed);
    for (let k = 0; k < n; k++) ids[sel[k]!] = packed[k]!;
    return ids;
  }

  private reserve(rows: number): void {
    if (this.ids.length >= rows) return;
    this.ids = new Int32Array(rows);
    this.packed = new Int32Array(rows);
  }

  private account(): void {
    const bytes = this.table.bytes + this.aggregation.memory();
    const more = bytes - this.heldBytes;
    this.heldBytes = bytes;
    this.ctx.memory.consume(more);
    if (!this.partial || this.done) return;
    const idle = this.groups >= FLUSH_GROUPS && this.groups * 2 > this.rowsIn;
    if (this.spillWanted || idle) {
      this.spillWanted = false;
      this.flushing = true;
    }
  }

  private release(): void {
    this.pinned = 0;
    this.ctx.memory.release(this.heldBytes);
    this.heldBytes = 0;
  }

  // Overflow to disk

  /** Bytes of states that can wait on disk until their group is given out. */
  private stateBytes(): number {
    return this.growing && !this.done && this.ctx.disk !== null ? StateOverflow.bytesOf(this.aggregation) : 0;
  }

  private async spillStates(): Promise<void> {
    this.spillWanted = false;
    this.states ??= new StateOverflow(this.aggregation, this.ctx);
    await this.states.spill();
    this.account();
    this.pinned = Math.min(this.pinned, this.heldBytes);
    // To be asked again: states go on growing, and so may the table of groups.
    this.unregister?.();
    this.unregister = this.ctx.memory.addSpillable(this);
  }

  spillableBytes(): number {
    return Math.max(this.stateBytes(), this.groupBytes());
  }

  /** What would be free if no group came in addition, or those that there are went. */
  private groupBytes(): number {
    if (!this.grouped) return this.done || !this.distincts || this.distinct !== null ? 0 : this.heldBytes;
    if (this.overflow !== null) return 0;
    if (this.groups - this.at < MIN_SPILL_GROUPS && (this.done || !this.distincts)) return 0;
    return this.done || this.depth < MAX_DEPTH ? this.heldBytes : 0;
  }

  spill(): void {
    this.spillWanted = true;
  }

  pinnedBytes(): number {
    return this.pinned;
  }

  private startOverflow(): void {
    this.spillWanted = false;
    if (this.overflow !== null) return;
    this.pinned = this.heldBytes;
    if (this.depth === 0) this.ctx.noteWork?.(Work.tmpDiskTables, 1);
    this.overflow = new Partitioner(
      this.groupBy.map((e) => e.type),
      this.depth,
      this.ctx.disk!,
    );
    if (this.distincts) this.distinct = new DistinctOverflow(this.aggregation, this.ctx, true);
  }

  /** Adds the rows of groups that there are; the others go to disk. */
  private async updateKnown(inputs: AggInputs, overflow: Partitioner): Promise<void> {
    const { chunk, keys } = inputs;
    const n = chunk.rows;
    this.reserve(chunk.length);
    const { ids, packed } = this;
    this.table.find(keys, chunk.sel, n, packed);
    const known = new Int32Array(n);
    const others = new Int32Array(n);
    let k = 0;
    let o = 0;
    for (let q = 0; q < n; q++) {
      const i = chunk.sel === null ? q : chunk.sel[q]!;
      ids[i] = packed[q]!;
      if (packed[q]! >= 0) known[k++] = i;
      else others[o++] = i;
    }
    if (k > 0) {
      const those = { ...inputs, chunk: chunk.withSel(known.subarray(0, k)) };
      if (this.distinct !== null) await this.distinct.update(ids, those);
      else this.aggregation.update(ids, those);
    }
    if (o > 0) await overflow.add(new Chunk(inputs.slots, chunk.length), keys, others.subarray(0, o));
    // States that grow with their rows (GROUP_CONCAT, JSON) still do.
    this.account();
  }

  /** Aggregates the next partition; null when there is none. */
  private async nextPartition(): Promise<Chunk | null> {
    for (;;) {
      const next = this.waiting.pop();
      if (next === undefined) return null;
      this.reset();
      this.done = false;
      this.depth = next.owner.depth + 1;
      await drain(next.reader, this.ctx, (chunk) => this.update(this.aggregation.ofSlots(chunk)));
      if (next.last) next.owner.close();
      await this.settle();
      const out = await this.slice();
      if (out !== null) return out;
    }
  }

  /** All rows are in: what went to disk waits until the groups here have been given out. */
  private settle(): Awaitable<void> {
    if (this.distinct !== null && !this.done) {
      this.done = true;
      return this.distinct.finish().then(() => this.settleGroups());
    }
    return this.settleGroups();
  }

  private settleGroups(): Awaitable<void> {
    this.account();
    this.done = true;
    const { overflow } = this;
    if (overflow === null) return;
    this.overflow = null;
    return overflow.finish().then(() => {
      let first = true;
      for (const s of overflow.spools) {
        if (s.rows === 0) continue;
        // The last to be taken is the first in the list.
        this.waiting.push({ owner: overflow, reader: s.reader(), last: first });
        first = false;
      }
    });
  }

  private finish(): Awaitable<Chunk | null> {
    if (this.flushing) return this.slice();
    // No rows at all are one group where there is no GROUP BY; states of no rows are not worth sending.
    if (!this.grouped && this.groups === 0 && !this.partial) {
      this.aggregation.resize(1);
      this.groups = 1;
    }
    return andThen(this.settle(), () => this.output());
  }

  private output(): Awaitable<Chunk | null> {
    if (this.spillWanted && this.ctx.disk !== null && this.written === null && this.at < this.groups)
      return this.writeResults();
    if (this.written !== null) return this.nextWritten(this.written);
    return andThen(this.slice(), (out) => out ?? (this.waiting.length > 0 ? this.nextPartition() : null));
  }

  /** Results that nobody has asked for yet make room for the operators above. */
  private async writeResults(): Promise<Chunk | null> {
    this.spillWanted = false;
    const file = this.ctx.disk!.create();
    const spool = new ChunkSpool(file);
    for (let chunk = await this.slice(); chunk !== null; chunk = await this.slice()) {
      await spool.append(chunk);
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
    await spool.flush();
    this.reset();
    this.written = { file, reader: spool.reader() };
    return this.nextWritten(this.written);
  }

  private async nextWritten(written: Written): Promise<Chunk | null> {
    const out = await written.reader.next();
    if (out !== null) return out;
    written.file.close();
    this.written = null;
    return this.output();
  }

  /** Fewer groups at a time where each holds much (GROUP_CONCAT). */
  private sliceRows(): number {
    const bytes = (this.heldBytes + (this.states?.written ?? 0)) / Math.max(1, this.groups);
    return bytes < 1024 ? CHUNK_ROWS : Math.max(1, Math.floor(SLICE_BYTES / bytes));
  }

  /** Output columns of groups from … to-1. */
  private *result(from: number, to: number): Generator<void, Vector[]> {
    if (from === 0) this.keys = this.table.keys();
    const out: Vector[] = [];
    let next = 0;
    for (const key of this.keyOf) {
      if (key >= 0) {
        out.push(slice(this.keys[key]!, from, to));
        continue;
      }
      const a = this.aggregation.aggregators[next++]!;
      out.push(...(a.resultSteps === undefined ? a.result(from, to) : yield* a.resultSteps(from, to)));
    }
    return out;
  }

  private slice(): Awaitable<Chunk | null> {
    if (this.at >= this.groups) return null;
    const from = this.at;
    const to = (this.at = Math.min(this.groups, from + this.sliceRows()));
    const loaded = this.states === null ? undefined : this.states.load(from, to).then(() => this.account());
    const result = andThen(loaded, () => runSteps(this.result(from, to), this.ctx));
    return andThen(result, (columns) => {
      // Others may have the room from the last group on.
      if (to >= this.groups) this.release();
      return new Chunk(columns, to - from);
    });
  }
}

/** Results on disk. */
interface Written {
  readonly file: TempFile;
  readonly reader: SpoolReader;
}

interface Partition {
  readonly owner: Partitioner;
  readonly reader: SpoolReader;
  /** Its owner has no other left. */
  readonly last: boolean;
}
