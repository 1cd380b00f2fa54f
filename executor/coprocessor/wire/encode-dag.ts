import { evalDatum } from '../../../expression/compile.js';
import { statesFor } from '../../../expression/pushdown/store-form.js';
import type { EvalContext } from '../../../expression/eval-context.js';
import type { AggFunc, ByItem, Column, Expression } from '../../../expression/expression.js';
import type { ColumnInfo } from '../../../catalog/model.js';
import { handleColumn, primaryIndex, ROWID_TYPE } from '../../../catalog/table-layout.js';
import { ByteWriter } from '../../../kv/codec/byte-writer.js';
import { encodeKeyDatum } from '../../../kv/codec/datum-codec.js';
import { writeVarint } from '../../../kv/codec/number-codec.js';
import { UTC_OFFSETS } from '../../../kv/codec/time-codec.js';
import * as tipb from '../../../kv/tikv/generated/tipb.js';
import type { IndexScan, PhysicalPlan, TableScan } from '../../../planner/physical/plan.js';
import { scanHasForm } from '../../../planner/physical/scan-form.js';
import { newAggregate } from '../../../planner/resolve/functions.js';
import { ONE } from '../../../planner/resolve/literal.js';
import { Flag, type FieldType } from '../../../types/field-type.js';
import { systemZoneName, timeZone, UTC, type TimeZone } from '../../../types/timezone.js';
import { rowCount, type OperatorContext } from '../../operator.js';
import { collationNumber, encodeExpression, encodeType, NotEncodable } from './expression-codec.js';

/** tipb's ExecType. */
export const ExecType = {
  TableScan: 0,
  IndexScan: 1,
  Selection: 2,
  Aggregation: 3,
  TopN: 4,
  Limit: 5,
  StreamAgg: 6,
} as const;

/** Bits of DAGRequest.flags: how expressions treat values that do not fit, and for whom. */
export const StatementFlag = {
  IgnoreTruncate: 1,
  TruncateAsWarning: 1 << 1,
  InInsert: 1 << 3,
  InUpdateOrDelete: 1 << 4,
  InSelect: 1 << 5,
  OverflowAsWarning: 1 << 6,
  IgnoreZeroInDate: 1 << 7,
  DividedByZeroAsWarning: 1 << 8,
} as const;

/** What TiDB sets for a query. */
const READ_FLAGS =
  StatementFlag.InSelect |
  StatementFlag.TruncateAsWarning |
  StatementFlag.OverflowAsWarning |
  StatementFlag.IgnoreZeroInDate |
  StatementFlag.DividedByZeroAsWarning;

/** tipb's AggFunctionMode. */
const PARTIAL1_MODE = 2;

/** A datum with its flag: bytes as they are, everything else as in keys. */
const COMPACT_BYTES = 2;

/** The lower part of a cop subtree, as far as the store understands it. */
export interface EncodedDag {
  readonly data: Uint8Array;
  /** The topmost operator that the store runs; those above it run here. */
  readonly top: PhysicalPlan;
  /** The operators that the store runs, from the scan up. */
  readonly plans: readonly PhysicalPlan[];
  /** Types of the columns that come back. */
  readonly types: readonly FieldType[];
  /** A column comes back for the number of rows alone. */
  readonly countOnly: boolean;
  /** Rows stream: the answer may come in parts. */
  readonly streams: boolean;
}

/** Null when not even the scan can be told to the store. */
export function encodeDag(plan: PhysicalPlan, ctx: OperatorContext): EncodedDag | null {
  const chain: PhysicalPlan[] = [];
  for (let p: PhysicalPlan | null = plan; p !== null; p = 'child' in p ? p.child : null) chain.unshift(p);
  const scan = chain[0]!;
  if (scan.op !== 'TableScan' && scan.op !== 'IndexScan') return null;
  const zone = timeZone(ctx.eval.timeZone) ?? UTC;
  const encoder = new Encoder(ctx, zone);
  if (!scanHasForm(scan)) return null;
  try {
    encoder.scan(scan);
  } catch (e) {
    if (e instanceof NotEncodable) return null;
    throw e;
  }
  const plans: PhysicalPlan[] = [scan];
  for (const p of chain.slice(1)) {
    try {
      encoder.operator(p);
    } catch (e) {
      if (e instanceof NotEncodable) break;
      throw e;
    }
    plans.push(p);
  }
  const top = plans[plans.length - 1]!;
  return {
    data: encoder.finish(),
    top,
    plans,
    types: top.schema.length > 0 ? top.schema.map((c) => c.type) : [encoder.firstType],
    countOnly: top.schema.length === 0,
    streams: plans.every((p) => p.op === 'TableScan' || p.op === 'IndexScan' || p.op === 'Selection'),
  };
}

