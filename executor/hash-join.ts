import { columnsOf } from '../expression/traverse.js';
import { Chunk, CHUNK_ROWS } from '../chunk/chunk.js';
import { gather, gatherChunk } from '../chunk/gather.js';
import type { Vector } from '../chunk/vector.js';
import { NumVector } from '../chunk/vector.js';
import { constantVector } from '../chunk/vector-builder.js';
import type { Filter, Projection } from '../expression/compile.js';
import { compileProjection } from '../expression/compile.js';
import type { Expression } from '../expression/expression.js';
import type { HashJoin } from '../planner/physical/plan.js';
import type { Awaitable } from '../types/awaitable.js';
import type { FieldType } from '../types/field-type.js';
import { filterOf } from './compiled-filter.js';
import type { Operator } from './exec-context.js';
import { shareBytes } from './columnar/shared-array.js';
import { barredPhysical, JoinBuild, type JoinState } from './join-build.js';
import { filterEqual } from './key-equality.js';
import { isSemi, Match, PRESERVED, semiOutput, type Side } from './join-kind.js';
import { PairBuffer } from './join-pairs.js';
import type { JoinProbe, JoinTable } from './join-table.js';
import { drain, type OperatorContext } from './operator.js';
import { pacedFilter } from './paced-kernel.js';
import { MAX_DEPTH } from './spill/partitioner.js';
import type { BuildFacts, SpilledJoin } from './spill/spilled-join.js';

/** Stands for columns that nothing reads. */
const UNREAD = new NumVector(new Float64Array(0), 0);

/** The side whose rows come out whether or not they find a match. */
export const preservedSide = (p: HashJoin): Side | null => PRESERVED[p.joinType];

/** The side that is built. NULL results are found out per probe row, so that some joins have no choice. */
const buildSide = (p: HashJoin): Side =>
  p.nullAware || p.joinType === 'leftOuterSemi' || p.joinType === 'antiLeftOuterSemi' ? 'right' : p.build;

export const probeSide = (p: HashJoin): Side => other(buildSide(p));

/**
 * Hash join of every kind. One side is built whole into a JoinTable; chunks of the other are probed against it, and
 * output is gathered column by column from pairs of row numbers. Without keys every pair is a candidate (cartesian product).
 *
 * - The probe side is the preserved one: its unmatched rows follow the pairs of their chunk.
 * - The build side is the preserved one: rows matched are marked, and what the marks call for comes after the last probe chunk.
 */
export class HashJoinOperator implements Operator {
  private readonly build: Side;
  private readonly preserved: Side | null;
  private readonly semi: boolean;
  private readonly buildOp: Operator;
  private readonly probeOp: Operator;
  private readonly probeKeys: readonly Expression[];
  private readonly types: readonly FieldType[];
  private readonly probeFilter: Filter | null;
  private readonly otherFilter: Filter | null;
  private readonly probeProjection: Projection;
  private readonly buildTypes: readonly FieldType[];
  private readonly probeTypes: readonly FieldType[];

  /** Positions among left ++ right that something above or the other conditions read; null: all. */
  private readonly live: ReadonlySet<number> | null;
  /** Those that the other conditions read. */
  private readonly compared: ReadonlySet<number>;

  private built = false;
  /** The build side is another's. */
  private adopted = false;
  private readonly building: JoinBuild;
  private part: HashJoinOperator | null = null;
  private rows: Chunk = new Chunk([], 0);
  private table!: JoinTable;
  private prober!: JoinProbe;
  /** Preserved build rows that found a match. */
  private buildMatched: Uint8Array | null = null;
  /** Preserved build rows that their own conditions keep from matching. */
  private buildBarred: Uint8Array | null = null;

  /** Each probe row has one match at most, found by its value alone. */
  private oneToOne = false;
  private looked = new Int32Array(0);
  private found: { readonly rows: Int32Array; readonly matches: number } | null = null;
  private current: Chunk | null = null;
  private currentKeys: readonly Vector[] = [];
  private matched: Uint8Array | null = null;
  private barred: Uint8Array | null = null;
  /** Cartesian product: next probe row (position among those selected) and build row. */
  private crossProbe = 0;
  private crossBuild = 0;
  private probeDone = false;
  /** The first probe chunk, until it is given. */
  private ahead: Chunk | null | undefined;
  private readonly probing: Pick<Operator, 'next'> = {
    next: () => {
      const chunk = this.ahead;
      this.ahead = undefined;
      return chunk === undefined ? this.probeOp.next() : chunk;
    },
  };
  private tailAt = 0;

