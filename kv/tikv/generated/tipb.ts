// Written by `npm run protos` from kv/tikv/proto/tipb.proto.
import { NO_BYTES, NONE, codec, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
export interface FieldType {
  tp: number;
  flag: number;
  flen: number;
  decimal: number;
  collate: number;
  charset: string;
  elems: readonly string[];
  array: boolean;
}
export interface FieldTypeInit {
  readonly tp?: number | undefined;
  readonly flag?: number | undefined;
  readonly flen?: number | undefined;
  readonly decimal?: number | undefined;
  readonly collate?: number | undefined;
  readonly charset?: string | undefined;
  readonly elems?: readonly string[] | undefined;
  readonly array?: boolean | undefined;
}
export function writeFieldType(w: ProtoWriter, m: FieldTypeInit): void {
  if (m.array === true) {
    w.bool(m.array);
    w.varint(64);
  }
  if (m.elems !== undefined && m.elems.length > 0)
    for (let i = m.elems.length - 1; i >= 0; i--) {
      w.string(m.elems[i]!);
      w.varint(58);
    }
  if (m.charset !== undefined && m.charset !== '') {
    w.string(m.charset);
    w.varint(50);
  }
  if (m.collate !== undefined && m.collate !== 0) {
    w.varint(m.collate);
    w.varint(40);
  }
  if (m.decimal !== undefined && m.decimal !== 0) {
    w.varint(m.decimal);
    w.varint(32);
  }
  if (m.flen !== undefined && m.flen !== 0) {
    w.varint(m.flen);
    w.varint(24);
  }
  if (m.flag !== undefined && m.flag !== 0) {
    w.varint(m.flag);
    w.varint(16);
  }
  if (m.tp !== undefined && m.tp !== 0) {
    w.varint(m.tp);
    w.varint(8);
  }
}
export function readFieldType(r: ProtoReader, end: number): FieldType {
  const m: FieldType = {
    tp: 0,
    flag: 0,
    flen: 0,
    decimal: 0,
    collate: 0,
    charset: '',
    elems: NONE,
    array: false,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.tp = r.int32();
        break;
      case 16:
        m.flag = r.uint32();
        break;
      case 24:
        m.flen = r.int32();
        break;
      case 32:
        m.decimal = r.int32();
        break;
      case 40:
        m.collate = r.int32();
        break;
      case 50:
        m.charset = r.string();
        break;
      case 58:
        ((m.elems === NONE ? (m.elems = []) : m.elems) as string[]).push(r.string());
        break;
      case 64:
        m.array = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const FieldType: Codec<FieldType, FieldTypeInit> = codec(
  'tipb.FieldType',
  readFieldType,
  writeFieldType,
);
export interface ColumnInfo {
  columnId: number;
  tp: number;
  collation: number;
  columnLen: number;
  decimal: number;
  flag: number;
  elems: readonly string[];
  defaultVal: Uint8Array;
  pkHandle: boolean;
  array: boolean;
}
export interface ColumnInfoInit {
  readonly columnId?: number | undefined;
  readonly tp?: number | undefined;
  readonly collation?: number | undefined;
  readonly columnLen?: number | undefined;
  readonly decimal?: number | undefined;
  readonly flag?: number | undefined;
  readonly elems?: readonly string[] | undefined;
  readonly defaultVal?: Uint8Array | undefined;
  readonly pkHandle?: boolean | undefined;
  readonly array?: boolean | undefined;
}
export function writeColumnInfo(w: ProtoWriter, m: ColumnInfoInit): void {
  if (m.array === true) {
    w.bool(m.array);
    w.varint(176);
  }
  if (m.pkHandle === true) {
    w.bool(m.pkHandle);
    w.varint(168);
  }
  if (m.defaultVal !== undefined && m.defaultVal.length > 0) {
    w.bytes(m.defaultVal);
    w.varint(66);
  }
  if (m.elems !== undefined && m.elems.length > 0)
    for (let i = m.elems.length - 1; i >= 0; i--) {
      w.string(m.elems[i]!);
      w.varint(58);
    }
  if (m.flag !== undefined && m.flag !== 0) {
    w.varint(m.flag);
    w.varint(48);
  }
  if (m.decimal !== undefined && m.decimal !== 0) {
    w.varint(m.decimal);
    w.varint(40);
  }
  if (m.columnLen !== undefined && m.columnLen !== 0) {
    w.varint(m.columnLen);
    w.varint(32);
  }
  if (m.collation !== undefined && m.collation !== 0) {
    w.varint(m.collation);
    w.varint(24);
  }
  if (m.tp !== undefined && m.tp !== 0) {
    w.varint(m.tp);
    w.varint(16);
  }
  if (m.columnId !== undefined && m.columnId !== 0) {
    w.varint(m.columnId);
    w.varint(8);
  }
}
export function readColumnInfo(r: ProtoReader, end: number): ColumnInfo {
  const m: ColumnInfo = {
    columnId: 0,
    tp: 0,
    collation: 0,
    columnLen: 0,
    decimal: 0,
    flag: 0,
    elems: NONE,
    defaultVal: NO_BYTES,
    pkHandle: false,
    array: false,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.columnId = r.int();
        break;
      case 16:
        m.tp = r.int32();
        break;
      case 24:
        m.collation = r.int32();
        break;
      case 32:
        m.columnLen = r.int32();
        break;
      case 40:
        m.decimal = r.int32();
        break;
      case 48:
        m.flag = r.int32();
        break;
      case 58:
        ((m.elems === NONE ? (m.elems = []) : m.elems) as string[]).push(r.string());
        break;
      case 66:
        m.defaultVal = r.bytes();
        break;
      case 168:
        m.pkHandle = r.bool();
        break;
      case 176:
        m.array = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ColumnInfo: Codec<ColumnInfo, ColumnInfoInit> = codec(
  'tipb.ColumnInfo',
  readColumnInfo,
  writeColumnInfo,
);
export interface Expr {
  tp: number;
  val: Uint8Array;
  children: readonly Expr[];
  sig: number;
  fieldType: FieldType | undefined;
  hasDistinct: boolean;
  aggFuncMode: number;
}
export interface ExprInit {
  readonly tp?: number | undefined;
  readonly val?: Uint8Array | undefined;
  readonly children?: readonly ExprInit[] | undefined;
  readonly sig?: number | undefined;
  readonly fieldType?: FieldTypeInit | undefined;
  readonly hasDistinct?: boolean | undefined;
  readonly aggFuncMode?: number | undefined;
}
export function writeExpr(w: ProtoWriter, m: ExprInit): void {
  if (m.aggFuncMode !== undefined && m.aggFuncMode !== 0) {
    w.varint(m.aggFuncMode);
    w.varint(72);
  }
  if (m.hasDistinct === true) {
    w.bool(m.hasDistinct);
    w.varint(56);
  }
  if (m.fieldType !== undefined) {
    const at = w.written;
    writeFieldType(w, m.fieldType);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.sig !== undefined && m.sig !== 0) {
    w.varint(m.sig);
    w.varint(32);
  }
  if (m.children !== undefined && m.children.length > 0)
    for (let i = m.children.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeExpr(w, m.children[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.val !== undefined && m.val.length > 0) {
    w.bytes(m.val);
    w.varint(18);
  }
  if (m.tp !== undefined && m.tp !== 0) {
    w.varint(m.tp);
    w.varint(8);
  }
}
export function readExpr(r: ProtoReader, end: number): Expr {
  const m: Expr = {
    tp: 0,
    val: NO_BYTES,
    children: NONE,
    sig: 0,
    fieldType: undefined,
    hasDistinct: false,
    aggFuncMode: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.tp = r.int32();
        break;
      case 18:
        m.val = r.bytes();
        break;
      case 26:
        ((m.children === NONE ? (m.children = []) : m.children) as Expr[]).push(readExpr(r, r.end()));
        break;
      case 32:
        m.sig = r.int32();
        break;
      case 42:
        m.fieldType = readFieldType(r, r.end());
        break;
      case 56:
        m.hasDistinct = r.bool();
        break;
      case 72:
        m.aggFuncMode = r.int32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Expr: Codec<Expr, ExprInit> = codec('tipb.Expr', readExpr, writeExpr);
export interface ByItem {
  expr: Expr | undefined;
  desc: boolean;
}
export interface ByItemInit {
  readonly expr?: ExprInit | undefined;
  readonly desc?: boolean | undefined;
}
export function writeByItem(w: ProtoWriter, m: ByItemInit): void {
  if (m.desc === true) {
    w.bool(m.desc);
    w.varint(16);
  }
  if (m.expr !== undefined) {
    const at = w.written;
    writeExpr(w, m.expr);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readByItem(r: ProtoReader, end: number): ByItem {
  const m: ByItem = { expr: undefined, desc: false };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.expr = readExpr(r, r.end());
        break;
      case 16:
        m.desc = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ByItem: Codec<ByItem, ByItemInit> = codec('tipb.ByItem', readByItem, writeByItem);
export interface TableScan {
  tableId: number;
  columns: readonly ColumnInfo[];
  desc: boolean;
  primaryColumnIds: readonly number[];
  primaryPrefixColumnIds: readonly number[];
  keepOrder: boolean;
}
export interface TableScanInit {
  readonly tableId?: number | undefined;
  readonly columns?: readonly ColumnInfoInit[] | undefined;
  readonly desc?: boolean | undefined;
  readonly primaryColumnIds?: readonly number[] | undefined;
  readonly primaryPrefixColumnIds?: readonly number[] | undefined;
  readonly keepOrder?: boolean | undefined;
}
export function writeTableScan(w: ProtoWriter, m: TableScanInit): void {
  if (m.keepOrder === true) {
    w.bool(m.keepOrder);
    w.varint(64);
  }
  if (m.primaryPrefixColumnIds !== undefined && m.primaryPrefixColumnIds.length > 0) {
    const at = w.written;
    for (let i = m.primaryPrefixColumnIds.length - 1; i >= 0; i--) w.varint(m.primaryPrefixColumnIds[i]!);
    w.varint(w.written - at);
    w.varint(58);
  }
  if (m.primaryColumnIds !== undefined && m.primaryColumnIds.length > 0) {
    const at = w.written;
    for (let i = m.primaryColumnIds.length - 1; i >= 0; i--) w.varint(m.primaryColumnIds[i]!);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.desc === true) {
    w.bool(m.desc);
    w.varint(24);
  }
  if (m.columns !== undefined && m.columns.length > 0)
    for (let i = m.columns.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeColumnInfo(w, m.columns[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.tableId !== undefined && m.tableId !== 0) {
    w.varint(m.tableId);
    w.varint(8);
  }
}
export function readTableScan(r: ProtoReader, end: number): TableScan {
  const m: TableScan = {
    tableId: 0,
    columns: NONE,
    desc: false,
    primaryColumnIds: NONE,
    primaryPrefixColumnIds: NONE,
    keepOrder: false,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.tableId = r.int();
        break;
      case 18:
        ((m.columns === NONE ? (m.columns = []) : m.columns) as ColumnInfo[]).push(
          readColumnInfo(r, r.end()),
        );
        break;
      case 24:
        m.desc = r.bool();
        break;
      case 32:
        ((m.primaryColumnIds === NONE ? (m.primaryColumnIds = []) : m.primaryColumnIds) as number[]).push(
          r.int(),
        );
        break;
      case 34: {
        const list = (
          m.primaryColumnIds === NONE ? (m.primaryColumnIds = []) : m.primaryColumnIds
        ) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.int());
        break;
      }
      case 56:
        (
          (m.primaryPrefixColumnIds === NONE
            ? (m.primaryPrefixColumnIds = [])
            : m.primaryPrefixColumnIds) as number[]
        ).push(r.int());
        break;
      case 58: {
        const list = (
          m.primaryPrefixColumnIds === NONE ? (m.primaryPrefixColumnIds = []) : m.primaryPrefixColumnIds
        ) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.int());
        break;
      }
      case 64:
        m.keepOrder = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TableScan: Codec<TableScan, TableScanInit> = codec(
  'tipb.TableScan',
  readTableScan,
  writeTableScan,
);
export interface IndexScan {
  tableId: number;
  indexId: number;
  columns: readonly ColumnInfo[];
  desc: boolean;
  unique: boolean;
  primaryColumnIds: readonly number[];
}
export interface IndexScanInit {
  readonly tableId?: number | undefined;
  readonly indexId?: number | undefined;
  readonly columns?: readonly ColumnInfoInit[] | undefined;
  readonly desc?: boolean | undefined;
  readonly unique?: boolean | undefined;
  readonly primaryColumnIds?: readonly number[] | undefined;
}
export function writeIndexScan(w: ProtoWriter, m: IndexScanInit): void {
  if (m.primaryColumnIds !== undefined && m.primaryColumnIds.length > 0) {
    const at = w.written;
    for (let i = m.primaryColumnIds.length - 1; i >= 0; i--) w.varint(m.primaryColumnIds[i]!);
    w.varint(w.written - at);
    w.varint(50);
  }
  if (m.unique === true) {
    w.bool(m.unique);
    w.varint(40);
  }
  if (m.desc === true) {
    w.bool(m.desc);
    w.varint(32);
  }
  if (m.columns !== undefined && m.columns.length > 0)
    for (let i = m.columns.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeColumnInfo(w, m.columns[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.indexId !== undefined && m.indexId !== 0) {
    w.varint(m.indexId);
    w.varint(16);
  }
  if (m.tableId !== undefined && m.tableId !== 0) {
    w.varint(m.tableId);
    w.varint(8);
  }
}
export function readIndexScan(r: ProtoReader, end: number): IndexScan {
  const m: IndexScan = {
    tableId: 0,
    indexId: 0,
    columns: NONE,
    desc: false,
    unique: false,
    primaryColumnIds: NONE,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.tableId = r.int();
        break;
      case 16:
        m.indexId = r.int();
        break;
      case 26:
        ((m.columns === NONE ? (m.columns = []) : m.columns) as ColumnInfo[]).push(
          readColumnInfo(r, r.end()),
        );
        break;
      case 32:
        m.desc = r.bool();
        break;
      case 40:
        m.unique = r.bool();
        break;
      case 48:
        ((m.primaryColumnIds === NONE ? (m.primaryColumnIds = []) : m.primaryColumnIds) as number[]).push(
          r.int(),
        );
        break;
      case 50: {
        const list = (
          m.primaryColumnIds === NONE ? (m.primaryColumnIds = []) : m.primaryColumnIds
        ) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.int());
        break;
      }
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const IndexScan: Codec<IndexScan, IndexScanInit> = codec(
  'tipb.IndexScan',
  readIndexScan,
  writeIndexScan,
);
export interface Selection {
  conditions: readonly Expr[];
}
export interface SelectionInit {
  readonly conditions?: readonly ExprInit[] | undefined;
}
export function writeSelection(w: ProtoWriter, m: SelectionInit): void {
  if (m.conditions !== undefined && m.conditions.length > 0)
    for (let i = m.conditions.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeExpr(w, m.conditions[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readSelection(r: ProtoReader, end: number): Selection {
  const m: Selection = { conditions: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.conditions === NONE ? (m.conditions = []) : m.conditions) as Expr[]).push(readExpr(r, r.end()));
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Selection: Codec<Selection, SelectionInit> = codec(
  'tipb.Selection',
  readSelection,
  writeSelection,
);
export interface Aggregation {
  groupBy: readonly Expr[];
  aggFunc: readonly Expr[];
  streamed: boolean;
}
export interface AggregationInit {
  readonly groupBy?: readonly ExprInit[] | undefined;
  readonly aggFunc?: readonly ExprInit[] | undefined;
  readonly streamed?: boolean | undefined;
}
export function writeAggregation(w: ProtoWriter, m: AggregationInit): void {
  if (m.streamed === true) {
    w.bool(m.streamed);
    w.varint(24);
  }
  if (m.aggFunc !== undefined && m.aggFunc.length > 0)
    for (let i = m.aggFunc.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeExpr(w, m.aggFunc[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.groupBy !== undefined && m.groupBy.length > 0)
    for (let i = m.groupBy.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeExpr(w, m.groupBy[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readAggregation(r: ProtoReader, end: number): Aggregation {
  const m: Aggregation = { groupBy: NONE, aggFunc: NONE, streamed: false };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.groupBy === NONE ? (m.groupBy = []) : m.groupBy) as Expr[]).push(readExpr(r, r.end()));
        break;
      case 18:
        ((m.aggFunc === NONE ? (m.aggFunc = []) : m.aggFunc) as Expr[]).push(readExpr(r, r.end()));
        break;
      case 24:
        m.streamed = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Aggregation: Codec<Aggregation, AggregationInit> = codec(
  'tipb.Aggregation',
  readAggregation,
  writeAggregation,
);
export interface TopN {
  orderBy: readonly ByItem[];
  limit: number;
}
export interface TopNInit {
  readonly orderBy?: readonly ByItemInit[] | undefined;
  readonly limit?: number | undefined;
}
export function writeTopN(w: ProtoWriter, m: TopNInit): void {
  if (m.limit !== undefined && m.limit !== 0) {
    w.varint(m.limit);
    w.varint(16);
  }
  if (m.orderBy !== undefined && m.orderBy.length > 0)
    for (let i = m.orderBy.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeByItem(w, m.orderBy[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readTopN(r: ProtoReader, end: number): TopN {
  const m: TopN = { orderBy: NONE, limit: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.orderBy === NONE ? (m.orderBy = []) : m.orderBy) as ByItem[]).push(readByItem(r, r.end()));
        break;
      case 16:
        m.limit = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TopN: Codec<TopN, TopNInit> = codec('tipb.TopN', readTopN, writeTopN);
export interface Limit {
  limit: number;
}
export interface LimitInit {
  readonly limit?: number | undefined;
}
export function writeLimit(w: ProtoWriter, m: LimitInit): void {
  if (m.limit !== undefined && m.limit !== 0) {
    w.varint(m.limit);
    w.varint(8);
  }
}
export function readLimit(r: ProtoReader, end: number): Limit {
  const m: Limit = { limit: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.limit = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Limit: Codec<Limit, LimitInit> = codec('tipb.Limit', readLimit, writeLimit);
export interface Executor {
  tp: number;
  tblScan: TableScan | undefined;
  idxScan: IndexScan | undefined;
  selection: Selection | undefined;
  aggregation: Aggregation | undefined;
  topN: TopN | undefined;
  limit: Limit | undefined;
  executorId: string;
}
export interface ExecutorInit {
  readonly tp?: number | undefined;
  readonly tblScan?: TableScanInit | undefined;
  readonly idxScan?: IndexScanInit | undefined;
  readonly selection?: SelectionInit | undefined;
  readonly aggregation?: AggregationInit | undefined;
  readonly topN?: TopNInit | undefined;
  readonly limit?: LimitInit | undefined;
  readonly executorId?: string | undefined;
}
export function writeExecutor(w: ProtoWriter, m: ExecutorInit): void {
  if (m.executorId !== undefined && m.executorId !== '') {
    w.string(m.executorId);
    w.varint(82);
  }
  if (m.limit !== undefined) {
    const at = w.written;
    writeLimit(w, m.limit);
    w.varint(w.written - at);
    w.varint(58);
  }
  if (m.topN !== undefined) {
    const at = w.written;
    writeTopN(w, m.topN);
    w.varint(w.written - at);
    w.varint(50);
  }
  if (m.aggregation !== undefined) {
    const at = w.written;
    writeAggregation(w, m.aggregation);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.selection !== undefined) {
    const at = w.written;
    writeSelection(w, m.selection);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.idxScan !== undefined) {
    const at = w.written;
    writeIndexScan(w, m.idxScan);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.tblScan !== undefined) {
    const at = w.written;
    writeTableScan(w, m.tblScan);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.tp !== undefined && m.tp !== 0) {
    w.varint(m.tp);
    w.varint(8);
  }
}
export function readExecutor(r: ProtoReader, end: number): Executor {
  const m: Executor = {
    tp: 0,
    tblScan: undefined,
    idxScan: undefined,
    selection: undefined,
    aggregation: undefined,
    topN: undefined,
    limit: undefined,
    executorId: '',
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.tp = r.int32();
        break;
      case 18:
        m.tblScan = readTableScan(r, r.end());
        break;
      case 26:
        m.idxScan = readIndexScan(r, r.end());
        break;
      case 34:
        m.selection = readSelection(r, r.end());
        break;
      case 42:
        m.aggregation = readAggregation(r, r.end());
        break;
      case 50:
        m.topN = readTopN(r, r.end());
        break;
      case 58:
        m.limit = readLimit(r, r.end());
        break;
      case 82:
        m.executorId = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Executor: Codec<Executor, ExecutorInit> = codec('tipb.Executor', readExecutor, writeExecutor);
export interface ChunkMemoryLayout {
  endian: number;
}
export interface ChunkMemoryLayoutInit {
  readonly endian?: number | undefined;
}
export function writeChunkMemoryLayout(w: ProtoWriter, m: ChunkMemoryLayoutInit): void {
  if (m.endian !== undefined && m.endian !== 0) {
    w.varint(m.endian);
    w.varint(8);
  }
}
export function readChunkMemoryLayout(r: ProtoReader, end: number): ChunkMemoryLayout {
  const m: ChunkMemoryLayout = { endian: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.endian = r.int32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ChunkMemoryLayout: Codec<ChunkMemoryLayout, ChunkMemoryLayoutInit> = codec(
  'tipb.ChunkMemoryLayout',
  readChunkMemoryLayout,
  writeChunkMemoryLayout,
);
export interface DAGRequest {
  startTsFallback: bigint;
  executors: readonly Executor[];
  timeZoneOffset: number;
  flags: number;
  outputOffsets: readonly number[];
  collectRangeCounts: boolean;
  maxWarningCount: number;
  encodeType: number;
  sqlMode: number;
  timeZoneName: string;
  collectExecutionSummaries: boolean;
  maxAllowedPacket: number;
  chunkMemoryLayout: ChunkMemoryLayout | undefined;
  divPrecisionIncrement: number;
}
export interface DAGRequestInit {
  readonly startTsFallback?: bigint | undefined;
  readonly executors?: readonly ExecutorInit[] | undefined;
  readonly timeZoneOffset?: number | undefined;
  readonly flags?: number | undefined;
  readonly outputOffsets?: readonly number[] | undefined;
  readonly collectRangeCounts?: boolean | undefined;
  readonly maxWarningCount?: number | undefined;
  readonly encodeType?: number | undefined;
  readonly sqlMode?: number | undefined;
  readonly timeZoneName?: string | undefined;
  readonly collectExecutionSummaries?: boolean | undefined;
  readonly maxAllowedPacket?: number | undefined;
  readonly chunkMemoryLayout?: ChunkMemoryLayoutInit | undefined;
  readonly divPrecisionIncrement?: number | undefined;
}
export function writeDAGRequest(w: ProtoWriter, m: DAGRequestInit): void {
  if (m.divPrecisionIncrement !== undefined && m.divPrecisionIncrement !== 0) {
    w.varint(m.divPrecisionIncrement);
    w.varint(152);
  }
  if (m.chunkMemoryLayout !== undefined) {
    const at = w.written;
    writeChunkMemoryLayout(w, m.chunkMemoryLayout);
    w.varint(w.written - at);
    w.varint(114);
  }
  if (m.maxAllowedPacket !== undefined && m.maxAllowedPacket !== 0) {
    w.varint(m.maxAllowedPacket);
    w.varint(104);
  }
  if (m.collectExecutionSummaries === true) {
    w.bool(m.collectExecutionSummaries);
    w.varint(96);
  }
  if (m.timeZoneName !== undefined && m.timeZoneName !== '') {
    w.string(m.timeZoneName);
    w.varint(90);
  }
  if (m.sqlMode !== undefined && m.sqlMode !== 0) {
    w.varint(m.sqlMode);
    w.varint(72);
  }
  if (m.encodeType !== undefined && m.encodeType !== 0) {
    w.varint(m.encodeType);
    w.varint(64);
  }
  if (m.maxWarningCount !== undefined && m.maxWarningCount !== 0) {
    w.varint(m.maxWarningCount);
    w.varint(56);
  }
  if (m.collectRangeCounts === true) {
    w.bool(m.collectRangeCounts);
    w.varint(48);
  }
  if (m.outputOffsets !== undefined && m.outputOffsets.length > 0) {
    const at = w.written;
    for (let i = m.outputOffsets.length - 1; i >= 0; i--) w.varint(m.outputOffsets[i]!);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.flags !== undefined && m.flags !== 0) {
    w.varint(m.flags);
    w.varint(32);
  }
  if (m.timeZoneOffset !== undefined && m.timeZoneOffset !== 0) {
    w.varint(m.timeZoneOffset);
    w.varint(24);
  }
  if (m.executors !== undefined && m.executors.length > 0)
    for (let i = m.executors.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeExecutor(w, m.executors[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.startTsFallback !== undefined && m.startTsFallback !== 0n) {
    w.u64(m.startTsFallback);
    w.varint(8);
  }
}
export function readDAGRequest(r: ProtoReader, end: number): DAGRequest {
  const m: DAGRequest = {
    startTsFallback: 0n,
    executors: NONE,
    timeZoneOffset: 0,
    flags: 0,
    outputOffsets: NONE,
    collectRangeCounts: false,
    maxWarningCount: 0,
    encodeType: 0,
    sqlMode: 0,
    timeZoneName: '',
    collectExecutionSummaries: false,
    maxAllowedPacket: 0,
    chunkMemoryLayout: undefined,
    divPrecisionIncrement: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.startTsFallback = r.u64();
        break;
      case 18:
        ((m.executors === NONE ? (m.executors = []) : m.executors) as Executor[]).push(
          readExecutor(r, r.end()),
        );
        break;
      case 24:
        m.timeZoneOffset = r.int();
        break;
      case 32:
        m.flags = r.uint();
        break;
      case 40:
        ((m.outputOffsets === NONE ? (m.outputOffsets = []) : m.outputOffsets) as number[]).push(r.uint32());
        break;
      case 42: {
        const list = (m.outputOffsets === NONE ? (m.outputOffsets = []) : m.outputOffsets) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.uint32());
        break;
      }
      case 48:
        m.collectRangeCounts = r.bool();
        break;
      case 56:
        m.maxWarningCount = r.uint();
        break;
      case 64:
        m.encodeType = r.int32();
        break;
      case 72:
        m.sqlMode = r.uint();
        break;
      case 90:
        m.timeZoneName = r.string();
        break;
      case 96:
        m.collectExecutionSummaries = r.bool();
        break;
      case 104:
        m.maxAllowedPacket = r.uint();
        break;
      case 114:
        m.chunkMemoryLayout = readChunkMemoryLayout(r, r.end());
        break;
      case 152:
        m.divPrecisionIncrement = r.uint32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const DAGRequest: Codec<DAGRequest, DAGRequestInit> = codec(
  'tipb.DAGRequest',
  readDAGRequest,
  writeDAGRequest,
);
export interface Error {
  code: number;
  msg: string;
}
export interface ErrorInit {
  readonly code?: number | undefined;
  readonly msg?: string | undefined;
}
export function writeError(w: ProtoWriter, m: ErrorInit): void {
  if (m.msg !== undefined && m.msg !== '') {
    w.string(m.msg);
    w.varint(18);
  }
  if (m.code !== undefined && m.code !== 0) {
    w.varint(m.code);
    w.varint(8);
  }
}
export function readError(r: ProtoReader, end: number): Error {
  const m: Error = { code: 0, msg: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.code = r.int32();
        break;
      case 18:
        m.msg = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Error: Codec<Error, ErrorInit> = codec('tipb.Error', readError, writeError);
export interface Chunk {
  rowsData: Uint8Array;
}
export interface ChunkInit {
  readonly rowsData?: Uint8Array | undefined;
}
export function writeChunk(w: ProtoWriter, m: ChunkInit): void {
  if (m.rowsData !== undefined && m.rowsData.length > 0) {
    w.bytes(m.rowsData);
    w.varint(26);
  }
}
export function readChunk(r: ProtoReader, end: number): Chunk {
  const m: Chunk = { rowsData: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 26:
        m.rowsData = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Chunk: Codec<Chunk, ChunkInit> = codec('tipb.Chunk', readChunk, writeChunk);
export interface ExecutorExecutionSummary {
  timeProcessedNs: number;
  numProducedRows: number;
  numIterations: number;
  executorId: string;
  concurrency: number;
}
export interface ExecutorExecutionSummaryInit {
  readonly timeProcessedNs?: number | undefined;
  readonly numProducedRows?: number | undefined;
  readonly numIterations?: number | undefined;
  readonly executorId?: string | undefined;
  readonly concurrency?: number | undefined;
}
export function writeExecutorExecutionSummary(w: ProtoWriter, m: ExecutorExecutionSummaryInit): void {
  if (m.concurrency !== undefined && m.concurrency !== 0) {
    w.varint(m.concurrency);
    w.varint(40);
  }
  if (m.executorId !== undefined && m.executorId !== '') {
    w.string(m.executorId);
    w.varint(34);
  }
  if (m.numIterations !== undefined && m.numIterations !== 0) {
    w.varint(m.numIterations);
    w.varint(24);
  }
  if (m.numProducedRows !== undefined && m.numProducedRows !== 0) {
    w.varint(m.numProducedRows);
    w.varint(16);
  }
  if (m.timeProcessedNs !== undefined && m.timeProcessedNs !== 0) {
    w.varint(m.timeProcessedNs);
    w.varint(8);
  }
}
export function readExecutorExecutionSummary(r: ProtoReader, end: number): ExecutorExecutionSummary {
  const m: ExecutorExecutionSummary = {
    timeProcessedNs: 0,
    numProducedRows: 0,
    numIterations: 0,
    executorId: '',
    concurrency: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.timeProcessedNs = r.uint();
        break;
      case 16:
        m.numProducedRows = r.uint();
        break;
      case 24:
        m.numIterations = r.uint();
        break;
      case 34:
        m.executorId = r.string();
        break;
      case 40:
        m.concurrency = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ExecutorExecutionSummary: Codec<ExecutorExecutionSummary, ExecutorExecutionSummaryInit> = codec(
  'tipb.ExecutorExecutionSummary',
  readExecutorExecutionSummary,
  writeExecutorExecutionSummary,
);
export interface SelectResponse {
  error: Error | undefined;
  chunks: readonly Chunk[];
  warnings: readonly Error[];
  outputCounts: readonly number[];
  warningCount: number;
  executionSummaries: readonly ExecutorExecutionSummary[];
  encodeType: number;
  ndvs: readonly number[];
}
export interface SelectResponseInit {
  readonly error?: ErrorInit | undefined;
  readonly chunks?: readonly ChunkInit[] | undefined;
  readonly warnings?: readonly ErrorInit[] | undefined;
  readonly outputCounts?: readonly number[] | undefined;
  readonly warningCount?: number | undefined;
  readonly executionSummaries?: readonly ExecutorExecutionSummaryInit[] | undefined;
  readonly encodeType?: number | undefined;
  readonly ndvs?: readonly number[] | undefined;
}
export function writeSelectResponse(w: ProtoWriter, m: SelectResponseInit): void {
  if (m.ndvs !== undefined && m.ndvs.length > 0) {
    const at = w.written;
    for (let i = m.ndvs.length - 1; i >= 0; i--) w.varint(m.ndvs[i]!);
    w.varint(w.written - at);
    w.varint(82);
  }
  if (m.encodeType !== undefined && m.encodeType !== 0) {
    w.varint(m.encodeType);
    w.varint(72);
  }
  if (m.executionSummaries !== undefined && m.executionSummaries.length > 0)
    for (let i = m.executionSummaries.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeExecutorExecutionSummary(w, m.executionSummaries[i]!);
        w.varint(w.written - at);
        w.varint(66);
      }
    }
  if (m.warningCount !== undefined && m.warningCount !== 0) {
    w.varint(m.warningCount);
    w.varint(48);
  }
  if (m.outputCounts !== undefined && m.outputCounts.length > 0) {
    const at = w.written;
    for (let i = m.outputCounts.length - 1; i >= 0; i--) w.varint(m.outputCounts[i]!);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.warnings !== undefined && m.warnings.length > 0)
    for (let i = m.warnings.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeError(w, m.warnings[i]!);
        w.varint(w.written - at);
        w.varint(34);
      }
    }
  if (m.chunks !== undefined && m.chunks.length > 0)
    for (let i = m.chunks.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeChunk(w, m.chunks[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.error !== undefined) {
    const at = w.written;
    writeError(w, m.error);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readSelectResponse(r: ProtoReader, end: number): SelectResponse {
  const m: SelectResponse = {
    error: undefined,
    chunks: NONE,
    warnings: NONE,
    outputCounts: NONE,
    warningCount: 0,
    executionSummaries: NONE,
    encodeType: 0,
    ndvs: NONE,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.error = readError(r, r.end());
        break;
      case 26:
        ((m.chunks === NONE ? (m.chunks = []) : m.chunks) as Chunk[]).push(readChunk(r, r.end()));
        break;
      case 34:
        ((m.warnings === NONE ? (m.warnings = []) : m.warnings) as Error[]).push(readError(r, r.end()));
        break;
      case 40:
        ((m.outputCounts === NONE ? (m.outputCounts = []) : m.outputCounts) as number[]).push(r.int());
        break;
      case 42: {
        const list = (m.outputCounts === NONE ? (m.outputCounts = []) : m.outputCounts) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.int());
        break;
      }
      case 48:
        m.warningCount = r.int();
        break;
      case 66:
        (
          (m.executionSummaries === NONE
            ? (m.executionSummaries = [])
            : m.executionSummaries) as ExecutorExecutionSummary[]
        ).push(readExecutorExecutionSummary(r, r.end()));
        break;
      case 72:
        m.encodeType = r.int32();
        break;
      case 80:
        ((m.ndvs === NONE ? (m.ndvs = []) : m.ndvs) as number[]).push(r.int());
        break;
      case 82: {
        const list = (m.ndvs === NONE ? (m.ndvs = []) : m.ndvs) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.int());
        break;
      }
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const SelectResponse: Codec<SelectResponse, SelectResponseInit> = codec(
  'tipb.SelectResponse',
  readSelectResponse,
  writeSelectResponse,
);
export interface ResourceGroupTag {
  sqlDigest: Uint8Array;
  planDigest: Uint8Array;
}
export interface ResourceGroupTagInit {
  readonly sqlDigest?: Uint8Array | undefined;
  readonly planDigest?: Uint8Array | undefined;
}
export function writeResourceGroupTag(w: ProtoWriter, m: ResourceGroupTagInit): void {
  if (m.planDigest !== undefined && m.planDigest.length > 0) {
    w.bytes(m.planDigest);
    w.varint(18);
  }
  if (m.sqlDigest !== undefined && m.sqlDigest.length > 0) {
    w.bytes(m.sqlDigest);
    w.varint(10);
  }
}
export function readResourceGroupTag(r: ProtoReader, end: number): ResourceGroupTag {
  const m: ResourceGroupTag = { sqlDigest: NO_BYTES, planDigest: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.sqlDigest = r.bytes();
        break;
      case 18:
        m.planDigest = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ResourceGroupTag: Codec<ResourceGroupTag, ResourceGroupTagInit> = codec(
  'tipb.ResourceGroupTag',
  readResourceGroupTag,
  writeResourceGroupTag,
);