class Encoder {
  private readonly executors: tipb.ExecutorInit[] = [];
  /** Position of each of our columns in what the store's topmost operator gives. */
  private layout: readonly number[] = [];
  /** Of what the scan gives. */
  firstType: FieldType = ROWID_TYPE;

  constructor(
    private readonly ctx: OperatorContext,
    private readonly zone: TimeZone,
  ) {}

  scan(p: TableScan | IndexScan): void {
    if (p.op === 'TableScan') this.tableScan(p);
    else this.indexScan(p);
  }

  private tableScan(p: TableScan): void {
    const handle = handleColumn(p.table);
    const columns = p.columns.map((c) => columnInfo(c, handle?.id === c.id));
    if (p.handleOut && !p.table.isCommonHandle) columns.push(handleInfo(handle));
    const primary = p.table.isCommonHandle ? primaryIndex(p.table)! : null;
    const idOf = (offset: number): number => p.table.columns[offset]!.id;
    this.layout = columns.map((_, i) => i);
    if (columns.length === 0) {
      const key = primary === null ? null : p.table.columns[primary.columns[0]!.offset]!;
      columns.push(key === null ? handleInfo(handle) : columnInfo(key, false));
      this.firstType = (key ?? handle)?.type ?? ROWID_TYPE;
    }
    this.executors.push({
      tp: ExecType.TableScan,
      tblScan: {
        tableId: p.physicalId,
        columns,
        desc: p.desc,
        primaryColumnIds: primary?.columns.map((c) => idOf(c.offset)) ?? [],
        primaryPrefixColumnIds:
          primary?.columns.filter((c) => c.length >= 0).map((c) => idOf(c.offset)) ?? [],
        keepOrder: p.keepOrder,
      },
    });
  }

  /** The store gives all columns of the index, then the handle: a number, or the columns of the clustered key. */
  private indexScan(p: IndexScan): void {
    const { table, index } = p;
    const stored = index.columns.map((c) => table.columns[c.offset]!);
    const columns = stored.map((c) => columnInfo(c, false));
    this.firstType = stored[0]!.type;
    const handle = handleColumn(table);
    const primary = table.isCommonHandle ? primaryIndex(table)! : null;
    let wantsHandle = p.handleOut;
    const layout = p.columns.map((c) => {
      const whole = index.columns.findIndex((x) => x.offset === c.offset && x.length < 0);
      if (whole >= 0) return whole;
      const part = primary?.columns.findIndex((x) => x.offset === c.offset) ?? -1;
      if (part < 0 && handle?.id !== c.id) throw new NotEncodable(`column ${c.name} of an index`);
      wantsHandle = true;
      return stored.length + Math.max(0, part);
    });
    const keyColumns = primary?.columns.map((c) => table.columns[c.offset]!) ?? [];
    if (p.handleOut && primary === null) layout.push(stored.length);
    if (wantsHandle && primary === null) columns.push(handleInfo(handle));
    else if (wantsHandle) columns.push(...keyColumns.map((c) => columnInfo(c, false)));
    this.executors.push({
      tp: ExecType.IndexScan,
      idxScan: {
        tableId: p.physicalId,
        indexId: index.id,
        columns,
        desc: p.desc,
        // TiKV takes "unique" for a promise that a range of one prefix is one key. Ranges may tell less than all columns, or NULL.
        unique: false,
        primaryColumnIds: wantsHandle ? keyColumns.map((c) => c.id) : [],
      },
    });
    this.layout = layout;
  }

  operator(p: PhysicalPlan): void {
    switch (p.op) {
      case 'Selection':
        this.executors.push({
          tp: ExecType.Selection,
          selection: { conditions: p.conditions.map((e) => this.expression(e)) },
        });
        return;
      case 'TopN': {
        const orderBy = p.by.map((b) => this.byItem(b));
        this.executors.push({ tp: ExecType.TopN, topN: { orderBy, limit: this.limit(p.offset, p.count) } });
        return;
      }
      case 'Limit':
        this.executors.push({ tp: ExecType.Limit, limit: { limit: this.limit(p.offset, p.count) } });
        return;
      case 'HashAgg':
      case 'StreamAgg': {
        const groupBy = p.groupBy.map((e) => this.expression(e));
        const aggFunc = p.aggs.flatMap((a) => this.aggregate(a));
        // Rows of no columns have no form: that there is one says a function which nobody reads.
        if (groupBy.length + aggFunc.length === 0) aggFunc.push(...this.aggregate(countRows(this.ctx.eval)));
        const streamed = p.op === 'StreamAgg';
        this.executors.push({
          tp: streamed ? ExecType.StreamAgg : ExecType.Aggregation,
          aggregation: { groupBy, aggFunc, streamed },
        });
        // The store gives the group's values behind those of the functions.
        this.layout = p.schema.map((_, i) => i);
        return;
      }
      default:
        throw new NotEncodable(p.op);
    }
  }