  private readonly pairs = new PairBuffer();
  /** keepProbeOrder: pairs of the current chunk until it has no more, then in order, waiting to be given out. */
  private kept: PairBuffer | null = null;
  private ordered: { readonly chunk: Chunk; readonly pairs: PairBuffer; at: number } | null = null;

  constructor(
    private readonly plan: HashJoin,
    left: Operator,
    right: Operator,
    private readonly ctx: OperatorContext,
    /** Output in the order of the probe rows (index joins, Apply: the order of the outer side). */
    private readonly keepProbeOrder = false,
    /** Partitions within partitions that this joins. */
    private readonly depth = 0,
    /** What a null-aware join of a partition must know of the whole build side. */
    private readonly facts: BuildFacts | null = null,
  ) {
    this.semi = isSemi(plan.joinType);
    this.preserved = PRESERVED[plan.joinType];
    this.build = buildSide(plan);
    const buildLeft = this.build === 'left';
    this.buildOp = buildLeft ? left : right;
    this.probeOp = buildLeft ? right : left;
    const buildKeys = buildLeft ? plan.leftKeys : plan.rightKeys;
    this.probeKeys = buildLeft ? plan.rightKeys : plan.leftKeys;
    this.types = buildKeys.map((e) => e.type);
    this.probeFilter = pacedFilter(filterOf(buildLeft ? plan.rightConditions : plan.leftConditions), ctx);
    this.otherFilter = pacedFilter(filterOf(plan.otherConditions), ctx);
    this.probeProjection = compileProjection(this.probeKeys);
    this.buildTypes = (buildLeft ? plan.left : plan.right).schema.map((c) => c.type);
    this.probeTypes = (buildLeft ? plan.right : plan.left).schema.map((c) => c.type);
    this.compared = new Set(columnsOf(plan.otherConditions).map((c) => c.index));
    this.live = plan.output === undefined ? null : new Set([...plan.output, ...this.compared]);
    // Conditions of the build side are looked at anew where its rows come back from disk.
    const ownConditions = buildLeft ? plan.leftConditions : plan.rightConditions;
    const looked = new Set(columnsOf([...buildKeys, ...ownConditions]).map((c) => c.index));
    const buildAt = buildLeft ? 0 : this.probeTypes.length;
    const dead = this.buildTypes.map(
      (_, k) => this.live !== null && !this.live.has(buildAt + k) && !looked.has(k),
    );
    this.building = new JoinBuild(plan, this.build, this.buildOp, ctx, {
      ordered: keepProbeOrder,
      depth,
      dead,
    });
  }

  open(): Awaitable<void> {
    const r = this.buildOp.open();
    return r instanceof Promise ? r.then(() => this.probeOp.open()) : this.probeOp.open();
  }

  async close(): Promise<void> {
    this.rows = new Chunk([], 0);
    await this.part?.close();
    this.building.close();
    await this.buildOp.close();
    await this.probeOp.close();
  }

  next(): Awaitable<Chunk | null> {
    return this.run();
  }

  // Probing elsewhere

  /** Builds the table; false when it went to disk. */
  async prepare(): Promise<boolean> {
    if (!this.built) await this.takeBuilt();
    return this.building.spilled === null;
  }

  /** Nothing was built, and so nothing matches. */
  get isEmpty(): boolean {
    return this.rows.length === 0;
  }

  /** What was built. Marks that others make are seen here. */
  share(): JoinState {
    if (this.buildMatched !== null) this.buildMatched = shareBytes(this.buildMatched);
    return { rows: this.rows, table: this.table, matched: this.buildMatched, barred: this.buildBarred };
  }

  /** Probes what was built elsewhere. Rows may come in several streams, each with an end; none is kept back. */
  adopt(state: JoinState): void {
    this.take(state);
    this.adopted = true;
  }

  private async takeBuilt(): Promise<void> {
    const state = await this.building.run();
    if (state === null) this.built = true;
    else this.take(state);
  }

