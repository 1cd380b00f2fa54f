// Written by `npm run protos` from kv/tikv/proto/explain.proto.
import { NONE, codec, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
export interface ExplainData {
  main: ExplainOperator | undefined;
  ctes: readonly ExplainOperator[];
  withRuntimeStats: boolean;
  discardedDueToTooLong: boolean;
  subqueries: readonly ExplainOperator[];
}
export interface ExplainDataInit {
  readonly main?: ExplainOperatorInit | undefined;
  readonly ctes?: readonly ExplainOperatorInit[] | undefined;
  readonly withRuntimeStats?: boolean | undefined;
  readonly discardedDueToTooLong?: boolean | undefined;
  readonly subqueries?: readonly ExplainOperatorInit[] | undefined;
}
export function writeExplainData(w: ProtoWriter, m: ExplainDataInit): void {
  if (m.subqueries !== undefined && m.subqueries.length > 0)
    for (let i = m.subqueries.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeExplainOperator(w, m.subqueries[i]!);
        w.varint(w.written - at);
        w.varint(42);
      }
    }
  if (m.discardedDueToTooLong === true) {
    w.bool(m.discardedDueToTooLong);
    w.varint(32);
  }
  if (m.withRuntimeStats === true) {
    w.bool(m.withRuntimeStats);
    w.varint(24);
  }
  if (m.ctes !== undefined && m.ctes.length > 0)
    for (let i = m.ctes.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeExplainOperator(w, m.ctes[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.main !== undefined) {
    const at = w.written;
    writeExplainOperator(w, m.main);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readExplainData(r: ProtoReader, end: number): ExplainData {
  const m: ExplainData = {
    main: undefined,
    ctes: NONE,
    withRuntimeStats: false,
    discardedDueToTooLong: false,
    subqueries: NONE,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.main = readExplainOperator(r, r.end());
        break;
      case 18:
        ((m.ctes === NONE ? (m.ctes = []) : m.ctes) as ExplainOperator[]).push(
          readExplainOperator(r, r.end()),
        );
        break;
      case 24:
        m.withRuntimeStats = r.bool();
        break;
      case 32:
        m.discardedDueToTooLong = r.bool();
        break;
      case 42:
        ((m.subqueries === NONE ? (m.subqueries = []) : m.subqueries) as ExplainOperator[]).push(
          readExplainOperator(r, r.end()),
        );
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ExplainData: Codec<ExplainData, ExplainDataInit> = codec(
  'explain.ExplainData',
  readExplainData,
  writeExplainData,
);
export interface ExplainOperator {
  name: string;
  children: readonly ExplainOperator[];
  labels: readonly number[];
  cost: number;
  estRows: number;
  actRows: number;
  taskType: number;
  storeType: number;
  accessObjects: readonly AccessObject[];
  operatorInfo: string;
  rootBasicExecInfo: string;
  rootGroupExecInfo: readonly string[];
  copExecInfo: string;
  memoryBytes: number;
  diskBytes: number;
  briefName: string;
  briefOperatorInfo: string;
}
export interface ExplainOperatorInit {
  readonly name?: string | undefined;
  readonly children?: readonly ExplainOperatorInit[] | undefined;
  readonly labels?: readonly number[] | undefined;
  readonly cost?: number | undefined;
  readonly estRows?: number | undefined;
  readonly actRows?: number | undefined;
  readonly taskType?: number | undefined;
  readonly storeType?: number | undefined;
  readonly accessObjects?: readonly AccessObjectInit[] | undefined;
  readonly operatorInfo?: string | undefined;
  readonly rootBasicExecInfo?: string | undefined;
  readonly rootGroupExecInfo?: readonly string[] | undefined;
  readonly copExecInfo?: string | undefined;
  readonly memoryBytes?: number | undefined;
  readonly diskBytes?: number | undefined;
  readonly briefName?: string | undefined;
  readonly briefOperatorInfo?: string | undefined;
}
export function writeExplainOperator(w: ProtoWriter, m: ExplainOperatorInit): void {
  if (m.briefOperatorInfo !== undefined && m.briefOperatorInfo !== '') {
    w.string(m.briefOperatorInfo);
    w.varint(138);
  }
  if (m.briefName !== undefined && m.briefName !== '') {
    w.string(m.briefName);
    w.varint(130);
  }
  if (m.diskBytes !== undefined && m.diskBytes !== 0) {
    w.varint(m.diskBytes);
    w.varint(120);
  }
  if (m.memoryBytes !== undefined && m.memoryBytes !== 0) {
    w.varint(m.memoryBytes);
    w.varint(112);
  }
  if (m.copExecInfo !== undefined && m.copExecInfo !== '') {
    w.string(m.copExecInfo);
    w.varint(106);
  }
  if (m.rootGroupExecInfo !== undefined && m.rootGroupExecInfo.length > 0)
    for (let i = m.rootGroupExecInfo.length - 1; i >= 0; i--) {
      w.string(m.rootGroupExecInfo[i]!);
      w.varint(98);
    }
  if (m.rootBasicExecInfo !== undefined && m.rootBasicExecInfo !== '') {
    w.string(m.rootBasicExecInfo);
    w.varint(90);
  }
  if (m.operatorInfo !== undefined && m.operatorInfo !== '') {
    w.string(m.operatorInfo);
    w.varint(82);
  }
  if (m.accessObjects !== undefined && m.accessObjects.length > 0)
    for (let i = m.accessObjects.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeAccessObject(w, m.accessObjects[i]!);
        w.varint(w.written - at);
        w.varint(74);
      }
    }
  if (m.storeType !== undefined && m.storeType !== 0) {
    w.varint(m.storeType);
    w.varint(64);
  }
  if (m.taskType !== undefined && m.taskType !== 0) {
    w.varint(m.taskType);
    w.varint(56);
  }
  if (m.actRows !== undefined && m.actRows !== 0) {
    w.varint(m.actRows);
    w.varint(48);
  }
  if (m.estRows !== undefined && m.estRows !== 0) {
    w.double(m.estRows);
    w.varint(41);
  }
  if (m.cost !== undefined && m.cost !== 0) {
    w.double(m.cost);
    w.varint(33);
  }
  if (m.labels !== undefined && m.labels.length > 0) {
    const at = w.written;
    for (let i = m.labels.length - 1; i >= 0; i--) w.varint(m.labels[i]!);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.children !== undefined && m.children.length > 0)
    for (let i = m.children.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeExplainOperator(w, m.children[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.name !== undefined && m.name !== '') {
    w.string(m.name);
    w.varint(10);
  }
}
export function readExplainOperator(r: ProtoReader, end: number): ExplainOperator {
  const m: ExplainOperator = {
    name: '',
    children: NONE,
    labels: NONE,
    cost: 0,
    estRows: 0,
    actRows: 0,
    taskType: 0,
    storeType: 0,
    accessObjects: NONE,
    operatorInfo: '',
    rootBasicExecInfo: '',
    rootGroupExecInfo: NONE,
    copExecInfo: '',
    memoryBytes: 0,
    diskBytes: 0,
    briefName: '',
    briefOperatorInfo: '',
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.name = r.string();
        break;
      case 18:
        ((m.children === NONE ? (m.children = []) : m.children) as ExplainOperator[]).push(
          readExplainOperator(r, r.end()),
        );
        break;
      case 24:
        ((m.labels === NONE ? (m.labels = []) : m.labels) as number[]).push(r.int32());
        break;
      case 26: {
        const list = (m.labels === NONE ? (m.labels = []) : m.labels) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.int32());
        break;
      }
      case 33:
        m.cost = r.double();
        break;
      case 41:
        m.estRows = r.double();
        break;
      case 48:
        m.actRows = r.uint();
        break;
      case 56:
        m.taskType = r.int32();
        break;
      case 64:
        m.storeType = r.int32();
        break;
      case 74:
        ((m.accessObjects === NONE ? (m.accessObjects = []) : m.accessObjects) as AccessObject[]).push(
          readAccessObject(r, r.end()),
        );
        break;
      case 82:
        m.operatorInfo = r.string();
        break;
      case 90:
        m.rootBasicExecInfo = r.string();
        break;
      case 98:
        ((m.rootGroupExecInfo === NONE ? (m.rootGroupExecInfo = []) : m.rootGroupExecInfo) as string[]).push(
          r.string(),
        );
        break;
      case 106:
        m.copExecInfo = r.string();
        break;
      case 112:
        m.memoryBytes = r.int();
        break;
      case 120:
        m.diskBytes = r.int();
        break;
      case 130:
        m.briefName = r.string();
        break;
      case 138:
        m.briefOperatorInfo = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ExplainOperator: Codec<ExplainOperator, ExplainOperatorInit> = codec(
  'explain.ExplainOperator',
  readExplainOperator,
  writeExplainOperator,
);
export interface AccessObject {
  scanObject: ScanAccessObject | undefined;
  dynamicPartitionObjects: DynamicPartitionAccessObjects | undefined;
  otherObject: string;
}
export interface AccessObjectInit {
  readonly scanObject?: ScanAccessObjectInit | undefined;
  readonly dynamicPartitionObjects?: DynamicPartitionAccessObjectsInit | undefined;
  readonly otherObject?: string | undefined;
}
export function writeAccessObject(w: ProtoWriter, m: AccessObjectInit): void {
  if (m.otherObject !== undefined && m.otherObject !== '') {
    w.string(m.otherObject);
    w.varint(26);
  }
  if (m.dynamicPartitionObjects !== undefined) {
    const at = w.written;
    writeDynamicPartitionAccessObjects(w, m.dynamicPartitionObjects);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.scanObject !== undefined) {
    const at = w.written;
    writeScanAccessObject(w, m.scanObject);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readAccessObject(r: ProtoReader, end: number): AccessObject {
  const m: AccessObject = { scanObject: undefined, dynamicPartitionObjects: undefined, otherObject: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.scanObject = readScanAccessObject(r, r.end());
        break;
      case 18:
        m.dynamicPartitionObjects = readDynamicPartitionAccessObjects(r, r.end());
        break;
      case 26:
        m.otherObject = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const AccessObject: Codec<AccessObject, AccessObjectInit> = codec(
  'explain.AccessObject',
  readAccessObject,
  writeAccessObject,
);
export interface DynamicPartitionAccessObjects {
  objects: readonly DynamicPartitionAccessObject[];
}
export interface DynamicPartitionAccessObjectsInit {
  readonly objects?: readonly DynamicPartitionAccessObjectInit[] | undefined;
}
export function writeDynamicPartitionAccessObjects(
  w: ProtoWriter,
  m: DynamicPartitionAccessObjectsInit,
): void {
  if (m.objects !== undefined && m.objects.length > 0)
    for (let i = m.objects.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeDynamicPartitionAccessObject(w, m.objects[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readDynamicPartitionAccessObjects(
  r: ProtoReader,
  end: number,
): DynamicPartitionAccessObjects {
  const m: DynamicPartitionAccessObjects = { objects: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.objects === NONE ? (m.objects = []) : m.objects) as DynamicPartitionAccessObject[]).push(
          readDynamicPartitionAccessObject(r, r.end()),
        );
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const DynamicPartitionAccessObjects: Codec<
  DynamicPartitionAccessObjects,
  DynamicPartitionAccessObjectsInit
> = codec(
  'explain.DynamicPartitionAccessObjects',
  readDynamicPartitionAccessObjects,
  writeDynamicPartitionAccessObjects,
);
export interface DynamicPartitionAccessObject {
  database: string;
  table: string;
  allPartitions: boolean;
  partitions: readonly string[];
}
export interface DynamicPartitionAccessObjectInit {
  readonly database?: string | undefined;
  readonly table?: string | undefined;
  readonly allPartitions?: boolean | undefined;
  readonly partitions?: readonly string[] | undefined;
}
export function writeDynamicPartitionAccessObject(w: ProtoWriter, m: DynamicPartitionAccessObjectInit): void {
  if (m.partitions !== undefined && m.partitions.length > 0)
    for (let i = m.partitions.length - 1; i >= 0; i--) {
      w.string(m.partitions[i]!);
      w.varint(34);
    }
  if (m.allPartitions === true) {
    w.bool(m.allPartitions);
    w.varint(24);
  }
  if (m.table !== undefined && m.table !== '') {
    w.string(m.table);
    w.varint(18);
  }
  if (m.database !== undefined && m.database !== '') {
    w.string(m.database);
    w.varint(10);
  }
}
export function readDynamicPartitionAccessObject(r: ProtoReader, end: number): DynamicPartitionAccessObject {
  const m: DynamicPartitionAccessObject = { database: '', table: '', allPartitions: false, partitions: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.database = r.string();
        break;
      case 18:
        m.table = r.string();
        break;
      case 24:
        m.allPartitions = r.bool();
        break;
      case 34:
        ((m.partitions === NONE ? (m.partitions = []) : m.partitions) as string[]).push(r.string());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const DynamicPartitionAccessObject: Codec<
  DynamicPartitionAccessObject,
  DynamicPartitionAccessObjectInit
> = codec(
  'explain.DynamicPartitionAccessObject',
  readDynamicPartitionAccessObject,
  writeDynamicPartitionAccessObject,
);
export interface ScanAccessObject {
  database: string;
  table: string;
  indexes: readonly IndexAccess[];
  partitions: readonly string[];
}
export interface ScanAccessObjectInit {
  readonly database?: string | undefined;
  readonly table?: string | undefined;
  readonly indexes?: readonly IndexAccessInit[] | undefined;
  readonly partitions?: readonly string[] | undefined;
}
export function writeScanAccessObject(w: ProtoWriter, m: ScanAccessObjectInit): void {
  if (m.partitions !== undefined && m.partitions.length > 0)
    for (let i = m.partitions.length - 1; i >= 0; i--) {
      w.string(m.partitions[i]!);
      w.varint(34);
    }
  if (m.indexes !== undefined && m.indexes.length > 0)
    for (let i = m.indexes.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeIndexAccess(w, m.indexes[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.table !== undefined && m.table !== '') {
    w.string(m.table);
    w.varint(18);
  }
  if (m.database !== undefined && m.database !== '') {
    w.string(m.database);
    w.varint(10);
  }
}
export function readScanAccessObject(r: ProtoReader, end: number): ScanAccessObject {
  const m: ScanAccessObject = { database: '', table: '', indexes: NONE, partitions: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.database = r.string();
        break;
      case 18:
        m.table = r.string();
        break;
      case 26:
        ((m.indexes === NONE ? (m.indexes = []) : m.indexes) as IndexAccess[]).push(
          readIndexAccess(r, r.end()),
        );
        break;
      case 34:
        ((m.partitions === NONE ? (m.partitions = []) : m.partitions) as string[]).push(r.string());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScanAccessObject: Codec<ScanAccessObject, ScanAccessObjectInit> = codec(
  'explain.ScanAccessObject',
  readScanAccessObject,
  writeScanAccessObject,
);
export interface IndexAccess {
  name: string;
  cols: readonly string[];
  isClusteredIndex: boolean;
}
export interface IndexAccessInit {
  readonly name?: string | undefined;
  readonly cols?: readonly string[] | undefined;
  readonly isClusteredIndex?: boolean | undefined;
}
export function writeIndexAccess(w: ProtoWriter, m: IndexAccessInit): void {
  if (m.isClusteredIndex === true) {
    w.bool(m.isClusteredIndex);
    w.varint(24);
  }
  if (m.cols !== undefined && m.cols.length > 0)
    for (let i = m.cols.length - 1; i >= 0; i--) {
      w.string(m.cols[i]!);
      w.varint(18);
    }
  if (m.name !== undefined && m.name !== '') {
    w.string(m.name);
    w.varint(10);
  }
}
export function readIndexAccess(r: ProtoReader, end: number): IndexAccess {
  const m: IndexAccess = { name: '', cols: NONE, isClusteredIndex: false };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.name = r.string();
        break;
      case 18:
        ((m.cols === NONE ? (m.cols = []) : m.cols) as string[]).push(r.string());
        break;
      case 24:
        m.isClusteredIndex = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const IndexAccess: Codec<IndexAccess, IndexAccessInit> = codec(
  'explain.IndexAccess',
  readIndexAccess,
  writeIndexAccess,
);
