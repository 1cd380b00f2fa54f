// Written by `npm run protos` from kv/tikv/proto/pdpb.proto.
import { NO_BYTES, NONE, codec, method, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
import * as metapb from './metapb.js';
export const ErrorType = {
  OK: 0,
  UNKNOWN: 1,
  NOT_BOOTSTRAPPED: 2,
  STORE_TOMBSTONE: 3,
  ALREADY_BOOTSTRAPPED: 4,
  INCOMPATIBLE_VERSION: 5,
  REGION_NOT_FOUND: 6,
  GLOBAL_CONFIG_NOT_FOUND: 7,
  DUPLICATED_ENTRY: 8,
  ENTRY_NOT_FOUND: 9,
  INVALID_VALUE: 10,
  DATA_COMPACTED: 11,
} as const;
export const ServiceMode = { UNKNOWN_SVC_MODE: 0, PD_SVC_MODE: 1, API_SVC_MODE: 2 } as const;
export const OperatorStatus = { SUCCESS: 0, TIMEOUT: 1, CANCEL: 2, REPLACE: 3, RUNNING: 4 } as const;
export const EventType = { PUT: 0, DELETE: 1 } as const;
export interface RequestHeader {
  clusterId: bigint;
  senderId: bigint;
}
export interface RequestHeaderInit {
  readonly clusterId?: bigint | undefined;
  readonly senderId?: bigint | undefined;
}
export function writeRequestHeader(w: ProtoWriter, m: RequestHeaderInit): void {
  if (m.senderId !== undefined && m.senderId !== 0n) {
    w.u64(m.senderId);
    w.varint(16);
  }
  if (m.clusterId !== undefined && m.clusterId !== 0n) {
    w.u64(m.clusterId);
    w.varint(8);
  }
}
export function readRequestHeader(r: ProtoReader, end: number): RequestHeader {
  const m: RequestHeader = { clusterId: 0n, senderId: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.clusterId = r.u64();
        break;
      case 16:
        m.senderId = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const RequestHeader: Codec<RequestHeader, RequestHeaderInit> = codec(
  'pdpb.RequestHeader',
  readRequestHeader,
  writeRequestHeader,
);
export interface ResponseHeader {
  clusterId: bigint;
  error: Error | undefined;
}
export interface ResponseHeaderInit {
  readonly clusterId?: bigint | undefined;
  readonly error?: ErrorInit | undefined;
}
export function writeResponseHeader(w: ProtoWriter, m: ResponseHeaderInit): void {
  if (m.error !== undefined) {
    const at = w.written;
    writeError(w, m.error);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.clusterId !== undefined && m.clusterId !== 0n) {
    w.u64(m.clusterId);
    w.varint(8);
  }
}
export function readResponseHeader(r: ProtoReader, end: number): ResponseHeader {
  const m: ResponseHeader = { clusterId: 0n, error: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.clusterId = r.u64();
        break;
      case 18:
        m.error = readError(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ResponseHeader: Codec<ResponseHeader, ResponseHeaderInit> = codec(
  'pdpb.ResponseHeader',
  readResponseHeader,
  writeResponseHeader,
);
export interface Error {
  type: number;
  message: string;
}
export interface ErrorInit {
  readonly type?: number | undefined;
  readonly message?: string | undefined;
}
export function writeError(w: ProtoWriter, m: ErrorInit): void {
  if (m.message !== undefined && m.message !== '') {
    w.string(m.message);
    w.varint(18);
  }
  if (m.type !== undefined && m.type !== 0) {
    w.varint(m.type);
    w.varint(8);
  }
}
export function readError(r: ProtoReader, end: number): Error {
  const m: Error = { type: 0, message: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.type = r.int32();
        break;
      case 18:
        m.message = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Error: Codec<Error, ErrorInit> = codec('pdpb.Error', readError, writeError);
export interface TsoRequest {
  header: RequestHeader | undefined;
  count: number;
  dcLocation: string;
}
export interface TsoRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly count?: number | undefined;
  readonly dcLocation?: string | undefined;
}
export function writeTsoRequest(w: ProtoWriter, m: TsoRequestInit): void {
  if (m.dcLocation !== undefined && m.dcLocation !== '') {
    w.string(m.dcLocation);
    w.varint(26);
  }
  if (m.count !== undefined && m.count !== 0) {
    w.varint(m.count);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readTsoRequest(r: ProtoReader, end: number): TsoRequest {
  const m: TsoRequest = { header: undefined, count: 0, dcLocation: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 16:
        m.count = r.uint32();
        break;
      case 26:
        m.dcLocation = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TsoRequest: Codec<TsoRequest, TsoRequestInit> = codec(
  'pdpb.TsoRequest',
  readTsoRequest,
  writeTsoRequest,
);
export interface Timestamp {
  physical: number;
  logical: number;
  suffixBits: number;
}
export interface TimestampInit {
  readonly physical?: number | undefined;
  readonly logical?: number | undefined;
  readonly suffixBits?: number | undefined;
}
export function writeTimestamp(w: ProtoWriter, m: TimestampInit): void {
  if (m.suffixBits !== undefined && m.suffixBits !== 0) {
    w.varint(m.suffixBits);
    w.varint(24);
  }
  if (m.logical !== undefined && m.logical !== 0) {
    w.varint(m.logical);
    w.varint(16);
  }
  if (m.physical !== undefined && m.physical !== 0) {
    w.varint(m.physical);
    w.varint(8);
  }
}
export function readTimestamp(r: ProtoReader, end: number): Timestamp {
  const m: Timestamp = { physical: 0, logical: 0, suffixBits: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.physical = r.int();
        break;
      case 16:
        m.logical = r.int();
        break;
      case 24:
        m.suffixBits = r.uint32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Timestamp: Codec<Timestamp, TimestampInit> = codec(
  'pdpb.Timestamp',
  readTimestamp,
  writeTimestamp,
);
export interface TsoResponse {
  header: ResponseHeader | undefined;
  count: number;
  timestamp: Timestamp | undefined;
}
export interface TsoResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly count?: number | undefined;
  readonly timestamp?: TimestampInit | undefined;
}
export function writeTsoResponse(w: ProtoWriter, m: TsoResponseInit): void {
  if (m.timestamp !== undefined) {
    const at = w.written;
    writeTimestamp(w, m.timestamp);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.count !== undefined && m.count !== 0) {
    w.varint(m.count);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readTsoResponse(r: ProtoReader, end: number): TsoResponse {
  const m: TsoResponse = { header: undefined, count: 0, timestamp: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 16:
        m.count = r.uint32();
        break;
      case 26:
        m.timestamp = readTimestamp(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const TsoResponse: Codec<TsoResponse, TsoResponseInit> = codec(
  'pdpb.TsoResponse',
  readTsoResponse,
  writeTsoResponse,
);
export interface BootstrapRequest {
  header: RequestHeader | undefined;
  store: metapb.Store | undefined;
  region: metapb.Region | undefined;
}
export interface BootstrapRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly store?: metapb.StoreInit | undefined;
  readonly region?: metapb.RegionInit | undefined;
}
export function writeBootstrapRequest(w: ProtoWriter, m: BootstrapRequestInit): void {
  if (m.region !== undefined) {
    const at = w.written;
    metapb.writeRegion(w, m.region);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.store !== undefined) {
    const at = w.written;
    metapb.writeStore(w, m.store);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readBootstrapRequest(r: ProtoReader, end: number): BootstrapRequest {
  const m: BootstrapRequest = { header: undefined, store: undefined, region: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 18:
        m.store = metapb.readStore(r, r.end());
        break;
      case 26:
        m.region = metapb.readRegion(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BootstrapRequest: Codec<BootstrapRequest, BootstrapRequestInit> = codec(
  'pdpb.BootstrapRequest',
  readBootstrapRequest,
  writeBootstrapRequest,
);
export interface BootstrapResponse {
  header: ResponseHeader | undefined;
}
export interface BootstrapResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
}
export function writeBootstrapResponse(w: ProtoWriter, m: BootstrapResponseInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readBootstrapResponse(r: ProtoReader, end: number): BootstrapResponse {
  const m: BootstrapResponse = { header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BootstrapResponse: Codec<BootstrapResponse, BootstrapResponseInit> = codec(
  'pdpb.BootstrapResponse',
  readBootstrapResponse,
  writeBootstrapResponse,
);
export interface IsBootstrappedRequest {
  header: RequestHeader | undefined;
}
export interface IsBootstrappedRequestInit {
  readonly header?: RequestHeaderInit | undefined;
}
export function writeIsBootstrappedRequest(w: ProtoWriter, m: IsBootstrappedRequestInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readIsBootstrappedRequest(r: ProtoReader, end: number): IsBootstrappedRequest {
  const m: IsBootstrappedRequest = { header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const IsBootstrappedRequest: Codec<IsBootstrappedRequest, IsBootstrappedRequestInit> = codec(
  'pdpb.IsBootstrappedRequest',
  readIsBootstrappedRequest,
  writeIsBootstrappedRequest,
);
export interface IsBootstrappedResponse {
  header: ResponseHeader | undefined;
  bootstrapped: boolean;
}
export interface IsBootstrappedResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly bootstrapped?: boolean | undefined;
}
export function writeIsBootstrappedResponse(w: ProtoWriter, m: IsBootstrappedResponseInit): void {
  if (m.bootstrapped === true) {
    w.bool(m.bootstrapped);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readIsBootstrappedResponse(r: ProtoReader, end: number): IsBootstrappedResponse {
  const m: IsBootstrappedResponse = { header: undefined, bootstrapped: false };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 16:
        m.bootstrapped = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const IsBootstrappedResponse: Codec<IsBootstrappedResponse, IsBootstrappedResponseInit> = codec(
  'pdpb.IsBootstrappedResponse',
  readIsBootstrappedResponse,
  writeIsBootstrappedResponse,
);
export interface AllocIDRequest {
  header: RequestHeader | undefined;
}
export interface AllocIDRequestInit {
  readonly header?: RequestHeaderInit | undefined;
}
export function writeAllocIDRequest(w: ProtoWriter, m: AllocIDRequestInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readAllocIDRequest(r: ProtoReader, end: number): AllocIDRequest {
  const m: AllocIDRequest = { header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const AllocIDRequest: Codec<AllocIDRequest, AllocIDRequestInit> = codec(
  'pdpb.AllocIDRequest',
  readAllocIDRequest,
  writeAllocIDRequest,
);
export interface AllocIDResponse {
  header: ResponseHeader | undefined;
  id: number;
}
export interface AllocIDResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly id?: number | undefined;
}
export function writeAllocIDResponse(w: ProtoWriter, m: AllocIDResponseInit): void {
  if (m.id !== undefined && m.id !== 0) {
    w.varint(m.id);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readAllocIDResponse(r: ProtoReader, end: number): AllocIDResponse {
  const m: AllocIDResponse = { header: undefined, id: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 16:
        m.id = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const AllocIDResponse: Codec<AllocIDResponse, AllocIDResponseInit> = codec(
  'pdpb.AllocIDResponse',
  readAllocIDResponse,
  writeAllocIDResponse,
);
export interface GetStoreRequest {
  header: RequestHeader | undefined;
  storeId: number;
}
export interface GetStoreRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly storeId?: number | undefined;
}
export function writeGetStoreRequest(w: ProtoWriter, m: GetStoreRequestInit): void {
  if (m.storeId !== undefined && m.storeId !== 0) {
    w.varint(m.storeId);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetStoreRequest(r: ProtoReader, end: number): GetStoreRequest {
  const m: GetStoreRequest = { header: undefined, storeId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 16:
        m.storeId = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetStoreRequest: Codec<GetStoreRequest, GetStoreRequestInit> = codec(
  'pdpb.GetStoreRequest',
  readGetStoreRequest,
  writeGetStoreRequest,
);
export interface GetStoreResponse {
  header: ResponseHeader | undefined;
  store: metapb.Store | undefined;
  stats: StoreStats | undefined;
}
export interface GetStoreResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly store?: metapb.StoreInit | undefined;
  readonly stats?: StoreStatsInit | undefined;
}
export function writeGetStoreResponse(w: ProtoWriter, m: GetStoreResponseInit): void {
  if (m.stats !== undefined) {
    const at = w.written;
    writeStoreStats(w, m.stats);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.store !== undefined) {
    const at = w.written;
    metapb.writeStore(w, m.store);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetStoreResponse(r: ProtoReader, end: number): GetStoreResponse {
  const m: GetStoreResponse = { header: undefined, store: undefined, stats: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 18:
        m.store = metapb.readStore(r, r.end());
        break;
      case 26:
        m.stats = readStoreStats(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetStoreResponse: Codec<GetStoreResponse, GetStoreResponseInit> = codec(
  'pdpb.GetStoreResponse',
  readGetStoreResponse,
  writeGetStoreResponse,
);
export interface StoreStats {
  storeId: number;
  capacity: bigint;
  available: bigint;
  regionCount: number;
  sendingSnapCount: number;
  receivingSnapCount: number;
  startTime: number;
  applyingSnapCount: number;
  isBusy: boolean;
  usedSize: bigint;
}
export interface StoreStatsInit {
  readonly storeId?: number | undefined;
  readonly capacity?: bigint | undefined;
  readonly available?: bigint | undefined;
  readonly regionCount?: number | undefined;
  readonly sendingSnapCount?: number | undefined;
  readonly receivingSnapCount?: number | undefined;
  readonly startTime?: number | undefined;
  readonly applyingSnapCount?: number | undefined;
  readonly isBusy?: boolean | undefined;
  readonly usedSize?: bigint | undefined;
}
export function writeStoreStats(w: ProtoWriter, m: StoreStatsInit): void {
  if (m.usedSize !== undefined && m.usedSize !== 0n) {
    w.u64(m.usedSize);
    w.varint(80);
  }
  if (m.isBusy === true) {
    w.bool(m.isBusy);
    w.varint(72);
  }
  if (m.applyingSnapCount !== undefined && m.applyingSnapCount !== 0) {
    w.varint(m.applyingSnapCount);
    w.varint(64);
  }
  if (m.startTime !== undefined && m.startTime !== 0) {
    w.varint(m.startTime);
    w.varint(56);
  }
  if (m.receivingSnapCount !== undefined && m.receivingSnapCount !== 0) {
    w.varint(m.receivingSnapCount);
    w.varint(48);
  }
  if (m.sendingSnapCount !== undefined && m.sendingSnapCount !== 0) {
    w.varint(m.sendingSnapCount);
    w.varint(40);
  }
  if (m.regionCount !== undefined && m.regionCount !== 0) {
    w.varint(m.regionCount);
    w.varint(32);
  }
  if (m.available !== undefined && m.available !== 0n) {
    w.u64(m.available);
    w.varint(24);
  }
  if (m.capacity !== undefined && m.capacity !== 0n) {
    w.u64(m.capacity);
    w.varint(16);
  }
  if (m.storeId !== undefined && m.storeId !== 0) {
    w.varint(m.storeId);
    w.varint(8);
  }
}
export function readStoreStats(r: ProtoReader, end: number): StoreStats {
  const m: StoreStats = {
    storeId: 0,
    capacity: 0n,
    available: 0n,
    regionCount: 0,
    sendingSnapCount: 0,
    receivingSnapCount: 0,
    startTime: 0,
    applyingSnapCount: 0,
    isBusy: false,
    usedSize: 0n,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.storeId = r.uint();
        break;
      case 16:
        m.capacity = r.u64();
        break;
      case 24:
        m.available = r.u64();
        break;
      case 32:
        m.regionCount = r.uint32();
        break;
      case 40:
        m.sendingSnapCount = r.uint32();
        break;
      case 48:
        m.receivingSnapCount = r.uint32();
        break;
      case 56:
        m.startTime = r.uint32();
        break;
      case 64:
        m.applyingSnapCount = r.uint32();
        break;
      case 72:
        m.isBusy = r.bool();
        break;
      case 80:
        m.usedSize = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const StoreStats: Codec<StoreStats, StoreStatsInit> = codec(
  'pdpb.StoreStats',
  readStoreStats,
  writeStoreStats,
);
export interface GetAllStoresRequest {
  header: RequestHeader | undefined;
  excludeTombstoneStores: boolean;
}
export interface GetAllStoresRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly excludeTombstoneStores?: boolean | undefined;
}
export function writeGetAllStoresRequest(w: ProtoWriter, m: GetAllStoresRequestInit): void {
  if (m.excludeTombstoneStores === true) {
    w.bool(m.excludeTombstoneStores);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetAllStoresRequest(r: ProtoReader, end: number): GetAllStoresRequest {
  const m: GetAllStoresRequest = { header: undefined, excludeTombstoneStores: false };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 16:
        m.excludeTombstoneStores = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetAllStoresRequest: Codec<GetAllStoresRequest, GetAllStoresRequestInit> = codec(
  'pdpb.GetAllStoresRequest',
  readGetAllStoresRequest,
  writeGetAllStoresRequest,
);
export interface GetAllStoresResponse {
  header: ResponseHeader | undefined;
  stores: readonly metapb.Store[];
}
export interface GetAllStoresResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly stores?: readonly metapb.StoreInit[] | undefined;
}
export function writeGetAllStoresResponse(w: ProtoWriter, m: GetAllStoresResponseInit): void {
  if (m.stores !== undefined && m.stores.length > 0)
    for (let i = m.stores.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        metapb.writeStore(w, m.stores[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetAllStoresResponse(r: ProtoReader, end: number): GetAllStoresResponse {
  const m: GetAllStoresResponse = { header: undefined, stores: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 18:
        ((m.stores === NONE ? (m.stores = []) : m.stores) as metapb.Store[]).push(
          metapb.readStore(r, r.end()),
        );
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetAllStoresResponse: Codec<GetAllStoresResponse, GetAllStoresResponseInit> = codec(
  'pdpb.GetAllStoresResponse',
  readGetAllStoresResponse,
  writeGetAllStoresResponse,
);
export interface GetRegionRequest {
  header: RequestHeader | undefined;
  regionKey: Uint8Array;
  needBuckets: boolean;
}
export interface GetRegionRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly regionKey?: Uint8Array | undefined;
  readonly needBuckets?: boolean | undefined;
}
export function writeGetRegionRequest(w: ProtoWriter, m: GetRegionRequestInit): void {
  if (m.needBuckets === true) {
    w.bool(m.needBuckets);
    w.varint(24);
  }
  if (m.regionKey !== undefined && m.regionKey.length > 0) {
    w.bytes(m.regionKey);
    w.varint(18);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetRegionRequest(r: ProtoReader, end: number): GetRegionRequest {
  const m: GetRegionRequest = { header: undefined, regionKey: NO_BYTES, needBuckets: false };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 18:
        m.regionKey = r.bytes();
        break;
      case 24:
        m.needBuckets = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetRegionRequest: Codec<GetRegionRequest, GetRegionRequestInit> = codec(
  'pdpb.GetRegionRequest',
  readGetRegionRequest,
  writeGetRegionRequest,
);
export interface GetRegionResponse {
  header: ResponseHeader | undefined;
  region: metapb.Region | undefined;
  leader: metapb.Peer | undefined;
  downPeers: readonly PeerStats[];
  pendingPeers: readonly metapb.Peer[];
  buckets: metapb.Buckets | undefined;
}
export interface GetRegionResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly region?: metapb.RegionInit | undefined;
  readonly leader?: metapb.PeerInit | undefined;
  readonly downPeers?: readonly PeerStatsInit[] | undefined;
  readonly pendingPeers?: readonly metapb.PeerInit[] | undefined;
  readonly buckets?: metapb.BucketsInit | undefined;
}
export function writeGetRegionResponse(w: ProtoWriter, m: GetRegionResponseInit): void {
  if (m.buckets !== undefined) {
    const at = w.written;
    metapb.writeBuckets(w, m.buckets);
    w.varint(w.written - at);
    w.varint(58);
  }
  if (m.pendingPeers !== undefined && m.pendingPeers.length > 0)
    for (let i = m.pendingPeers.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        metapb.writePeer(w, m.pendingPeers[i]!);
        w.varint(w.written - at);
        w.varint(50);
      }
    }
  if (m.downPeers !== undefined && m.downPeers.length > 0)
    for (let i = m.downPeers.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writePeerStats(w, m.downPeers[i]!);
        w.varint(w.written - at);
        w.varint(42);
      }
    }
  if (m.leader !== undefined) {
    const at = w.written;
    metapb.writePeer(w, m.leader);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.region !== undefined) {
    const at = w.written;
    metapb.writeRegion(w, m.region);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetRegionResponse(r: ProtoReader, end: number): GetRegionResponse {
  const m: GetRegionResponse = {
    header: undefined,
    region: undefined,
    leader: undefined,
    downPeers: NONE,
    pendingPeers: NONE,
    buckets: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 18:
        m.region = metapb.readRegion(r, r.end());
        break;
      case 26:
        m.leader = metapb.readPeer(r, r.end());
        break;
      case 42:
        ((m.downPeers === NONE ? (m.downPeers = []) : m.downPeers) as PeerStats[]).push(
          readPeerStats(r, r.end()),
        );
        break;
      case 50:
        ((m.pendingPeers === NONE ? (m.pendingPeers = []) : m.pendingPeers) as metapb.Peer[]).push(
          metapb.readPeer(r, r.end()),
        );
        break;
      case 58:
        m.buckets = metapb.readBuckets(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetRegionResponse: Codec<GetRegionResponse, GetRegionResponseInit> = codec(
  'pdpb.GetRegionResponse',
  readGetRegionResponse,
  writeGetRegionResponse,
);
export interface GetRegionByIDRequest {
  header: RequestHeader | undefined;
  regionId: number;
  needBuckets: boolean;
}
export interface GetRegionByIDRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly regionId?: number | undefined;
  readonly needBuckets?: boolean | undefined;
}
export function writeGetRegionByIDRequest(w: ProtoWriter, m: GetRegionByIDRequestInit): void {
  if (m.needBuckets === true) {
    w.bool(m.needBuckets);
    w.varint(24);
  }
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetRegionByIDRequest(r: ProtoReader, end: number): GetRegionByIDRequest {
  const m: GetRegionByIDRequest = { header: undefined, regionId: 0, needBuckets: false };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 16:
        m.regionId = r.uint();
        break;
      case 24:
        m.needBuckets = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetRegionByIDRequest: Codec<GetRegionByIDRequest, GetRegionByIDRequestInit> = codec(
  'pdpb.GetRegionByIDRequest',
  readGetRegionByIDRequest,
  writeGetRegionByIDRequest,
);
export interface PeerStats {
  peer: metapb.Peer | undefined;
  downSeconds: number;
}
export interface PeerStatsInit {
  readonly peer?: metapb.PeerInit | undefined;
  readonly downSeconds?: number | undefined;
}
export function writePeerStats(w: ProtoWriter, m: PeerStatsInit): void {
  if (m.downSeconds !== undefined && m.downSeconds !== 0) {
    w.varint(m.downSeconds);
    w.varint(16);
  }
  if (m.peer !== undefined) {
    const at = w.written;
    metapb.writePeer(w, m.peer);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPeerStats(r: ProtoReader, end: number): PeerStats {
  const m: PeerStats = { peer: undefined, downSeconds: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.peer = metapb.readPeer(r, r.end());
        break;
      case 16:
        m.downSeconds = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PeerStats: Codec<PeerStats, PeerStatsInit> = codec(
  'pdpb.PeerStats',
  readPeerStats,
  writePeerStats,
);
export interface ScanRegionsRequest {
  header: RequestHeader | undefined;
  startKey: Uint8Array;
  limit: number;
  endKey: Uint8Array;
}
export interface ScanRegionsRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly startKey?: Uint8Array | undefined;
  readonly limit?: number | undefined;
  readonly endKey?: Uint8Array | undefined;
}
export function writeScanRegionsRequest(w: ProtoWriter, m: ScanRegionsRequestInit): void {
  if (m.endKey !== undefined && m.endKey.length > 0) {
    w.bytes(m.endKey);
    w.varint(34);
  }
  if (m.limit !== undefined && m.limit !== 0) {
    w.varint(m.limit);
    w.varint(24);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(18);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readScanRegionsRequest(r: ProtoReader, end: number): ScanRegionsRequest {
  const m: ScanRegionsRequest = { header: undefined, startKey: NO_BYTES, limit: 0, endKey: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 18:
        m.startKey = r.bytes();
        break;
      case 24:
        m.limit = r.int32();
        break;
      case 34:
        m.endKey = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScanRegionsRequest: Codec<ScanRegionsRequest, ScanRegionsRequestInit> = codec(
  'pdpb.ScanRegionsRequest',
  readScanRegionsRequest,
  writeScanRegionsRequest,
);
export interface Region {
  region: metapb.Region | undefined;
  leader: metapb.Peer | undefined;
  downPeers: readonly PeerStats[];
  pendingPeers: readonly metapb.Peer[];
  buckets: metapb.Buckets | undefined;
}
export interface RegionInit {
  readonly region?: metapb.RegionInit | undefined;
  readonly leader?: metapb.PeerInit | undefined;
  readonly downPeers?: readonly PeerStatsInit[] | undefined;
  readonly pendingPeers?: readonly metapb.PeerInit[] | undefined;
  readonly buckets?: metapb.BucketsInit | undefined;
}
export function writeRegion(w: ProtoWriter, m: RegionInit): void {
  if (m.buckets !== undefined) {
    const at = w.written;
    metapb.writeBuckets(w, m.buckets);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.pendingPeers !== undefined && m.pendingPeers.length > 0)
    for (let i = m.pendingPeers.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        metapb.writePeer(w, m.pendingPeers[i]!);
        w.varint(w.written - at);
        w.varint(34);
      }
    }
  if (m.downPeers !== undefined && m.downPeers.length > 0)
    for (let i = m.downPeers.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writePeerStats(w, m.downPeers[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.leader !== undefined) {
    const at = w.written;
    metapb.writePeer(w, m.leader);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.region !== undefined) {
    const at = w.written;
    metapb.writeRegion(w, m.region);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readRegion(r: ProtoReader, end: number): Region {
  const m: Region = {
    region: undefined,
    leader: undefined,
    downPeers: NONE,
    pendingPeers: NONE,
    buckets: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.region = metapb.readRegion(r, r.end());
        break;
      case 18:
        m.leader = metapb.readPeer(r, r.end());
        break;
      case 26:
        ((m.downPeers === NONE ? (m.downPeers = []) : m.downPeers) as PeerStats[]).push(
          readPeerStats(r, r.end()),
        );
        break;
      case 34:
        ((m.pendingPeers === NONE ? (m.pendingPeers = []) : m.pendingPeers) as metapb.Peer[]).push(
          metapb.readPeer(r, r.end()),
        );
        break;
      case 42:
        m.buckets = metapb.readBuckets(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Region: Codec<Region, RegionInit> = codec('pdpb.Region', readRegion, writeRegion);
export interface ScanRegionsResponse {
  header: ResponseHeader | undefined;
  regionMetas: readonly metapb.Region[];
  leaders: readonly metapb.Peer[];
  regions: readonly Region[];
}
export interface ScanRegionsResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly regionMetas?: readonly metapb.RegionInit[] | undefined;
  readonly leaders?: readonly metapb.PeerInit[] | undefined;
  readonly regions?: readonly RegionInit[] | undefined;
}
export function writeScanRegionsResponse(w: ProtoWriter, m: ScanRegionsResponseInit): void {
  if (m.regions !== undefined && m.regions.length > 0)
    for (let i = m.regions.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeRegion(w, m.regions[i]!);
        w.varint(w.written - at);
        w.varint(34);
      }
    }
  if (m.leaders !== undefined && m.leaders.length > 0)
    for (let i = m.leaders.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        metapb.writePeer(w, m.leaders[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.regionMetas !== undefined && m.regionMetas.length > 0)
    for (let i = m.regionMetas.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        metapb.writeRegion(w, m.regionMetas[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readScanRegionsResponse(r: ProtoReader, end: number): ScanRegionsResponse {
  const m: ScanRegionsResponse = { header: undefined, regionMetas: NONE, leaders: NONE, regions: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 18:
        ((m.regionMetas === NONE ? (m.regionMetas = []) : m.regionMetas) as metapb.Region[]).push(
          metapb.readRegion(r, r.end()),
        );
        break;
      case 26:
        ((m.leaders === NONE ? (m.leaders = []) : m.leaders) as metapb.Peer[]).push(
          metapb.readPeer(r, r.end()),
        );
        break;
      case 34:
        ((m.regions === NONE ? (m.regions = []) : m.regions) as Region[]).push(readRegion(r, r.end()));
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScanRegionsResponse: Codec<ScanRegionsResponse, ScanRegionsResponseInit> = codec(
  'pdpb.ScanRegionsResponse',
  readScanRegionsResponse,
  writeScanRegionsResponse,
);
export interface KeyRange {
  startKey: Uint8Array;
  endKey: Uint8Array;
}
export interface KeyRangeInit {
  readonly startKey?: Uint8Array | undefined;
  readonly endKey?: Uint8Array | undefined;
}
export function writeKeyRange(w: ProtoWriter, m: KeyRangeInit): void {
  if (m.endKey !== undefined && m.endKey.length > 0) {
    w.bytes(m.endKey);
    w.varint(18);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(10);
  }
}
export function readKeyRange(r: ProtoReader, end: number): KeyRange {
  const m: KeyRange = { startKey: NO_BYTES, endKey: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.startKey = r.bytes();
        break;
      case 18:
        m.endKey = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const KeyRange: Codec<KeyRange, KeyRangeInit> = codec('pdpb.KeyRange', readKeyRange, writeKeyRange);
export interface BatchScanRegionsRequest {
  header: RequestHeader | undefined;
  needBuckets: boolean;
  ranges: readonly KeyRange[];
  limit: number;
  containAllKeyRange: boolean;
}
export interface BatchScanRegionsRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly needBuckets?: boolean | undefined;
  readonly ranges?: readonly KeyRangeInit[] | undefined;
  readonly limit?: number | undefined;
  readonly containAllKeyRange?: boolean | undefined;
}
export function writeBatchScanRegionsRequest(w: ProtoWriter, m: BatchScanRegionsRequestInit): void {
  if (m.containAllKeyRange === true) {
    w.bool(m.containAllKeyRange);
    w.varint(40);
  }
  if (m.limit !== undefined && m.limit !== 0) {
    w.varint(m.limit);
    w.varint(32);
  }
  if (m.ranges !== undefined && m.ranges.length > 0)
    for (let i = m.ranges.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeKeyRange(w, m.ranges[i]!);
        w.varint(w.written - at);
        w.varint(26);
      }
    }
  if (m.needBuckets === true) {
    w.bool(m.needBuckets);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readBatchScanRegionsRequest(r: ProtoReader, end: number): BatchScanRegionsRequest {
  const m: BatchScanRegionsRequest = {
    header: undefined,
    needBuckets: false,
    ranges: NONE,
    limit: 0,
    containAllKeyRange: false,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 16:
        m.needBuckets = r.bool();
        break;
      case 26:
        ((m.ranges === NONE ? (m.ranges = []) : m.ranges) as KeyRange[]).push(readKeyRange(r, r.end()));
        break;
      case 32:
        m.limit = r.int32();
        break;
      case 40:
        m.containAllKeyRange = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchScanRegionsRequest: Codec<BatchScanRegionsRequest, BatchScanRegionsRequestInit> = codec(
  'pdpb.BatchScanRegionsRequest',
  readBatchScanRegionsRequest,
  writeBatchScanRegionsRequest,
);
export interface BatchScanRegionsResponse {
  header: ResponseHeader | undefined;
  regions: readonly Region[];
}
export interface BatchScanRegionsResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly regions?: readonly RegionInit[] | undefined;
}
export function writeBatchScanRegionsResponse(w: ProtoWriter, m: BatchScanRegionsResponseInit): void {
  if (m.regions !== undefined && m.regions.length > 0)
    for (let i = m.regions.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeRegion(w, m.regions[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readBatchScanRegionsResponse(r: ProtoReader, end: number): BatchScanRegionsResponse {
  const m: BatchScanRegionsResponse = { header: undefined, regions: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 18:
        ((m.regions === NONE ? (m.regions = []) : m.regions) as Region[]).push(readRegion(r, r.end()));
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BatchScanRegionsResponse: Codec<BatchScanRegionsResponse, BatchScanRegionsResponseInit> = codec(
  'pdpb.BatchScanRegionsResponse',
  readBatchScanRegionsResponse,
  writeBatchScanRegionsResponse,
);
export interface GetClusterConfigRequest {
  header: RequestHeader | undefined;
}
export interface GetClusterConfigRequestInit {
  readonly header?: RequestHeaderInit | undefined;
}
export function writeGetClusterConfigRequest(w: ProtoWriter, m: GetClusterConfigRequestInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetClusterConfigRequest(r: ProtoReader, end: number): GetClusterConfigRequest {
  const m: GetClusterConfigRequest = { header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetClusterConfigRequest: Codec<GetClusterConfigRequest, GetClusterConfigRequestInit> = codec(
  'pdpb.GetClusterConfigRequest',
  readGetClusterConfigRequest,
  writeGetClusterConfigRequest,
);
export interface GetClusterConfigResponse {
  header: ResponseHeader | undefined;
  cluster: metapb.Cluster | undefined;
}
export interface GetClusterConfigResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly cluster?: metapb.ClusterInit | undefined;
}
export function writeGetClusterConfigResponse(w: ProtoWriter, m: GetClusterConfigResponseInit): void {
  if (m.cluster !== undefined) {
    const at = w.written;
    metapb.writeCluster(w, m.cluster);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetClusterConfigResponse(r: ProtoReader, end: number): GetClusterConfigResponse {
  const m: GetClusterConfigResponse = { header: undefined, cluster: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 18:
        m.cluster = metapb.readCluster(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetClusterConfigResponse: Codec<GetClusterConfigResponse, GetClusterConfigResponseInit> = codec(
  'pdpb.GetClusterConfigResponse',
  readGetClusterConfigResponse,
  writeGetClusterConfigResponse,
);
export interface PutClusterConfigRequest {
  header: RequestHeader | undefined;
  cluster: metapb.Cluster | undefined;
}
export interface PutClusterConfigRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly cluster?: metapb.ClusterInit | undefined;
}
export function writePutClusterConfigRequest(w: ProtoWriter, m: PutClusterConfigRequestInit): void {
  if (m.cluster !== undefined) {
    const at = w.written;
    metapb.writeCluster(w, m.cluster);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPutClusterConfigRequest(r: ProtoReader, end: number): PutClusterConfigRequest {
  const m: PutClusterConfigRequest = { header: undefined, cluster: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 18:
        m.cluster = metapb.readCluster(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PutClusterConfigRequest: Codec<PutClusterConfigRequest, PutClusterConfigRequestInit> = codec(
  'pdpb.PutClusterConfigRequest',
  readPutClusterConfigRequest,
  writePutClusterConfigRequest,
);
export interface PutClusterConfigResponse {
  header: ResponseHeader | undefined;
}
export interface PutClusterConfigResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
}
export function writePutClusterConfigResponse(w: ProtoWriter, m: PutClusterConfigResponseInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readPutClusterConfigResponse(r: ProtoReader, end: number): PutClusterConfigResponse {
  const m: PutClusterConfigResponse = { header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const PutClusterConfigResponse: Codec<PutClusterConfigResponse, PutClusterConfigResponseInit> = codec(
  'pdpb.PutClusterConfigResponse',
  readPutClusterConfigResponse,
  writePutClusterConfigResponse,
);
export interface Member {
  name: string;
  memberId: bigint;
  peerUrls: readonly string[];
  clientUrls: readonly string[];
  leaderPriority: number;
  deployPath: string;
  binaryVersion: string;
  gitHash: string;
  dcLocation: string;
}
export interface MemberInit {
  readonly name?: string | undefined;
  readonly memberId?: bigint | undefined;
  readonly peerUrls?: readonly string[] | undefined;
  readonly clientUrls?: readonly string[] | undefined;
  readonly leaderPriority?: number | undefined;
  readonly deployPath?: string | undefined;
  readonly binaryVersion?: string | undefined;
  readonly gitHash?: string | undefined;
  readonly dcLocation?: string | undefined;
}
export function writeMember(w: ProtoWriter, m: MemberInit): void {
  if (m.dcLocation !== undefined && m.dcLocation !== '') {
    w.string(m.dcLocation);
    w.varint(74);
  }
  if (m.gitHash !== undefined && m.gitHash !== '') {
    w.string(m.gitHash);
    w.varint(66);
  }
  if (m.binaryVersion !== undefined && m.binaryVersion !== '') {
    w.string(m.binaryVersion);
    w.varint(58);
  }
  if (m.deployPath !== undefined && m.deployPath !== '') {
    w.string(m.deployPath);
    w.varint(50);
  }
  if (m.leaderPriority !== undefined && m.leaderPriority !== 0) {
    w.varint(m.leaderPriority);
    w.varint(40);
  }
  if (m.clientUrls !== undefined && m.clientUrls.length > 0)
    for (let i = m.clientUrls.length - 1; i >= 0; i--) {
      w.string(m.clientUrls[i]!);
      w.varint(34);
    }
  if (m.peerUrls !== undefined && m.peerUrls.length > 0)
    for (let i = m.peerUrls.length - 1; i >= 0; i--) {
      w.string(m.peerUrls[i]!);
      w.varint(26);
    }
  if (m.memberId !== undefined && m.memberId !== 0n) {
    w.u64(m.memberId);
    w.varint(16);
  }
  if (m.name !== undefined && m.name !== '') {
    w.string(m.name);
    w.varint(10);
  }
}
export function readMember(r: ProtoReader, end: number): Member {
  const m: Member = {
    name: '',
    memberId: 0n,
    peerUrls: NONE,
    clientUrls: NONE,
    leaderPriority: 0,
    deployPath: '',
    binaryVersion: '',
    gitHash: '',
    dcLocation: '',
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.name = r.string();
        break;
      case 16:
        m.memberId = r.u64();
        break;
      case 26:
        ((m.peerUrls === NONE ? (m.peerUrls = []) : m.peerUrls) as string[]).push(r.string());
        break;
      case 34:
        ((m.clientUrls === NONE ? (m.clientUrls = []) : m.clientUrls) as string[]).push(r.string());
        break;
      case 40:
        m.leaderPriority = r.int32();
        break;
      case 50:
        m.deployPath = r.string();
        break;
      case 58:
        m.binaryVersion = r.string();
        break;
      case 66:
        m.gitHash = r.string();
        break;
      case 74:
        m.dcLocation = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Member: Codec<Member, MemberInit> = codec('pdpb.Member', readMember, writeMember);
export interface GetMembersRequest {
  header: RequestHeader | undefined;
}
export interface GetMembersRequestInit {
  readonly header?: RequestHeaderInit | undefined;
}
export function writeGetMembersRequest(w: ProtoWriter, m: GetMembersRequestInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetMembersRequest(r: ProtoReader, end: number): GetMembersRequest {
  const m: GetMembersRequest = { header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetMembersRequest: Codec<GetMembersRequest, GetMembersRequestInit> = codec(
  'pdpb.GetMembersRequest',
  readGetMembersRequest,
  writeGetMembersRequest,
);
export interface GetMembersResponse {
  header: ResponseHeader | undefined;
  members: readonly Member[];
  leader: Member | undefined;
  etcdLeader: Member | undefined;
  tsoAllocatorLeaders: ReadonlyMap<string, Member>;
}
export interface GetMembersResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly members?: readonly MemberInit[] | undefined;
  readonly leader?: MemberInit | undefined;
  readonly etcdLeader?: MemberInit | undefined;
  readonly tsoAllocatorLeaders?: ReadonlyMap<string, MemberInit> | undefined;
}
export function writeGetMembersResponse(w: ProtoWriter, m: GetMembersResponseInit): void {
  if (m.tsoAllocatorLeaders !== undefined)
    for (const [k, v] of m.tsoAllocatorLeaders) {
      const entry = w.written;
      {
        const at = w.written;
        writeMember(w, v);
        w.varint(w.written - at);
        w.varint(18);
      }
      w.string(k);
      w.varint(10);
      w.varint(w.written - entry);
      w.varint(42);
    }
  if (m.etcdLeader !== undefined) {
    const at = w.written;
    writeMember(w, m.etcdLeader);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.leader !== undefined) {
    const at = w.written;
    writeMember(w, m.leader);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.members !== undefined && m.members.length > 0)
    for (let i = m.members.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeMember(w, m.members[i]!);
        w.varint(w.written - at);
        w.varint(18);
      }
    }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetMembersResponse(r: ProtoReader, end: number): GetMembersResponse {
  const m: GetMembersResponse = {
    header: undefined,
    members: NONE,
    leader: undefined,
    etcdLeader: undefined,
    tsoAllocatorLeaders: new Map(),
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 18:
        ((m.members === NONE ? (m.members = []) : m.members) as Member[]).push(readMember(r, r.end()));
        break;
      case 26:
        m.leader = readMember(r, r.end());
        break;
      case 34:
        m.etcdLeader = readMember(r, r.end());
        break;
      case 42: {
        const stop = r.end();
        let k: string = '';
        let v: Member | undefined;
        while (r.pos < stop) {
          const t = r.uint32();
          if (t === 10) k = r.string();
          else if (t === 18) v = readMember(r, r.end());
          else r.skip(t & 7);
        }
        if (v !== undefined) (m.tsoAllocatorLeaders as Map<string, Member>).set(k, v);
        break;
      }
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetMembersResponse: Codec<GetMembersResponse, GetMembersResponseInit> = codec(
  'pdpb.GetMembersResponse',
  readGetMembersResponse,
  writeGetMembersResponse,
);
export interface GetClusterInfoRequest {
  header: ResponseHeader | undefined;
}
export interface GetClusterInfoRequestInit {
  readonly header?: ResponseHeaderInit | undefined;
}
export function writeGetClusterInfoRequest(w: ProtoWriter, m: GetClusterInfoRequestInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetClusterInfoRequest(r: ProtoReader, end: number): GetClusterInfoRequest {
  const m: GetClusterInfoRequest = { header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetClusterInfoRequest: Codec<GetClusterInfoRequest, GetClusterInfoRequestInit> = codec(
  'pdpb.GetClusterInfoRequest',
  readGetClusterInfoRequest,
  writeGetClusterInfoRequest,
);
export interface GetClusterInfoResponse {
  header: ResponseHeader | undefined;
  serviceModes: readonly number[];
  tsoUrls: readonly string[];
}
export interface GetClusterInfoResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly serviceModes?: readonly number[] | undefined;
  readonly tsoUrls?: readonly string[] | undefined;
}
export function writeGetClusterInfoResponse(w: ProtoWriter, m: GetClusterInfoResponseInit): void {
  if (m.tsoUrls !== undefined && m.tsoUrls.length > 0)
    for (let i = m.tsoUrls.length - 1; i >= 0; i--) {
      w.string(m.tsoUrls[i]!);
      w.varint(26);
    }
  if (m.serviceModes !== undefined && m.serviceModes.length > 0) {
    const at = w.written;
    for (let i = m.serviceModes.length - 1; i >= 0; i--) w.varint(m.serviceModes[i]!);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetClusterInfoResponse(r: ProtoReader, end: number): GetClusterInfoResponse {
  const m: GetClusterInfoResponse = { header: undefined, serviceModes: NONE, tsoUrls: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 16:
        ((m.serviceModes === NONE ? (m.serviceModes = []) : m.serviceModes) as number[]).push(r.int32());
        break;
      case 18: {
        const list = (m.serviceModes === NONE ? (m.serviceModes = []) : m.serviceModes) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.int32());
        break;
      }
      case 26:
        ((m.tsoUrls === NONE ? (m.tsoUrls = []) : m.tsoUrls) as string[]).push(r.string());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetClusterInfoResponse: Codec<GetClusterInfoResponse, GetClusterInfoResponseInit> = codec(
  'pdpb.GetClusterInfoResponse',
  readGetClusterInfoResponse,
  writeGetClusterInfoResponse,
);
export interface ScatterRegionRequest {
  header: RequestHeader | undefined;
  regionId: number;
  region: metapb.Region | undefined;
  leader: metapb.Peer | undefined;
  group: string;
  regionsId: readonly number[];
  retryLimit: bigint;
  skipStoreLimit: boolean;
}
export interface ScatterRegionRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly regionId?: number | undefined;
  readonly region?: metapb.RegionInit | undefined;
  readonly leader?: metapb.PeerInit | undefined;
  readonly group?: string | undefined;
  readonly regionsId?: readonly number[] | undefined;
  readonly retryLimit?: bigint | undefined;
  readonly skipStoreLimit?: boolean | undefined;
}
export function writeScatterRegionRequest(w: ProtoWriter, m: ScatterRegionRequestInit): void {
  if (m.skipStoreLimit === true) {
    w.bool(m.skipStoreLimit);
    w.varint(64);
  }
  if (m.retryLimit !== undefined && m.retryLimit !== 0n) {
    w.u64(m.retryLimit);
    w.varint(56);
  }
  if (m.regionsId !== undefined && m.regionsId.length > 0) {
    const at = w.written;
    for (let i = m.regionsId.length - 1; i >= 0; i--) w.varint(m.regionsId[i]!);
    w.varint(w.written - at);
    w.varint(50);
  }
  if (m.group !== undefined && m.group !== '') {
    w.string(m.group);
    w.varint(42);
  }
  if (m.leader !== undefined) {
    const at = w.written;
    metapb.writePeer(w, m.leader);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.region !== undefined) {
    const at = w.written;
    metapb.writeRegion(w, m.region);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readScatterRegionRequest(r: ProtoReader, end: number): ScatterRegionRequest {
  const m: ScatterRegionRequest = {
    header: undefined,
    regionId: 0,
    region: undefined,
    leader: undefined,
    group: '',
    regionsId: NONE,
    retryLimit: 0n,
    skipStoreLimit: false,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 16:
        m.regionId = r.uint();
        break;
      case 26:
        m.region = metapb.readRegion(r, r.end());
        break;
      case 34:
        m.leader = metapb.readPeer(r, r.end());
        break;
      case 42:
        m.group = r.string();
        break;
      case 48:
        ((m.regionsId === NONE ? (m.regionsId = []) : m.regionsId) as number[]).push(r.uint());
        break;
      case 50: {
        const list = (m.regionsId === NONE ? (m.regionsId = []) : m.regionsId) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.uint());
        break;
      }
      case 56:
        m.retryLimit = r.u64();
        break;
      case 64:
        m.skipStoreLimit = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScatterRegionRequest: Codec<ScatterRegionRequest, ScatterRegionRequestInit> = codec(
  'pdpb.ScatterRegionRequest',
  readScatterRegionRequest,
  writeScatterRegionRequest,
);
export interface ScatterRegionResponse {
  header: ResponseHeader | undefined;
  finishedPercentage: number;
  failedRegionsId: readonly number[];
}
export interface ScatterRegionResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly finishedPercentage?: number | undefined;
  readonly failedRegionsId?: readonly number[] | undefined;
}
export function writeScatterRegionResponse(w: ProtoWriter, m: ScatterRegionResponseInit): void {
  if (m.failedRegionsId !== undefined && m.failedRegionsId.length > 0) {
    const at = w.written;
    for (let i = m.failedRegionsId.length - 1; i >= 0; i--) w.varint(m.failedRegionsId[i]!);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.finishedPercentage !== undefined && m.finishedPercentage !== 0) {
    w.varint(m.finishedPercentage);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readScatterRegionResponse(r: ProtoReader, end: number): ScatterRegionResponse {
  const m: ScatterRegionResponse = { header: undefined, finishedPercentage: 0, failedRegionsId: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 16:
        m.finishedPercentage = r.uint();
        break;
      case 24:
        ((m.failedRegionsId === NONE ? (m.failedRegionsId = []) : m.failedRegionsId) as number[]).push(
          r.uint(),
        );
        break;
      case 26: {
        const list = (m.failedRegionsId === NONE ? (m.failedRegionsId = []) : m.failedRegionsId) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.uint());
        break;
      }
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ScatterRegionResponse: Codec<ScatterRegionResponse, ScatterRegionResponseInit> = codec(
  'pdpb.ScatterRegionResponse',
  readScatterRegionResponse,
  writeScatterRegionResponse,
);
export interface GetGCSafePointRequest {
  header: RequestHeader | undefined;
}
export interface GetGCSafePointRequestInit {
  readonly header?: RequestHeaderInit | undefined;
}
export function writeGetGCSafePointRequest(w: ProtoWriter, m: GetGCSafePointRequestInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetGCSafePointRequest(r: ProtoReader, end: number): GetGCSafePointRequest {
  const m: GetGCSafePointRequest = { header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetGCSafePointRequest: Codec<GetGCSafePointRequest, GetGCSafePointRequestInit> = codec(
  'pdpb.GetGCSafePointRequest',
  readGetGCSafePointRequest,
  writeGetGCSafePointRequest,
);
export interface GetGCSafePointResponse {
  header: ResponseHeader | undefined;
  safePoint: bigint;
}
export interface GetGCSafePointResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly safePoint?: bigint | undefined;
}
export function writeGetGCSafePointResponse(w: ProtoWriter, m: GetGCSafePointResponseInit): void {
  if (m.safePoint !== undefined && m.safePoint !== 0n) {
    w.u64(m.safePoint);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetGCSafePointResponse(r: ProtoReader, end: number): GetGCSafePointResponse {
  const m: GetGCSafePointResponse = { header: undefined, safePoint: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 16:
        m.safePoint = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetGCSafePointResponse: Codec<GetGCSafePointResponse, GetGCSafePointResponseInit> = codec(
  'pdpb.GetGCSafePointResponse',
  readGetGCSafePointResponse,
  writeGetGCSafePointResponse,
);
export interface UpdateGCSafePointRequest {
  header: RequestHeader | undefined;
  safePoint: bigint;
}
export interface UpdateGCSafePointRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly safePoint?: bigint | undefined;
}
export function writeUpdateGCSafePointRequest(w: ProtoWriter, m: UpdateGCSafePointRequestInit): void {
  if (m.safePoint !== undefined && m.safePoint !== 0n) {
    w.u64(m.safePoint);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readUpdateGCSafePointRequest(r: ProtoReader, end: number): UpdateGCSafePointRequest {
  const m: UpdateGCSafePointRequest = { header: undefined, safePoint: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 16:
        m.safePoint = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const UpdateGCSafePointRequest: Codec<UpdateGCSafePointRequest, UpdateGCSafePointRequestInit> = codec(
  'pdpb.UpdateGCSafePointRequest',
  readUpdateGCSafePointRequest,
  writeUpdateGCSafePointRequest,
);
export interface UpdateGCSafePointResponse {
  header: ResponseHeader | undefined;
  newSafePoint: bigint;
}
export interface UpdateGCSafePointResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly newSafePoint?: bigint | undefined;
}
export function writeUpdateGCSafePointResponse(w: ProtoWriter, m: UpdateGCSafePointResponseInit): void {
  if (m.newSafePoint !== undefined && m.newSafePoint !== 0n) {
    w.u64(m.newSafePoint);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readUpdateGCSafePointResponse(r: ProtoReader, end: number): UpdateGCSafePointResponse {
  const m: UpdateGCSafePointResponse = { header: undefined, newSafePoint: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 16:
        m.newSafePoint = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const UpdateGCSafePointResponse: Codec<UpdateGCSafePointResponse, UpdateGCSafePointResponseInit> =
  codec('pdpb.UpdateGCSafePointResponse', readUpdateGCSafePointResponse, writeUpdateGCSafePointResponse);
export interface UpdateServiceGCSafePointRequest {
  header: RequestHeader | undefined;
  serviceId: Uint8Array;
  ttl: bigint;
  safePoint: bigint;
}
export interface UpdateServiceGCSafePointRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly serviceId?: Uint8Array | undefined;
  readonly ttl?: bigint | undefined;
  readonly safePoint?: bigint | undefined;
}
export function writeUpdateServiceGCSafePointRequest(
  w: ProtoWriter,
  m: UpdateServiceGCSafePointRequestInit,
): void {
  if (m.safePoint !== undefined && m.safePoint !== 0n) {
    w.u64(m.safePoint);
    w.varint(32);
  }
  if (m.ttl !== undefined && m.ttl !== 0n) {
    w.u64(m.ttl);
    w.varint(24);
  }
  if (m.serviceId !== undefined && m.serviceId.length > 0) {
    w.bytes(m.serviceId);
    w.varint(18);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readUpdateServiceGCSafePointRequest(
  r: ProtoReader,
  end: number,
): UpdateServiceGCSafePointRequest {
  const m: UpdateServiceGCSafePointRequest = {
    header: undefined,
    serviceId: NO_BYTES,
    ttl: 0n,
    safePoint: 0n,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 18:
        m.serviceId = r.bytes();
        break;
      case 24:
        m.ttl = r.i64();
        break;
      case 32:
        m.safePoint = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const UpdateServiceGCSafePointRequest: Codec<
  UpdateServiceGCSafePointRequest,
  UpdateServiceGCSafePointRequestInit
> = codec(
  'pdpb.UpdateServiceGCSafePointRequest',
  readUpdateServiceGCSafePointRequest,
  writeUpdateServiceGCSafePointRequest,
);
export interface UpdateServiceGCSafePointResponse {
  header: ResponseHeader | undefined;
  serviceId: Uint8Array;
  ttl: bigint;
  minSafePoint: bigint;
}
export interface UpdateServiceGCSafePointResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly serviceId?: Uint8Array | undefined;
  readonly ttl?: bigint | undefined;
  readonly minSafePoint?: bigint | undefined;
}
export function writeUpdateServiceGCSafePointResponse(
  w: ProtoWriter,
  m: UpdateServiceGCSafePointResponseInit,
): void {
  if (m.minSafePoint !== undefined && m.minSafePoint !== 0n) {
    w.u64(m.minSafePoint);
    w.varint(32);
  }
  if (m.ttl !== undefined && m.ttl !== 0n) {
    w.u64(m.ttl);
    w.varint(24);
  }
  if (m.serviceId !== undefined && m.serviceId.length > 0) {
    w.bytes(m.serviceId);
    w.varint(18);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readUpdateServiceGCSafePointResponse(
  r: ProtoReader,
  end: number,
): UpdateServiceGCSafePointResponse {
  const m: UpdateServiceGCSafePointResponse = {
    header: undefined,
    serviceId: NO_BYTES,
    ttl: 0n,
    minSafePoint: 0n,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 18:
        m.serviceId = r.bytes();
        break;
      case 24:
        m.ttl = r.i64();
        break;
      case 32:
        m.minSafePoint = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const UpdateServiceGCSafePointResponse: Codec<
  UpdateServiceGCSafePointResponse,
  UpdateServiceGCSafePointResponseInit
> = codec(
  'pdpb.UpdateServiceGCSafePointResponse',
  readUpdateServiceGCSafePointResponse,
  writeUpdateServiceGCSafePointResponse,
);
export interface GetOperatorRequest {
  header: RequestHeader | undefined;
  regionId: number;
}
export interface GetOperatorRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly regionId?: number | undefined;
}
export function writeGetOperatorRequest(w: ProtoWriter, m: GetOperatorRequestInit): void {
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetOperatorRequest(r: ProtoReader, end: number): GetOperatorRequest {
  const m: GetOperatorRequest = { header: undefined, regionId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 16:
        m.regionId = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetOperatorRequest: Codec<GetOperatorRequest, GetOperatorRequestInit> = codec(
  'pdpb.GetOperatorRequest',
  readGetOperatorRequest,
  writeGetOperatorRequest,
);
export interface GetOperatorResponse {
  header: ResponseHeader | undefined;
  regionId: number;
  desc: Uint8Array;
  status: number;
  kind: Uint8Array;
}
export interface GetOperatorResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly regionId?: number | undefined;
  readonly desc?: Uint8Array | undefined;
  readonly status?: number | undefined;
  readonly kind?: Uint8Array | undefined;
}
export function writeGetOperatorResponse(w: ProtoWriter, m: GetOperatorResponseInit): void {
  if (m.kind !== undefined && m.kind.length > 0) {
    w.bytes(m.kind);
    w.varint(42);
  }
  if (m.status !== undefined && m.status !== 0) {
    w.varint(m.status);
    w.varint(32);
  }
  if (m.desc !== undefined && m.desc.length > 0) {
    w.bytes(m.desc);
    w.varint(26);
  }
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetOperatorResponse(r: ProtoReader, end: number): GetOperatorResponse {
  const m: GetOperatorResponse = {
    header: undefined,
    regionId: 0,
    desc: NO_BYTES,
    status: 0,
    kind: NO_BYTES,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 16:
        m.regionId = r.uint();
        break;
      case 26:
        m.desc = r.bytes();
        break;
      case 32:
        m.status = r.int32();
        break;
      case 42:
        m.kind = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetOperatorResponse: Codec<GetOperatorResponse, GetOperatorResponseInit> = codec(
  'pdpb.GetOperatorResponse',
  readGetOperatorResponse,
  writeGetOperatorResponse,
);
export interface SplitRegionsRequest {
  header: RequestHeader | undefined;
  splitKeys: readonly Uint8Array[];
  retryLimit: bigint;
}
export interface SplitRegionsRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly splitKeys?: readonly Uint8Array[] | undefined;
  readonly retryLimit?: bigint | undefined;
}
export function writeSplitRegionsRequest(w: ProtoWriter, m: SplitRegionsRequestInit): void {
  if (m.retryLimit !== undefined && m.retryLimit !== 0n) {
    w.u64(m.retryLimit);
    w.varint(24);
  }
  if (m.splitKeys !== undefined && m.splitKeys.length > 0)
    for (let i = m.splitKeys.length - 1; i >= 0; i--) {
      w.bytes(m.splitKeys[i]!);
      w.varint(18);
    }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readSplitRegionsRequest(r: ProtoReader, end: number): SplitRegionsRequest {
  const m: SplitRegionsRequest = { header: undefined, splitKeys: NONE, retryLimit: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 18:
        ((m.splitKeys === NONE ? (m.splitKeys = []) : m.splitKeys) as Uint8Array[]).push(r.bytes());
        break;
      case 24:
        m.retryLimit = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const SplitRegionsRequest: Codec<SplitRegionsRequest, SplitRegionsRequestInit> = codec(
  'pdpb.SplitRegionsRequest',
  readSplitRegionsRequest,
  writeSplitRegionsRequest,
);
export interface SplitRegionsResponse {
  header: ResponseHeader | undefined;
  finishedPercentage: number;
  regionsId: readonly number[];
}
export interface SplitRegionsResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly finishedPercentage?: number | undefined;
  readonly regionsId?: readonly number[] | undefined;
}
export function writeSplitRegionsResponse(w: ProtoWriter, m: SplitRegionsResponseInit): void {
  if (m.regionsId !== undefined && m.regionsId.length > 0) {
    const at = w.written;
    for (let i = m.regionsId.length - 1; i >= 0; i--) w.varint(m.regionsId[i]!);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.finishedPercentage !== undefined && m.finishedPercentage !== 0) {
    w.varint(m.finishedPercentage);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readSplitRegionsResponse(r: ProtoReader, end: number): SplitRegionsResponse {
  const m: SplitRegionsResponse = { header: undefined, finishedPercentage: 0, regionsId: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 16:
        m.finishedPercentage = r.uint();
        break;
      case 24:
        ((m.regionsId === NONE ? (m.regionsId = []) : m.regionsId) as number[]).push(r.uint());
        break;
      case 26: {
        const list = (m.regionsId === NONE ? (m.regionsId = []) : m.regionsId) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.uint());
        break;
      }
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const SplitRegionsResponse: Codec<SplitRegionsResponse, SplitRegionsResponseInit> = codec(
  'pdpb.SplitRegionsResponse',
  readSplitRegionsResponse,
  writeSplitRegionsResponse,
);
export interface SplitAndScatterRegionsRequest {
  header: RequestHeader | undefined;
  splitKeys: readonly Uint8Array[];
  group: string;
  retryLimit: bigint;
}
export interface SplitAndScatterRegionsRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly splitKeys?: readonly Uint8Array[] | undefined;
  readonly group?: string | undefined;
  readonly retryLimit?: bigint | undefined;
}
export function writeSplitAndScatterRegionsRequest(
  w: ProtoWriter,
  m: SplitAndScatterRegionsRequestInit,
): void {
  if (m.retryLimit !== undefined && m.retryLimit !== 0n) {
    w.u64(m.retryLimit);
    w.varint(32);
  }
  if (m.group !== undefined && m.group !== '') {
    w.string(m.group);
    w.varint(26);
  }
  if (m.splitKeys !== undefined && m.splitKeys.length > 0)
    for (let i = m.splitKeys.length - 1; i >= 0; i--) {
      w.bytes(m.splitKeys[i]!);
      w.varint(18);
    }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readSplitAndScatterRegionsRequest(
  r: ProtoReader,
  end: number,
): SplitAndScatterRegionsRequest {
  const m: SplitAndScatterRegionsRequest = { header: undefined, splitKeys: NONE, group: '', retryLimit: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 18:
        ((m.splitKeys === NONE ? (m.splitKeys = []) : m.splitKeys) as Uint8Array[]).push(r.bytes());
        break;
      case 26:
        m.group = r.string();
        break;
      case 32:
        m.retryLimit = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const SplitAndScatterRegionsRequest: Codec<
  SplitAndScatterRegionsRequest,
  SplitAndScatterRegionsRequestInit
> = codec(
  'pdpb.SplitAndScatterRegionsRequest',
  readSplitAndScatterRegionsRequest,
  writeSplitAndScatterRegionsRequest,
);
export interface SplitAndScatterRegionsResponse {
  header: ResponseHeader | undefined;
  splitFinishedPercentage: number;
  scatterFinishedPercentage: number;
  regionsId: readonly number[];
}
export interface SplitAndScatterRegionsResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly splitFinishedPercentage?: number | undefined;
  readonly scatterFinishedPercentage?: number | undefined;
  readonly regionsId?: readonly number[] | undefined;
}
export function writeSplitAndScatterRegionsResponse(
  w: ProtoWriter,
  m: SplitAndScatterRegionsResponseInit,
): void {
  if (m.regionsId !== undefined && m.regionsId.length > 0) {
    const at = w.written;
    for (let i = m.regionsId.length - 1; i >= 0; i--) w.varint(m.regionsId[i]!);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.scatterFinishedPercentage !== undefined && m.scatterFinishedPercentage !== 0) {
    w.varint(m.scatterFinishedPercentage);
    w.varint(24);
  }
  if (m.splitFinishedPercentage !== undefined && m.splitFinishedPercentage !== 0) {
    w.varint(m.splitFinishedPercentage);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readSplitAndScatterRegionsResponse(
  r: ProtoReader,
  end: number,
): SplitAndScatterRegionsResponse {
  const m: SplitAndScatterRegionsResponse = {
    header: undefined,
    splitFinishedPercentage: 0,
    scatterFinishedPercentage: 0,
    regionsId: NONE,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 16:
        m.splitFinishedPercentage = r.uint();
        break;
      case 24:
        m.scatterFinishedPercentage = r.uint();
        break;
      case 32:
        ((m.regionsId === NONE ? (m.regionsId = []) : m.regionsId) as number[]).push(r.uint());
        break;
      case 34: {
        const list = (m.regionsId === NONE ? (m.regionsId = []) : m.regionsId) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.uint());
        break;
      }
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const SplitAndScatterRegionsResponse: Codec<
  SplitAndScatterRegionsResponse,
  SplitAndScatterRegionsResponseInit
> = codec(
  'pdpb.SplitAndScatterRegionsResponse',
  readSplitAndScatterRegionsResponse,
  writeSplitAndScatterRegionsResponse,
);
export interface GlobalConfigItem {
  name: string;
  value: string;
  error: Error | undefined;
  kind: number;
  payload: Uint8Array;
}
export interface GlobalConfigItemInit {
  readonly name?: string | undefined;
  readonly value?: string | undefined;
  readonly error?: ErrorInit | undefined;
  readonly kind?: number | undefined;
  readonly payload?: Uint8Array | undefined;
}
export function writeGlobalConfigItem(w: ProtoWriter, m: GlobalConfigItemInit): void {
  if (m.payload !== undefined && m.payload.length > 0) {
    w.bytes(m.payload);
    w.varint(42);
  }
  if (m.kind !== undefined && m.kind !== 0) {
    w.varint(m.kind);
    w.varint(32);
  }
  if (m.error !== undefined) {
    const at = w.written;
    writeError(w, m.error);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.value !== undefined && m.value !== '') {
    w.string(m.value);
    w.varint(18);
  }
  if (m.name !== undefined && m.name !== '') {
    w.string(m.name);
    w.varint(10);
  }
}
export function readGlobalConfigItem(r: ProtoReader, end: number): GlobalConfigItem {
  const m: GlobalConfigItem = { name: '', value: '', error: undefined, kind: 0, payload: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.name = r.string();
        break;
      case 18:
        m.value = r.string();
        break;
      case 26:
        m.error = readError(r, r.end());
        break;
      case 32:
        m.kind = r.int32();
        break;
      case 42:
        m.payload = r.bytes();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GlobalConfigItem: Codec<GlobalConfigItem, GlobalConfigItemInit> = codec(
  'pdpb.GlobalConfigItem',
  readGlobalConfigItem,
  writeGlobalConfigItem,
);
export interface StoreGlobalConfigRequest {
  changes: readonly GlobalConfigItem[];
  configPath: string;
}
export interface StoreGlobalConfigRequestInit {
  readonly changes?: readonly GlobalConfigItemInit[] | undefined;
  readonly configPath?: string | undefined;
}
export function writeStoreGlobalConfigRequest(w: ProtoWriter, m: StoreGlobalConfigRequestInit): void {
  if (m.configPath !== undefined && m.configPath !== '') {
    w.string(m.configPath);
    w.varint(18);
  }
  if (m.changes !== undefined && m.changes.length > 0)
    for (let i = m.changes.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeGlobalConfigItem(w, m.changes[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readStoreGlobalConfigRequest(r: ProtoReader, end: number): StoreGlobalConfigRequest {
  const m: StoreGlobalConfigRequest = { changes: NONE, configPath: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.changes === NONE ? (m.changes = []) : m.changes) as GlobalConfigItem[]).push(
          readGlobalConfigItem(r, r.end()),
        );
        break;
      case 18:
        m.configPath = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const StoreGlobalConfigRequest: Codec<StoreGlobalConfigRequest, StoreGlobalConfigRequestInit> = codec(
  'pdpb.StoreGlobalConfigRequest',
  readStoreGlobalConfigRequest,
  writeStoreGlobalConfigRequest,
);
export interface StoreGlobalConfigResponse {
  error: Error | undefined;
}
export interface StoreGlobalConfigResponseInit {
  readonly error?: ErrorInit | undefined;
}
export function writeStoreGlobalConfigResponse(w: ProtoWriter, m: StoreGlobalConfigResponseInit): void {
  if (m.error !== undefined) {
    const at = w.written;
    writeError(w, m.error);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readStoreGlobalConfigResponse(r: ProtoReader, end: number): StoreGlobalConfigResponse {
  const m: StoreGlobalConfigResponse = { error: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.error = readError(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const StoreGlobalConfigResponse: Codec<StoreGlobalConfigResponse, StoreGlobalConfigResponseInit> =
  codec('pdpb.StoreGlobalConfigResponse', readStoreGlobalConfigResponse, writeStoreGlobalConfigResponse);
export interface LoadGlobalConfigRequest {
  names: readonly string[];
  configPath: string;
}
export interface LoadGlobalConfigRequestInit {
  readonly names?: readonly string[] | undefined;
  readonly configPath?: string | undefined;
}
export function writeLoadGlobalConfigRequest(w: ProtoWriter, m: LoadGlobalConfigRequestInit): void {
  if (m.configPath !== undefined && m.configPath !== '') {
    w.string(m.configPath);
    w.varint(18);
  }
  if (m.names !== undefined && m.names.length > 0)
    for (let i = m.names.length - 1; i >= 0; i--) {
      w.string(m.names[i]!);
      w.varint(10);
    }
}
export function readLoadGlobalConfigRequest(r: ProtoReader, end: number): LoadGlobalConfigRequest {
  const m: LoadGlobalConfigRequest = { names: NONE, configPath: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.names === NONE ? (m.names = []) : m.names) as string[]).push(r.string());
        break;
      case 18:
        m.configPath = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const LoadGlobalConfigRequest: Codec<LoadGlobalConfigRequest, LoadGlobalConfigRequestInit> = codec(
  'pdpb.LoadGlobalConfigRequest',
  readLoadGlobalConfigRequest,
  writeLoadGlobalConfigRequest,
);
export interface LoadGlobalConfigResponse {
  items: readonly GlobalConfigItem[];
  revision: bigint;
}
export interface LoadGlobalConfigResponseInit {
  readonly items?: readonly GlobalConfigItemInit[] | undefined;
  readonly revision?: bigint | undefined;
}
export function writeLoadGlobalConfigResponse(w: ProtoWriter, m: LoadGlobalConfigResponseInit): void {
  if (m.revision !== undefined && m.revision !== 0n) {
    w.u64(m.revision);
    w.varint(16);
  }
  if (m.items !== undefined && m.items.length > 0)
    for (let i = m.items.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeGlobalConfigItem(w, m.items[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readLoadGlobalConfigResponse(r: ProtoReader, end: number): LoadGlobalConfigResponse {
  const m: LoadGlobalConfigResponse = { items: NONE, revision: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.items === NONE ? (m.items = []) : m.items) as GlobalConfigItem[]).push(
          readGlobalConfigItem(r, r.end()),
        );
        break;
      case 16:
        m.revision = r.i64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const LoadGlobalConfigResponse: Codec<LoadGlobalConfigResponse, LoadGlobalConfigResponseInit> = codec(
  'pdpb.LoadGlobalConfigResponse',
  readLoadGlobalConfigResponse,
  writeLoadGlobalConfigResponse,
);
export interface WatchGlobalConfigRequest {
  configPath: string;
  revision: bigint;
}
export interface WatchGlobalConfigRequestInit {
  readonly configPath?: string | undefined;
  readonly revision?: bigint | undefined;
}
export function writeWatchGlobalConfigRequest(w: ProtoWriter, m: WatchGlobalConfigRequestInit): void {
  if (m.revision !== undefined && m.revision !== 0n) {
    w.u64(m.revision);
    w.varint(16);
  }
  if (m.configPath !== undefined && m.configPath !== '') {
    w.string(m.configPath);
    w.varint(10);
  }
}
export function readWatchGlobalConfigRequest(r: ProtoReader, end: number): WatchGlobalConfigRequest {
  const m: WatchGlobalConfigRequest = { configPath: '', revision: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.configPath = r.string();
        break;
      case 16:
        m.revision = r.i64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const WatchGlobalConfigRequest: Codec<WatchGlobalConfigRequest, WatchGlobalConfigRequestInit> = codec(
  'pdpb.WatchGlobalConfigRequest',
  readWatchGlobalConfigRequest,
  writeWatchGlobalConfigRequest,
);
export interface WatchGlobalConfigResponse {
  changes: readonly GlobalConfigItem[];
  revision: bigint;
  header: ResponseHeader | undefined;
}
export interface WatchGlobalConfigResponseInit {
  readonly changes?: readonly GlobalConfigItemInit[] | undefined;
  readonly revision?: bigint | undefined;
  readonly header?: ResponseHeaderInit | undefined;
}
export function writeWatchGlobalConfigResponse(w: ProtoWriter, m: WatchGlobalConfigResponseInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.revision !== undefined && m.revision !== 0n) {
    w.u64(m.revision);
    w.varint(16);
  }
  if (m.changes !== undefined && m.changes.length > 0)
    for (let i = m.changes.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeGlobalConfigItem(w, m.changes[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readWatchGlobalConfigResponse(r: ProtoReader, end: number): WatchGlobalConfigResponse {
  const m: WatchGlobalConfigResponse = { changes: NONE, revision: 0n, header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.changes === NONE ? (m.changes = []) : m.changes) as GlobalConfigItem[]).push(
          readGlobalConfigItem(r, r.end()),
        );
        break;
      case 16:
        m.revision = r.i64();
        break;
      case 26:
        m.header = readResponseHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const WatchGlobalConfigResponse: Codec<WatchGlobalConfigResponse, WatchGlobalConfigResponseInit> =
  codec('pdpb.WatchGlobalConfigResponse', readWatchGlobalConfigResponse, writeWatchGlobalConfigResponse);
export interface SetExternalTimestampRequest {
  header: RequestHeader | undefined;
  timestamp: bigint;
}
export interface SetExternalTimestampRequestInit {
  readonly header?: RequestHeaderInit | undefined;
  readonly timestamp?: bigint | undefined;
}
export function writeSetExternalTimestampRequest(w: ProtoWriter, m: SetExternalTimestampRequestInit): void {
  if (m.timestamp !== undefined && m.timestamp !== 0n) {
    w.u64(m.timestamp);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readSetExternalTimestampRequest(r: ProtoReader, end: number): SetExternalTimestampRequest {
  const m: SetExternalTimestampRequest = { header: undefined, timestamp: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      case 16:
        m.timestamp = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const SetExternalTimestampRequest: Codec<
  SetExternalTimestampRequest,
  SetExternalTimestampRequestInit
> = codec(
  'pdpb.SetExternalTimestampRequest',
  readSetExternalTimestampRequest,
  writeSetExternalTimestampRequest,
);
export interface SetExternalTimestampResponse {
  header: ResponseHeader | undefined;
}
export interface SetExternalTimestampResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
}
export function writeSetExternalTimestampResponse(w: ProtoWriter, m: SetExternalTimestampResponseInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readSetExternalTimestampResponse(r: ProtoReader, end: number): SetExternalTimestampResponse {
  const m: SetExternalTimestampResponse = { header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const SetExternalTimestampResponse: Codec<
  SetExternalTimestampResponse,
  SetExternalTimestampResponseInit
> = codec(
  'pdpb.SetExternalTimestampResponse',
  readSetExternalTimestampResponse,
  writeSetExternalTimestampResponse,
);
export interface GetExternalTimestampRequest {
  header: RequestHeader | undefined;
}
export interface GetExternalTimestampRequestInit {
  readonly header?: RequestHeaderInit | undefined;
}
export function writeGetExternalTimestampRequest(w: ProtoWriter, m: GetExternalTimestampRequestInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetExternalTimestampRequest(r: ProtoReader, end: number): GetExternalTimestampRequest {
  const m: GetExternalTimestampRequest = { header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetExternalTimestampRequest: Codec<
  GetExternalTimestampRequest,
  GetExternalTimestampRequestInit
> = codec(
  'pdpb.GetExternalTimestampRequest',
  readGetExternalTimestampRequest,
  writeGetExternalTimestampRequest,
);
export interface GetExternalTimestampResponse {
  header: ResponseHeader | undefined;
  timestamp: bigint;
}
export interface GetExternalTimestampResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly timestamp?: bigint | undefined;
}
export function writeGetExternalTimestampResponse(w: ProtoWriter, m: GetExternalTimestampResponseInit): void {
  if (m.timestamp !== undefined && m.timestamp !== 0n) {
    w.u64(m.timestamp);
    w.varint(16);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetExternalTimestampResponse(r: ProtoReader, end: number): GetExternalTimestampResponse {
  const m: GetExternalTimestampResponse = { header: undefined, timestamp: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 16:
        m.timestamp = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetExternalTimestampResponse: Codec<
  GetExternalTimestampResponse,
  GetExternalTimestampResponseInit
> = codec(
  'pdpb.GetExternalTimestampResponse',
  readGetExternalTimestampResponse,
  writeGetExternalTimestampResponse,
);
export interface GetMinTSRequest {
  header: RequestHeader | undefined;
}
export interface GetMinTSRequestInit {
  readonly header?: RequestHeaderInit | undefined;
}
export function writeGetMinTSRequest(w: ProtoWriter, m: GetMinTSRequestInit): void {
  if (m.header !== undefined) {
    const at = w.written;
    writeRequestHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetMinTSRequest(r: ProtoReader, end: number): GetMinTSRequest {
  const m: GetMinTSRequest = { header: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readRequestHeader(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetMinTSRequest: Codec<GetMinTSRequest, GetMinTSRequestInit> = codec(
  'pdpb.GetMinTSRequest',
  readGetMinTSRequest,
  writeGetMinTSRequest,
);
export interface GetMinTSResponse {
  header: ResponseHeader | undefined;
  timestamp: Timestamp | undefined;
}
export interface GetMinTSResponseInit {
  readonly header?: ResponseHeaderInit | undefined;
  readonly timestamp?: TimestampInit | undefined;
}
export function writeGetMinTSResponse(w: ProtoWriter, m: GetMinTSResponseInit): void {
  if (m.timestamp !== undefined) {
    const at = w.written;
    writeTimestamp(w, m.timestamp);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.header !== undefined) {
    const at = w.written;
    writeResponseHeader(w, m.header);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readGetMinTSResponse(r: ProtoReader, end: number): GetMinTSResponse {
  const m: GetMinTSResponse = { header: undefined, timestamp: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.header = readResponseHeader(r, r.end());
        break;
      case 18:
        m.timestamp = readTimestamp(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const GetMinTSResponse: Codec<GetMinTSResponse, GetMinTSResponseInit> = codec(
  'pdpb.GetMinTSResponse',
  readGetMinTSResponse,
  writeGetMinTSResponse,
);
export const PD = {
  GetClusterInfo: method(
    '/pdpb.PD/GetClusterInfo',
    false,
    false,
    GetClusterInfoRequest,
    GetClusterInfoResponse,
  ),
  GetMembers: method('/pdpb.PD/GetMembers', false, false, GetMembersRequest, GetMembersResponse),
  Tso: method('/pdpb.PD/Tso', true, true, TsoRequest, TsoResponse),
  Bootstrap: method('/pdpb.PD/Bootstrap', false, false, BootstrapRequest, BootstrapResponse),
  IsBootstrapped: method(
    '/pdpb.PD/IsBootstrapped',
    false,
    false,
    IsBootstrappedRequest,
    IsBootstrappedResponse,
  ),
  AllocID: method('/pdpb.PD/AllocID', false, false, AllocIDRequest, AllocIDResponse),
  GetStore: method('/pdpb.PD/GetStore', false, false, GetStoreRequest, GetStoreResponse),
  GetAllStores: method('/pdpb.PD/GetAllStores', false, false, GetAllStoresRequest, GetAllStoresResponse),
  GetRegion: method('/pdpb.PD/GetRegion', false, false, GetRegionRequest, GetRegionResponse),
  GetPrevRegion: method('/pdpb.PD/GetPrevRegion', false, false, GetRegionRequest, GetRegionResponse),
  GetRegionByID: method('/pdpb.PD/GetRegionByID', false, false, GetRegionByIDRequest, GetRegionResponse),
  ScanRegions: method('/pdpb.PD/ScanRegions', false, false, ScanRegionsRequest, ScanRegionsResponse),
  BatchScanRegions: method(
    '/pdpb.PD/BatchScanRegions',
    false,
    false,
    BatchScanRegionsRequest,
    BatchScanRegionsResponse,
  ),
  GetClusterConfig: method(
    '/pdpb.PD/GetClusterConfig',
    false,
    false,
    GetClusterConfigRequest,
    GetClusterConfigResponse,
  ),
  PutClusterConfig: method(
    '/pdpb.PD/PutClusterConfig',
    false,
    false,
    PutClusterConfigRequest,
    PutClusterConfigResponse,
  ),
  ScatterRegion: method('/pdpb.PD/ScatterRegion', false, false, ScatterRegionRequest, ScatterRegionResponse),
  GetGCSafePoint: method(
    '/pdpb.PD/GetGCSafePoint',
    false,
    false,
    GetGCSafePointRequest,
    GetGCSafePointResponse,
  ),
  UpdateGCSafePoint: method(
    '/pdpb.PD/UpdateGCSafePoint',
    false,
    false,
    UpdateGCSafePointRequest,
    UpdateGCSafePointResponse,
  ),
  UpdateServiceGCSafePoint: method(
    '/pdpb.PD/UpdateServiceGCSafePoint',
    false,
    false,
    UpdateServiceGCSafePointRequest,
    UpdateServiceGCSafePointResponse,
  ),
  GetOperator: method('/pdpb.PD/GetOperator', false, false, GetOperatorRequest, GetOperatorResponse),
  SplitRegions: method('/pdpb.PD/SplitRegions', false, false, SplitRegionsRequest, SplitRegionsResponse),
  SplitAndScatterRegions: method(
    '/pdpb.PD/SplitAndScatterRegions',
    false,
    false,
    SplitAndScatterRegionsRequest,
    SplitAndScatterRegionsResponse,
  ),
  StoreGlobalConfig: method(
    '/pdpb.PD/StoreGlobalConfig',
    false,
    false,
    StoreGlobalConfigRequest,
    StoreGlobalConfigResponse,
  ),
  LoadGlobalConfig: method(
    '/pdpb.PD/LoadGlobalConfig',
    false,
    false,
    LoadGlobalConfigRequest,
    LoadGlobalConfigResponse,
  ),
  WatchGlobalConfig: method(
    '/pdpb.PD/WatchGlobalConfig',
    false,
    true,
    WatchGlobalConfigRequest,
    WatchGlobalConfigResponse,
  ),
  SetExternalTimestamp: method(
    '/pdpb.PD/SetExternalTimestamp',
    false,
    false,
    SetExternalTimestampRequest,
    SetExternalTimestampResponse,
  ),
  GetExternalTimestamp: method(
    '/pdpb.PD/GetExternalTimestamp',
    false,
    false,
    GetExternalTimestampRequest,
    GetExternalTimestampResponse,
  ),
  GetMinTS: method('/pdpb.PD/GetMinTS', false, false, GetMinTSRequest, GetMinTSResponse),
} as const;
