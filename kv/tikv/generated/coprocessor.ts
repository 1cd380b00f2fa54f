// Written by `npm run protos` from kv/tikv/proto/coprocessor.proto.
import { NO_BYTES, NONE, codec, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
import * as errorpb from './errorpb.js';
import * as kvrpcpb from './kvrpcpb.js';
import * as metapb from './metapb.js';
export interface KeyRange {
  start: Uint8Array;
  end: Uint8Array;
}
export interface KeyRangeInit {
  readonly start?: Uint8Array | undefined;
  readonly end?: Uint8Array | undefined;
}
export function writeKeyRange(w: ProtoWriter, m: KeyRangeInit): void {
  if (m.end !== undefined && m.end.length > 0) {
    w.bytes(m.end);
    w.varint(18);
  }
  if (m.start !== undefined && m.start.length > 0) {
    w.bytes(m.start);
    w.varint(10);
  }
}
export function readKeyRange(r: ProtoReader, end: number): KeyRange {
  const m: KeyRange = { start: NO_BYTES, end: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.start = r.bytes();
        break;
      case 18:
        m.end = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const KeyRange: Codec<KeyRange, KeyRangeInit> = codec(
  'coprocessor.KeyRange',
  readKeyRange,
  writeKeyRange,
);
export interface Request {
  context: kvrpcpb.Context | undefined;
  tp: number;
  data: Uint8Array;
  ranges: readonly KeyRange[];
  isCacheEnabled: boolean;
  cacheIfMatchVersion: bigint;
  startTs: bigint;
  schemaVer: number;
  isTraceEnabled: boolean;
  pagingSize: number;
  tasks: readonly StoreBatchTask[];
  connectionId: bigint;
  connectionAlias: string;
}
export interface RequestInit {
  readonly context?: kvrpcpb.ContextInit | undefined;
  readonly tp?: number | undefined;
  readonly data?: Uint8Array | undefined;
  readonly ranges?: readonly KeyRangeInit[] | undefined;
  readonly isCacheEnabled?: boolean | undefined;
  readonly cacheIfMatchVersion?: bigint | undefined;
  readonly startTs?: bigint | undefined;
  readonly schemaVer?: number | undefined;
  readonly isTraceEnabled?: boolean | undefined;
  readonly pagingSize?: number | undefined;
  readonly tasks?: readonly StoreBatchTaskInit[] | undefined;
  readonly connectionId?: bigint | undefined;
  readonly connectionAlias?: string | undefined;
}
export function writeRequest(w: ProtoWriter, m: RequestInit): void {
  if (m.connectionAlias !== undefined && m.connectionAlias !== '') {
    w.string(m.connectionAlias);
    w.varint(106);
  }
  if (m.connectionId !== undefined && m.connectionId !== 0n) {
    w.u64(m.connectionId);
    w.varint(96);
  }
  if (m.tasks !== undefined && m.tasks.length > 0)
    for (let i = m.tasks.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeStoreBatchTask(w, m.tasks[i]!);
        w.varint(w.written - at);
        w.varint(90);
      }
    }
  if (m.pagingSize !== undefined && m.pagingSize !== 0) {
    w.varint(m.pagingSize);
    w.varint(80);
  }
  if (m.isTraceEnabled === true) {
    w.bool(m.isTraceEnabled);
    w.varint(72);
  }
  if (m.schemaVer !== undefined && m.schemaVer !== 0) {
    w.varint(m.schemaVer);
    w.varint(64);
  }
  if (m.startTs !== undefined && m.startTs !== 0n) {
    w.u64(m.startTs);
    w.varint(56);
  }
  if (m.cacheIfMatchVersion !== undefined && m.cacheIfMatchVersion !== 0n) {
    w.u64(m.cacheIfMatchVersion);
    w.varint(48);
  }
  if (m.isCacheEnabled === true) {
    w.bool(m.isCacheEnabled);
    w.varint(40);
  }
  if (m.ranges !== undefined && m.ranges.length > 0)
    for (let i = m.ranges.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeKeyRange(w, m.ranges[i]!);
        w.varint(w.written - at);
        w.varint(34);
      }
    }
  if (m.data !== undefined && m.data.length > 0) {
    w.bytes(m.data);
    w.varint(26);
  }
  if (m.tp !== undefined && m.tp !== 0) {
    w.varint(m.tp);
    w.varint(16);
  }
  if (m.context !== undefined) {
    const at = w.written;
    kvrpcpb.writeContext(w, m.context);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readRequest(r: ProtoReader, end: number): Request {
  const m: Request = {
    context: undefined,
    tp: 0,
    data: NO_BYTES,
    ranges: NONE,
    isCacheEnabled: false,
    cacheIfMatchVersion: 0n,
    startTs: 0n,
    schemaVer: 0,
    isTraceEnabled: false,
    pagingSize: 0,
    tasks: NONE,
    connectionId: 0n,
    connectionAlias: '',
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.context = kvrpcpb.readContext(r, r.end());
        break;
      case 16:
        m.tp = r.int();
        break;
      case 26:
        m.data = r.bytes();
        break;
      case 34:
        ((m.ranges === NONE ? (m.ranges = []) : m.ranges) as KeyRange[]).push(readKeyRange(r, r.end()));
        break;
      case 40:
        m.isCacheEnabled = r.bool();
        break;
      case 48:
        m.cacheIfMatchVersion = r.u64();
        break;
      case 56:
        m.startTs = r.u64();
        break;
      case 64:
        m.schemaVer = r.int();
        break;
      case 72:
        m.isTraceEnabled = r.bool();
        break;
      case 80:
        m.pagingSize = r.uint();
        break;
      case 90:
        ((m.tasks === NONE ? (m.tasks = []) : m.tasks) as StoreBatchTask[]).push(
          readStoreBatchTask(r, r.end()),
        );
        break;
      case 96:
        m.connectionId = r.u64();
        break;
      case 106:
        m.connectionAlias = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Request: Codec<Request, RequestInit> = codec('coprocessor.Request', readRequest, writeRequest);
export interface Response {
  data: Uint8Array;
  regionError: errorpb.Error | undefined;
  locked: kvrpcpb.LockInfo | undefined;
  otherError: string;
  range: KeyRange | undefined;
  execDetails: kvrpcpb.ExecDetails | undefined;
  isCacheHit: boolean;
  cacheLastVersion: bigint;
  canBeCached: boolean;
  execDetailsV2: kvrpcpb.ExecDetailsV2 | undefined;
  latestBucketsVersion: bigint;
  batchResponses: readonly StoreBatchTaskResponse[];
}
export interface ResponseInit {
  readonly data?: Uint8Array | undefined;
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly locked?: kvrpcpb.LockInfoInit | undefined;
  readonly otherError?: string | undefined;
  readonly range?: KeyRangeInit | undefined;
  readonly execDetails?: kvrpcpb.ExecDetailsInit | undefined;
  readonly isCacheHit?: boolean | undefined;
  readonly cacheLastVersion?: bigint | undefined;
  readonly canBeCached?: boolean | undefined;
  readonly execDetailsV2?: kvrpcpb.ExecDetailsV2Init | undefined;
  readonly latestBucketsVersion?: bigint | undefined;
  readonly batchResponses?: readonly StoreBatchTaskResponseInit[] | undefined;
}
export function writeResponse(w: ProtoWriter, m: ResponseInit): void {
  if (m.batchResponses !== undefined && m.batchResponses.length > 0)
    for (let i = m.batchResponses.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeStoreBatchTaskResponse(w, m.batchResponses[i]!);
        w.varint(w.written - at);
        w.varint(106);
      }
    }
  if (m.latestBucketsVersion !== undefined && m.latestBucketsVersion !== 0n) {
    w.u64(m.latestBucketsVersion);
    w.varint(96);
  }
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    kvrpcpb.writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(90);
  }
  if (m.canBeCached === true) {
    w.bool(m.canBeCached);
    w.varint(72);
  }
  if (m.cacheLastVersion !== undefined && m.cacheLastVersion !== 0n) {
    w.u64(m.cacheLastVersion);
    w.varint(64);
  }
  if (m.isCacheHit === true) {
    w.bool(m.isCacheHit);
    w.varint(56);
  }
  if (m.execDetails !== undefined) {
    const at = w.written;
    kvrpcpb.writeExecDetails(w, m.execDetails);
    w.varint(w.written - at);
    w.varint(50);
  }
  if (m.range !== undefined) {
    const at = w.written;
    writeKeyRange(w, m.range);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.otherError !== undefined && m.otherError !== '') {
    w.string(m.otherError);
    w.varint(34);
  }
  if (m.locked !== undefined) {
    const at = w.written;
    kvrpcpb.writeLockInfo(w, m.locked);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.data !== undefined && m.data.length > 0) {
    w.bytes(m.data);
    w.varint(10);
  }
}
export function readResponse(r: ProtoReader, end: number): Response {
  const m: Response = {
    data: NO_BYTES,
    regionError: undefined,
    locked: undefined,
    otherError: '',
    range: undefined,
    execDetails: undefined,
    isCacheHit: false,
    cacheLastVersion: 0n,
    canBeCached: false,
    execDetailsV2: undefined,
    latestBucketsVersion: 0n,
    batchResponses: NONE,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.data = r.bytes();
        break;
      case 18:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 26:
        m.locked = kvrpcpb.readLockInfo(r, r.end());
        break;
      case 34:
        m.otherError = r.string();
        break;
      case 42:
        m.range = readKeyRange(r, r.end());
        break;
      case 50:
        m.execDetails = kvrpcpb.readExecDetails(r, r.end());
        break;
      case 56:
        m.isCacheHit = r.bool();
        break;
      case 64:
        m.cacheLastVersion = r.u64();
        break;
      case 72:
        m.canBeCached = r.bool();
        break;
      case 90:
        m.execDetailsV2 = kvrpcpb.readExecDetailsV2(r, r.end());
        break;
      case 96:
        m.latestBucketsVersion = r.u64();
        break;
      case 106:
        (
          (m.batchResponses === NONE ? (m.batchResponses = []) : m.batchResponses) as StoreBatchTaskResponse[]
        ).push(readStoreBatchTaskResponse(r, r.end()));
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Response: Codec<Response, ResponseInit> = codec(
  'coprocessor.Response',
  readResponse,
  writeResponse,
);
export interface StoreBatchTask {
  regionId: number;
  regionEpoch: metapb.RegionEpoch | undefined;
  peer: metapb.Peer | undefined;
  ranges: readonly KeyRange[];
  taskId: number;
}
export interface StoreBatchTaskInit {
  readonly regionId?: number | undefined;
  readonly regionEpoch?: metapb.RegionEpochInit | undefined;
  readonly peer?: metapb.PeerInit | undefined;
  readonly ranges?: readonly KeyRangeInit[] | undefined;
  readonly taskId?: number | undefined;
}
export function writeStoreBatchTask(w: ProtoWriter, m: StoreBatchTaskInit): void {
  if (m.taskId !== undefined && m.taskId !== 0) {
    w.varint(m.taskId);
    w.varint(40);
  }
  if (m.ranges !== undefined && m.ranges.length > 0)
    for (let i = m.ranges.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeKeyRange(w, m.ranges[i]!);
        w.varint(w.written - at);
        w.varint(34);
      }
    }
  if (m.peer !== undefined) {
    const at = w.written;
    metapb.writePeer(w, m.peer);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.regionEpoch !== undefined) {
    const at = w.written;
    metapb.writeRegionEpoch(w, m.regionEpoch);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readStoreBatchTask(r: ProtoReader, end: number): StoreBatchTask {
  const m: StoreBatchTask = { regionId: 0, regionEpoch: undefined, peer: undefined, ranges: NONE, taskId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      case 18:
        m.regionEpoch = metapb.readRegionEpoch(r, r.end());
        break;
      case 26:
        m.peer = metapb.readPeer(r, r.end());
        break;
      case 34:
        ((m.ranges === NONE ? (m.ranges = []) : m.ranges) as KeyRange[]).push(readKeyRange(r, r.end()));
        break;
      case 40:
        m.taskId = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const StoreBatchTask: Codec<StoreBatchTask, StoreBatchTaskInit> = codec(
  'coprocessor.StoreBatchTask',
  readStoreBatchTask,
  writeStoreBatchTask,
);
export interface StoreBatchTaskResponse {
  data: Uint8Array;
  regionError: errorpb.Error | undefined;
  locked: kvrpcpb.LockInfo | undefined;
  otherError: string;
  taskId: number;
  execDetailsV2: kvrpcpb.ExecDetailsV2 | undefined;
}
export interface StoreBatchTaskResponseInit {
  readonly data?: Uint8Array | undefined;
  readonly regionError?: errorpb.ErrorInit | undefined;
  readonly locked?: kvrpcpb.LockInfoInit | undefined;
  readonly otherError?: string | undefined;
  readonly taskId?: number | undefined;
  readonly execDetailsV2?: kvrpcpb.ExecDetailsV2Init | undefined;
}
export function writeStoreBatchTaskResponse(w: ProtoWriter, m: StoreBatchTaskResponseInit): void {
  if (m.execDetailsV2 !== undefined) {
    const at = w.written;
    kvrpcpb.writeExecDetailsV2(w, m.execDetailsV2);
    w.varint(w.written - at);
    w.varint(50);
  }
  if (m.taskId !== undefined && m.taskId !== 0) {
    w.varint(m.taskId);
    w.varint(40);
  }
  if (m.otherError !== undefined && m.otherError !== '') {
    w.string(m.otherError);
    w.varint(34);
  }
  if (m.locked !== undefined) {
    const at = w.written;
    kvrpcpb.writeLockInfo(w, m.locked);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.regionError !== undefined) {
    const at = w.written;
    errorpb.writeError(w, m.regionError);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.data !== undefined && m.data.length > 0) {
    w.bytes(m.data);
    w.varint(10);
  }
}
export function readStoreBatchTaskResponse(r: ProtoReader, end: number): StoreBatchTaskResponse {
  const m: StoreBatchTaskResponse = {
    data: NO_BYTES,
    regionError: undefined,
    locked: undefined,
    otherError: '',
    taskId: 0,
    execDetailsV2: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.data = r.bytes();
        break;
      case 18:
        m.regionError = errorpb.readError(r, r.end());
        break;
      case 26:
        m.locked = kvrpcpb.readLockInfo(r, r.end());
        break;
      case 34:
        m.otherError = r.string();
        break;
      case 40:
        m.taskId = r.uint();
        break;
      case 50:
        m.execDetailsV2 = kvrpcpb.readExecDetailsV2(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const StoreBatchTaskResponse: Codec<StoreBatchTaskResponse, StoreBatchTaskResponseInit> = codec(
  'coprocessor.StoreBatchTaskResponse',
  readStoreBatchTaskResponse,
  writeStoreBatchTaskResponse,
);