  private expression(e: Expression): tipb.ExprInit {
    return encodeExpression(e, { eval: this.ctx.eval, zone: this.zone, column: (c) => this.position(c) });
  }

  private position(c: Column): number {
    const at = this.layout[c.index];
    if (at === undefined) throw new NotEncodable(c.name);
    return at;
  }

  private byItem(b: ByItem): tipb.ByItemInit {
    return { expr: this.expression(b.expr), desc: b.desc };
  }

  /** A limit that is to be applied once for all regions stays here. */
  private limit(offset: Expression, count: Expression): number {
    if (rowCount(evalDatum(offset, this.ctx.eval)) !== 0) throw new NotEncodable('OFFSET');
    return rowCount(evalDatum(count, this.ctx.eval));
  }

  private aggregate(a: AggFunc): tipb.ExprInit[] {
    const states = a.mode === 'partial1' ? statesFor(a) : null;
    if (states === null) throw new NotEncodable(a.name);
    return states.map(({ number, type }) => ({
      tp: number,
      children: a.args.map((e) => this.expression(e)),
      fieldType: encodeType(type),
      aggFuncMode: PARTIAL1_MODE,
    }));
  }

  finish(): Uint8Array {
    const { eval: e, runtimeStats } = this.ctx;
    const offset = /^([+-])(\d\d):(\d\d)$/.exec(e.timeZone);
    const seconds = offset === null ? 0 : (Number(offset[2]) * 60 + Number(offset[3])) * 60;
    const name = e.timeZone === 'SYSTEM' ? systemZoneName() : e.timeZone;
    return tipb.DAGRequest.encode({
      executors: this.executors,
      outputOffsets: this.layout.length > 0 ? this.layout : [0],
      encodeType: 1,
      flags: e.strictErrors ? StatementFlag.InUpdateOrDelete : READ_FLAGS,
      sqlMode: e.sqlMode,
      timeZoneOffset: offset?.[1] === '-' ? -seconds : seconds,
      timeZoneName: offset === null ? name : '',
      maxWarningCount: 64,
      maxAllowedPacket: e.maxAllowedPacket,
      collectExecutionSummaries: runtimeStats !== null,
      divPrecisionIncrement: e.divPrecisionIncrement,
      chunkMemoryLayout: {},
    });
  }
}

const countRows = (ctx: EvalContext): AggFunc => ({
  ...newAggregate('count', [ONE], false, ctx),
  mode: 'partial1',
});

function columnInfo(c: ColumnInfo, isHandle: boolean): tipb.ColumnInfoInit {
  const type = encodeType(c.type);
  return {
    columnId: c.id,
    tp: c.type.tp,
    collation: type.collate,
    columnLen: c.type.flen,
    decimal: c.type.decimal,
    flag: c.type.flag & 0xffff,
    elems: c.type.elems ?? [],
    pkHandle: isHandle,
    defaultVal: originDefault(c),
  };
}

/** What rows hold that were written before the column was there. */
function originDefault(c: ColumnInfo): Uint8Array | undefined {
  const v = c.originDefault;
  if (v === null) return undefined;
  const w = new ByteWriter(16);
  if (v instanceof Uint8Array) {
    w.u8(COMPACT_BYTES);
    writeVarint(w, v.length);
    w.bytes(v);
  } else encodeKeyDatum(w, v, c.type, UTC_OFFSETS);
  return w.toBytes();
}

function handleInfo(handle: ColumnInfo | null): tipb.ColumnInfoInit {
  const type = handle?.type ?? ROWID_TYPE;
  return {
    columnId: handle?.id ?? -1,
    tp: type.tp,
    collation: collationNumber(type.collate),
    columnLen: type.flen,
    decimal: type.decimal,
    flag: type.flag | Flag.PriKey | Flag.NotNull,
    pkHandle: true,
  };
}