  /** Builds, and takes the first probe chunk: while that is awaited, what was built may yet go to disk. */
  private async buildAndLook(): Promise<void> {
    const state = await this.building.run();
    if (state === null) {
      this.built = true;
      return;
    }
    if (state.rows.length === 0 && this.preserved !== other(this.build)) return this.take(state);
    this.building.await(state);
    try {
      const r = this.probeOp.next();
      this.ahead = r instanceof Promise ? await r : r;
    } finally {
      if (await this.building.settle()) this.take(state);
      else this.built = true;
    }
  }

  private take(state: JoinState): void {
    this.rows = state.rows;
    this.buildMatched = state.matched;
    this.buildBarred = state.barred;
    this.table = state.table;
    this.prober = this.table.probe();
    this.oneToOne =
      this.table.unique && !this.semi && this.otherFilter === null && this.preserved !== this.build;
    this.built = true;
  }

  /** All probe rows were seen elsewhere: what is left is what comes after them. */
  endProbe(): void {
    this.probeDone = true;
  }

  private async run(): Promise<Chunk | null> {
    if (!this.built) await this.buildAndLook();
    if (this.building.spilled !== null) return this.nextSpilled(this.building.spilled);
    for (;;) {
      if (this.ordered !== null) return this.takeOrdered();
      if (this.current === null) {
        if (this.probeDone) return this.tail();
        if (!(await this.nextProbe())) {
          if (this.adopted) return null;
          this.probeDone = true;
          continue;
        }
      }
      if (this.found !== null) {
        const out = this.joinFound(this.current!, this.found);
        if (out !== null) return out;
        const pause = this.ctx.checkpoint();
        if (pause !== undefined) await pause;
        continue;
      }
      const out = await this.advance();
      if (out !== null && out.rows > 0) return out;
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  }

  // Spilling: both sides are dealt out to partitions on disk, and each pair of partitions is joined by an operator of its own.

  /** The next chunk of a join on disk. */
  private async nextSpilled(spilled: SpilledJoin): Promise<Chunk | null> {
    if (!this.probeDone) {
      await drain(this.probing, this.ctx, async (input) => {
        let chunk = input;
        if (this.probeFilter !== null && this.preserved !== other(this.build))
          chunk = await this.probeFilter.run(chunk, this.ctx.eval);
        if (chunk.rows > 0)
          await spilled.addProbe(chunk, await this.probeProjection.run(chunk, this.ctx.eval));
      });
      await spilled.finish();
      this.probeDone = true;
    }
    for (;;) {
      if (this.part !== null) {
        const out = await this.part.next();
        if (out !== null) return out;
        await this.part.close();
        this.part = null;
      }
      const pair = spilled.nextPair();
      if (pair === null) return null;
      const buildLeft = this.build === 'left';
      this.part = new HashJoinOperator(
        this.plan,
        buildLeft ? pair.build : pair.probe,
        buildLeft ? pair.probe : pair.build,
        this.ctx,
        false,
        // Where all rows have gone the same way once more, dealing them out again would lead nowhere.
        pair.whole ? MAX_DEPTH : this.depth + 1,
        this.plan.nullAware ? spilled.facts : null,
      );
      await this.part.open();
    }
  }

  // Probe

  /** Takes the next chunk of the probe side; false at its end. */
  private async nextProbe(): Promise<boolean> {
    // Nothing can match and nothing of the probe side is kept.
    if (this.rows.length === 0 && this.preserved !== other(this.build)) return false;
    const r = this.probing.next();
    let chunk = r instanceof Promise ? await r : r;
    if (chunk === null) return false;
    const preserved = this.preserved === other(this.build);
    this.barred = null;
    if (this.probeFilter !== null) {
      const kept = await this.probeFilter.run(chunk, this.ctx.eval);
      if (preserved) this.barred = barredPhysical(chunk, kept);
      else chunk = kept;
    }
    this.current = chunk;
    this.matched = preserved ? new Uint8Array(chunk.length) : null;
    if (chunk.rows === 0) return true;
    if (this.probeKeys.length === 0) {
      this.crossProbe = 0;
      this.crossBuild = 0;
      return true;
    }
    const keys = this.probeProjection.run(chunk, this.ctx.eval);
    this.currentKeys = keys instanceof Promise ? await keys : keys;
    if (this.oneToOne) {
      if (this.looked.length < chunk.length) this.looked = new Int32Array(chunk.length);
      const { looked } = this;
      const matches = this.table.lookUp(this.currentKeys[0]!, chunk.sel, chunk.length, this.barred, looked);
      this.found = { rows: looked, matches };
      return true;
    }
    this.prober.start(this.currentKeys, chunk.sel, chunk.length, this.barred);
    return true;
  }

  /**
   * Output of a chunk each of whose rows has one match at most. Columns of the probe side stay where they are when
   * most rows remain.
   */
  private joinFound(
    chunk: Chunk,
    found: { readonly rows: Int32Array; readonly matches: number },
  ): Chunk | null {
    this.current = null;
    this.found = null;
    const { rows, matches } = found;
    const outer = this.preserved !== null;
    const want = outer ? chunk.rows : matches;
    if (want === 0) return null;
    let { sel } = chunk;
    if (!outer && matches < chunk.rows) {
      const kept = new Int32Array(matches);
      const n = chunk.rows;
      let m = 0;
      for (let k = 0; k < n; k++) {
        const i = sel === null ? k : sel[k]!;
        if (rows[i]! >= 0) kept[m++] = i;
      }
      sel = kept;
    }
    const { live } = this;
    const buildLeft = this.build === 'left';
    const probeAt = buildLeft ? this.buildTypes.length : 0;
    const buildAt = buildLeft ? 0 : this.probeTypes.length;
    let probe = chunk.columns;
    let buildRows = rows;
    let length = chunk.length;
    if (sel !== null && want * 2 < chunk.length) {
      const at = sel;
      probe = probe.map((c, k) => (live !== null && !live.has(probeAt + k) ? UNREAD : gather(c, at, want)));
      buildRows = new Int32Array(want);
      for (let k = 0; k < want; k++) buildRows[k] = rows[at[k]!]!;
      length = want;
      sel = null;
    }
    const n = length;
    const build = this.rows.columns.map((c, k) =>
      live !== null && !live.has(buildAt + k) ? UNREAD : gather(c, buildRows, n, outer),
    );
    return new Chunk(buildLeft ? [...build, ...probe] : [...probe, ...build], n, sel);
  }

  /** Gathers pairs of the current chunk up to a chunk's worth and makes output of them; ends the chunk when it has no more. */
  private async advance(): Promise<Chunk | null> {
    const chunk = this.current!;
    const more = this.probeKeys.length === 0 ? this.crossPairs(chunk) : this.keyPairs();
    if (this.otherFilter !== null && this.pairs.count > 0) await this.filterPairs(chunk);
    this.mark();
    if (this.keepProbeOrder && !this.semi) return this.keepPairs(chunk, more);
    if (more) return this.semi ? null : this.takePairs(chunk, false);
    this.current = null;
    if (this.preserved !== other(this.build)) return this.semi ? null : this.takePairs(chunk, false);
    if (this.semi) {
      if (this.plan.nullAware) await this.findUnknown(chunk);
      return semiOutput(this.plan.joinType, chunk, this.matched!);
    }
    this.addUnmatched(chunk);
    return this.takePairs(chunk, true);
  }

  /** Sets the pairs aside until the chunk has no more, and then puts them in order. */
  private keepPairs(chunk: Chunk, more: boolean): null {
    if (!more && this.preserved === other(this.build)) this.addUnmatched(chunk);
    this.kept ??= new PairBuffer();
    this.kept.add(this.pairs.probe, this.pairs.build, this.pairs.count, null);
    this.pairs.count = 0;
    if (more) return null;
    this.kept.sort(chunk.length);
    if (this.kept.count > 0) this.ordered = { chunk, pairs: this.kept, at: 0 };
    this.kept = null;
    this.current = null;
    return null;
  }

  private takeOrdered(): Chunk {
    const o = this.ordered!;
    const from = o.at;
    o.at = Math.min(o.pairs.count, from + CHUNK_ROWS);
    if (o.at === o.pairs.count) this.ordered = null;
    return this.join(
      o.chunk,
      o.pairs.probe.subarray(from, o.at),
      o.pairs.build.subarray(from, o.at),
      o.at - from,
      true,
    );
  }

  /** A semi join without further conditions is content with one match a row. */
  private get oneMatch(): Uint8Array | null {
    return this.semi && this.preserved === other(this.build) ? this.matched : null;
  }

  private keyPairs(): boolean {
    const { prober } = this;
    while (prober.pending && this.pairs.count < CHUNK_ROWS) {
      prober.step(this.oneMatch);
      const n = prober.count;
      if (n === 0) continue;
      this.pairs.add(prober.probeRows, prober.buildRows, n, this.buildBarred);
      // With further conditions the match is known only after them.
      if (this.semi && this.otherFilter === null) this.mark();
    }
    return prober.pending;
  }

  private crossPairs(chunk: Chunk): boolean {
    const n = chunk.rows;
    const m = this.rows.length;
    if (m === 0) return false;
    const { pairs, barred, buildBarred } = this;
    pairs.reserve(Math.min(CHUNK_ROWS, n * m));
    const done = this.oneMatch;
    while (this.crossProbe < n && pairs.count < CHUNK_ROWS) {
      const i = chunk.sel === null ? this.crossProbe : chunk.sel[this.crossProbe]!;
      if ((barred !== null && barred[i] === 1) || (done !== null && done[i] === 1)) {
        this.crossProbe++;
        this.crossBuild = 0;
        continue;
      }
      let b = this.crossBuild;
      while (b < m && pairs.count < CHUNK_ROWS) {
        if (buildBarred === null || buildBarred[b] === 0) {
          pairs.probe[pairs.count] = i;
          pairs.build[pairs.count++] = b;
        }
        b++;
        // One pair settles a row when nothing else is asked of it.
        if (done !== null && this.otherFilter === null) b = m;
      }
      if (b >= m) {
        this.crossProbe++;
        this.crossBuild = 0;
      } else this.crossBuild = b;
    }
    return this.crossProbe < n;
  }

  /** Keeps the pairs that satisfy the other conditions. */
  private async filterPairs(chunk: Chunk): Promise<void> {
    const { pairs } = this;
    const joined = this.join(chunk, pairs.probe, pairs.build, pairs.count, false, this.compared);
    const r = this.otherFilter!.run(joined, this.ctx.eval);
    const kept = r instanceof Promise ? await r : r;
    if (kept.sel !== null) pairs.keep(kept.sel);
  }

  /** Notes which preserved rows have met a match. */
  private mark(): void {
    const { matched, buildMatched } = this;
    const { probe, build, count } = this.pairs;
    if (matched !== null) for (let k = 0; k < count; k++) matched[probe[k]!] = Match.Found;
    if (buildMatched !== null) for (let k = 0; k < count; k++) buildMatched[build[k]!] = Match.Found;
    // A semi join's pairs serve for nothing else.
    if (this.semi) this.pairs.count = 0;
  }

  private addUnmatched(chunk: Chunk): void {
    const n = chunk.rows;
    const { pairs, matched } = this;
    pairs.reserve(n);
    const { probe, build } = pairs;
    let at = pairs.count;
    for (let k = 0; k < n; k++) {
      const i = chunk.sel === null ? k : chunk.sel[k]!;
      if (matched![i] !== 0) continue;
      probe[at] = i;
      build[at++] = -1;
    }
    pairs.count = at;
  }

  /** The joined rows of the pairs, left columns first. */
  private join(
    chunk: Chunk,
    probeRows: Int32Array,
    buildRows: Int32Array,
    n: number,
    outer: boolean,
    live = this.live,
  ): Chunk {
    const buildLeft = this.build === 'left';
    const probeAt = buildLeft ? this.buildTypes.length : 0;
    const buildAt = buildLeft ? 0 : this.probeTypes.length;
    const whole = chunk.length === n && isIdentity(probeRows, n);
    const probe = chunk.columns.map((c, k) =>
      live !== null && !live.has(probeAt + k) ? UNREAD : whole ? c : gather(c, probeRows, n),
    );
    const build = this.rows.columns.map((c, k) =>
      live !== null && !live.has(buildAt + k) ? UNREAD : gather(c, buildRows, n, outer),
    );
    return new Chunk(this.build === 'left' ? [...build, ...probe] : [...probe, ...build], n);
  }

  private takePairs(chunk: Chunk, outer: boolean): Chunk | null {
    const { pairs } = this;
    if (pairs.count === 0) return null;
    const out = this.join(chunk, pairs.probe, pairs.build, pairs.count, outer);
    pairs.count = 0;
    return out;
  }

  // Semi joins

  /**
   * NOT IN and IN as a value: a row without a match is unknown when it would match but for NULLs on either side. Rows barred by
   * conditions of their own are plainly unmatched.
   */
  private async findUnknown(chunk: Chunk): Promise<void> {
    const matched = this.matched!;
    const { nullRows } = this.table;
    const buildRows = this.facts?.rows ?? this.rows.length;
    if (buildRows === 0) return;
    const anyNull = this.facts?.hasNull ?? nullRows.length > 0;
    const n = chunk.rows;
    for (let k = 0; k < n; k++) {
      const i = chunk.sel === null ? k : chunk.sel[k]!;
      if (matched[i] !== Match.None || (this.barred !== null && this.barred[i] === 1)) continue;
      const hasNull = this.currentKeys.some((v, x) => this.plan.nullEq[x] !== true && v.isNull(i));
      if (!hasNull && !anyNull) continue;
      if (this.currentKeys.length === 1 && this.otherFilter === null) {
        matched[i] = Match.Unknown;
        continue;
      }
      if (await this.mayMatch(chunk, i, hasNull ? null : nullRows)) matched[i] = Match.Unknown;
      const pause = this.ctx.checkpoint();
      if (pause !== undefined) await pause;
    }
  }

  /** Whether probe row `i` equals one of the build rows (all when null) in every key where neither has a NULL, and passes the other conditions. */
  private async mayMatch(chunk: Chunk, i: number, candidates: Int32Array | null): Promise<boolean> {
    const total = candidates === null ? this.rows.length : candidates.length;
    const { pairs } = this;
    pairs.reserve(Math.min(CHUNK_ROWS, total));
    const one = new Int32Array(1);
    const two = new Int32Array(1);
    for (let at = 0; at < total;) {
      pairs.count = 0;
      while (at < total && pairs.count < CHUNK_ROWS) {
        const b = candidates === null ? at : candidates[at]!;
        at++;
        let differs = false;
        for (let k = 0; k < this.currentKeys.length && !differs; k++) {
          const probe = this.currentKeys[k]!;
          const build = this.table.keys[k]!;
          if (probe.isNull(i) || build.isNull(b)) continue;
          one[0] = i;
          two[0] = b;
          differs = filterEqual(probe, build, this.types[k]!, false, one, two, 1) === 0;
        }
        if (differs) continue;
        pairs.probe[pairs.count] = i;
        pairs.build[pairs.count++] = b;
      }
      if (pairs.count > 0 && this.otherFilter !== null) await this.filterPairs(chunk);
      const found = pairs.count > 0;
      pairs.count = 0;
      if (found) return true;
    }
    return false;
  }

  // After the last probe chunk

  /** Rows of a preserved build side: unmatched ones of an outer join, matched or unmatched ones of a semi join. */
  private tail(): Chunk | null {
    const marks = this.buildMatched;
    if (marks === null) return null;
    const want = this.plan.joinType === 'semi' ? Match.Found : Match.None;
    const n = this.rows.length;
    const idx = new Int32Array(CHUNK_ROWS);
    let m = 0;
    while (this.tailAt < n && m < CHUNK_ROWS) {
      if (marks[this.tailAt] === want) idx[m++] = this.tailAt;
      this.tailAt++;
    }
    if (m === 0) return null;
    const rows = gatherChunk(this.rows, idx, m);
    if (this.semi) return rows;
    const missing = this.probeTypes.map((t) => constantVector(null, t, m));
    return new Chunk(
      this.build === 'left' ? [...rows.columns, ...missing] : [...missing, ...rows.columns],
      m,
    );
  }
}

const other = (s: Side): Side => (s === 'left' ? 'right' : 'left');

function isIdentity(idx: Int32Array, n: number): boolean {
  for (let k = 0; k < n; k++) if (idx[k] !== k) return false;
  return true;
}
