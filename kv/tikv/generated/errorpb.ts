// Written by `npm run protos` from kv/tikv/proto/errorpb.proto.
import { NO_BYTES, NONE, codec, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
import * as metapb from './metapb.js';
export interface NotLeader {
  regionId: number;
  leader: metapb.Peer | undefined;
}
export interface NotLeaderInit {
  readonly regionId?: number | undefined;
  readonly leader?: metapb.PeerInit | undefined;
}
export function writeNotLeader(w: ProtoWriter, m: NotLeaderInit): void {
  if (m.leader !== undefined) {
    const at = w.written;
    metapb.writePeer(w, m.leader);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readNotLeader(r: ProtoReader, end: number): NotLeader {
  const m: NotLeader = { regionId: 0, leader: undefined };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      case 18:
        m.leader = metapb.readPeer(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const NotLeader: Codec<NotLeader, NotLeaderInit> = codec(
  'errorpb.NotLeader',
  readNotLeader,
  writeNotLeader,
);
export interface IsWitness {
  regionId: number;
}
export interface IsWitnessInit {
  readonly regionId?: number | undefined;
}
export function writeIsWitness(w: ProtoWriter, m: IsWitnessInit): void {
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readIsWitness(r: ProtoReader, end: number): IsWitness {
  const m: IsWitness = { regionId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const IsWitness: Codec<IsWitness, IsWitnessInit> = codec(
  'errorpb.IsWitness',
  readIsWitness,
  writeIsWitness,
);
export interface BucketVersionNotMatch {
  version: bigint;
  keys: readonly Uint8Array[];
}
export interface BucketVersionNotMatchInit {
  readonly version?: bigint | undefined;
  readonly keys?: readonly Uint8Array[] | undefined;
}
export function writeBucketVersionNotMatch(w: ProtoWriter, m: BucketVersionNotMatchInit): void {
  if (m.keys !== undefined && m.keys.length > 0)
    for (let i = m.keys.length - 1; i >= 0; i--) {
      w.bytes(m.keys[i]!);
      w.varint(18);
    }
  if (m.version !== undefined && m.version !== 0n) {
    w.u64(m.version);
    w.varint(8);
  }
}
export function readBucketVersionNotMatch(r: ProtoReader, end: number): BucketVersionNotMatch {
  const m: BucketVersionNotMatch = { version: 0n, keys: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.version = r.u64();
        break;
      case 18:
        ((m.keys === NONE ? (m.keys = []) : m.keys) as Uint8Array[]).push(r.bytes());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BucketVersionNotMatch: Codec<BucketVersionNotMatch, BucketVersionNotMatchInit> = codec(
  'errorpb.BucketVersionNotMatch',
  readBucketVersionNotMatch,
  writeBucketVersionNotMatch,
);
export interface DiskFull {
  storeId: readonly number[];
  reason: string;
}
export interface DiskFullInit {
  readonly storeId?: readonly number[] | undefined;
  readonly reason?: string | undefined;
}
export function writeDiskFull(w: ProtoWriter, m: DiskFullInit): void {
  if (m.reason !== undefined && m.reason !== '') {
    w.string(m.reason);
    w.varint(18);
  }
  if (m.storeId !== undefined && m.storeId.length > 0) {
    const at = w.written;
    for (let i = m.storeId.length - 1; i >= 0; i--) w.varint(m.storeId[i]!);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readDiskFull(r: ProtoReader, end: number): DiskFull {
  const m: DiskFull = { storeId: NONE, reason: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        ((m.storeId === NONE ? (m.storeId = []) : m.storeId) as number[]).push(r.uint());
        break;
      case 10: {
        const list = (m.storeId === NONE ? (m.storeId = []) : m.storeId) as number[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.uint());
        break;
      }
      case 18:
        m.reason = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const DiskFull: Codec<DiskFull, DiskFullInit> = codec('errorpb.DiskFull', readDiskFull, writeDiskFull);
export interface StoreNotMatch {
  requestStoreId: number;
  actualStoreId: number;
}
export interface StoreNotMatchInit {
  readonly requestStoreId?: number | undefined;
  readonly actualStoreId?: number | undefined;
}
export function writeStoreNotMatch(w: ProtoWriter, m: StoreNotMatchInit): void {
  if (m.actualStoreId !== undefined && m.actualStoreId !== 0) {
    w.varint(m.actualStoreId);
    w.varint(16);
  }
  if (m.requestStoreId !== undefined && m.requestStoreId !== 0) {
    w.varint(m.requestStoreId);
    w.varint(8);
  }
}
export function readStoreNotMatch(r: ProtoReader, end: number): StoreNotMatch {
  const m: StoreNotMatch = { requestStoreId: 0, actualStoreId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.requestStoreId = r.uint();
        break;
      case 16:
        m.actualStoreId = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const StoreNotMatch: Codec<StoreNotMatch, StoreNotMatchInit> = codec(
  'errorpb.StoreNotMatch',
  readStoreNotMatch,
  writeStoreNotMatch,
);
export interface RegionNotFound {
  regionId: number;
}
export interface RegionNotFoundInit {
  readonly regionId?: number | undefined;
}
export function writeRegionNotFound(w: ProtoWriter, m: RegionNotFoundInit): void {
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readRegionNotFound(r: ProtoReader, end: number): RegionNotFound {
  const m: RegionNotFound = { regionId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const RegionNotFound: Codec<RegionNotFound, RegionNotFoundInit> = codec(
  'errorpb.RegionNotFound',
  readRegionNotFound,
  writeRegionNotFound,
);
export interface RegionNotInitialized {
  regionId: number;
}
export interface RegionNotInitializedInit {
  readonly regionId?: number | undefined;
}
export function writeRegionNotInitialized(w: ProtoWriter, m: RegionNotInitializedInit): void {
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readRegionNotInitialized(r: ProtoReader, end: number): RegionNotInitialized {
  const m: RegionNotInitialized = { regionId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const RegionNotInitialized: Codec<RegionNotInitialized, RegionNotInitializedInit> = codec(
  'errorpb.RegionNotInitialized',
  readRegionNotInitialized,
  writeRegionNotInitialized,
);
export interface KeyNotInRegion {
  key: Uint8Array;
  regionId: number;
  startKey: Uint8Array;
  endKey: Uint8Array;
}
export interface KeyNotInRegionInit {
  readonly key?: Uint8Array | undefined;
  readonly regionId?: number | undefined;
  readonly startKey?: Uint8Array | undefined;
  readonly endKey?: Uint8Array | undefined;
}
export function writeKeyNotInRegion(w: ProtoWriter, m: KeyNotInRegionInit): void {
  if (m.endKey !== undefined && m.endKey.length > 0) {
    w.bytes(m.endKey);
    w.varint(34);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(26);
  }
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(16);
  }
  if (m.key !== undefined && m.key.length > 0) {
    w.bytes(m.key);
    w.varint(10);
  }
}
export function readKeyNotInRegion(r: ProtoReader, end: number): KeyNotInRegion {
  const m: KeyNotInRegion = { key: NO_BYTES, regionId: 0, startKey: NO_BYTES, endKey: NO_BYTES };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.key = r.bytes();
        break;
      case 16:
        m.regionId = r.uint();
        break;
      case 26:
        m.startKey = r.bytes();
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
export const KeyNotInRegion: Codec<KeyNotInRegion, KeyNotInRegionInit> = codec(
  'errorpb.KeyNotInRegion',
  readKeyNotInRegion,
  writeKeyNotInRegion,
);
export interface EpochNotMatch {
  currentRegions: readonly metapb.Region[];
}
export interface EpochNotMatchInit {
  readonly currentRegions?: readonly metapb.RegionInit[] | undefined;
}
export function writeEpochNotMatch(w: ProtoWriter, m: EpochNotMatchInit): void {
  if (m.currentRegions !== undefined && m.currentRegions.length > 0)
    for (let i = m.currentRegions.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        metapb.writeRegion(w, m.currentRegions[i]!);
        w.varint(w.written - at);
        w.varint(10);
      }
    }
}
export function readEpochNotMatch(r: ProtoReader, end: number): EpochNotMatch {
  const m: EpochNotMatch = { currentRegions: NONE };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        ((m.currentRegions === NONE ? (m.currentRegions = []) : m.currentRegions) as metapb.Region[]).push(
          metapb.readRegion(r, r.end()),
        );
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const EpochNotMatch: Codec<EpochNotMatch, EpochNotMatchInit> = codec(
  'errorpb.EpochNotMatch',
  readEpochNotMatch,
  writeEpochNotMatch,
);
export interface ServerIsBusy {
  reason: string;
  backoffMs: number;
  estimatedWaitMs: number;
  appliedIndex: bigint;
}
export interface ServerIsBusyInit {
  readonly reason?: string | undefined;
  readonly backoffMs?: number | undefined;
  readonly estimatedWaitMs?: number | undefined;
  readonly appliedIndex?: bigint | undefined;
}
export function writeServerIsBusy(w: ProtoWriter, m: ServerIsBusyInit): void {
  if (m.appliedIndex !== undefined && m.appliedIndex !== 0n) {
    w.u64(m.appliedIndex);
    w.varint(32);
  }
  if (m.estimatedWaitMs !== undefined && m.estimatedWaitMs !== 0) {
    w.varint(m.estimatedWaitMs);
    w.varint(24);
  }
  if (m.backoffMs !== undefined && m.backoffMs !== 0) {
    w.varint(m.backoffMs);
    w.varint(16);
  }
  if (m.reason !== undefined && m.reason !== '') {
    w.string(m.reason);
    w.varint(10);
  }
}
export function readServerIsBusy(r: ProtoReader, end: number): ServerIsBusy {
  const m: ServerIsBusy = { reason: '', backoffMs: 0, estimatedWaitMs: 0, appliedIndex: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.reason = r.string();
        break;
      case 16:
        m.backoffMs = r.uint();
        break;
      case 24:
        m.estimatedWaitMs = r.uint32();
        break;
      case 32:
        m.appliedIndex = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ServerIsBusy: Codec<ServerIsBusy, ServerIsBusyInit> = codec(
  'errorpb.ServerIsBusy',
  readServerIsBusy,
  writeServerIsBusy,
);
export type StaleCommand = Record<string, never>;
export type StaleCommandInit = Record<string, never>;
export function writeStaleCommand(_w: ProtoWriter, _m: StaleCommandInit): void {}
export function readStaleCommand(r: ProtoReader, end: number): StaleCommand {
  const m: StaleCommand = {};
  while (r.pos < end) {
    const tag = r.uint32();
    r.skip(tag & 7);
  }
  return m;
}
export const StaleCommand: Codec<StaleCommand, StaleCommandInit> = codec(
  'errorpb.StaleCommand',
  readStaleCommand,
  writeStaleCommand,
);
export interface RaftEntryTooLarge {
  regionId: number;
  entrySize: number;
}
export interface RaftEntryTooLargeInit {
  readonly regionId?: number | undefined;
  readonly entrySize?: number | undefined;
}
export function writeRaftEntryTooLarge(w: ProtoWriter, m: RaftEntryTooLargeInit): void {
  if (m.entrySize !== undefined && m.entrySize !== 0) {
    w.varint(m.entrySize);
    w.varint(16);
  }
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readRaftEntryTooLarge(r: ProtoReader, end: number): RaftEntryTooLarge {
  const m: RaftEntryTooLarge = { regionId: 0, entrySize: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      case 16:
        m.entrySize = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const RaftEntryTooLarge: Codec<RaftEntryTooLarge, RaftEntryTooLargeInit> = codec(
  'errorpb.RaftEntryTooLarge',
  readRaftEntryTooLarge,
  writeRaftEntryTooLarge,
);
export type MaxTimestampNotSynced = Record<string, never>;
export type MaxTimestampNotSyncedInit = Record<string, never>;
export function writeMaxTimestampNotSynced(_w: ProtoWriter, _m: MaxTimestampNotSyncedInit): void {}
export function readMaxTimestampNotSynced(r: ProtoReader, end: number): MaxTimestampNotSynced {
  const m: MaxTimestampNotSynced = {};
  while (r.pos < end) {
    const tag = r.uint32();
    r.skip(tag & 7);
  }
  return m;
}
export const MaxTimestampNotSynced: Codec<MaxTimestampNotSynced, MaxTimestampNotSyncedInit> = codec(
  'errorpb.MaxTimestampNotSynced',
  readMaxTimestampNotSynced,
  writeMaxTimestampNotSynced,
);
export interface ReadIndexNotReady {
  reason: string;
  regionId: number;
}
export interface ReadIndexNotReadyInit {
  readonly reason?: string | undefined;
  readonly regionId?: number | undefined;
}
export function writeReadIndexNotReady(w: ProtoWriter, m: ReadIndexNotReadyInit): void {
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(16);
  }
  if (m.reason !== undefined && m.reason !== '') {
    w.string(m.reason);
    w.varint(10);
  }
}
export function readReadIndexNotReady(r: ProtoReader, end: number): ReadIndexNotReady {
  const m: ReadIndexNotReady = { reason: '', regionId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.reason = r.string();
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
export const ReadIndexNotReady: Codec<ReadIndexNotReady, ReadIndexNotReadyInit> = codec(
  'errorpb.ReadIndexNotReady',
  readReadIndexNotReady,
  writeReadIndexNotReady,
);
export interface ProposalInMergingMode {
  regionId: number;
}
export interface ProposalInMergingModeInit {
  readonly regionId?: number | undefined;
}
export function writeProposalInMergingMode(w: ProtoWriter, m: ProposalInMergingModeInit): void {
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readProposalInMergingMode(r: ProtoReader, end: number): ProposalInMergingMode {
  const m: ProposalInMergingMode = { regionId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const ProposalInMergingMode: Codec<ProposalInMergingMode, ProposalInMergingModeInit> = codec(
  'errorpb.ProposalInMergingMode',
  readProposalInMergingMode,
  writeProposalInMergingMode,
);
export interface DataIsNotReady {
  regionId: number;
  peerId: number;
  safeTs: bigint;
}
export interface DataIsNotReadyInit {
  readonly regionId?: number | undefined;
  readonly peerId?: number | undefined;
  readonly safeTs?: bigint | undefined;
}
export function writeDataIsNotReady(w: ProtoWriter, m: DataIsNotReadyInit): void {
  if (m.safeTs !== undefined && m.safeTs !== 0n) {
    w.u64(m.safeTs);
    w.varint(24);
  }
  if (m.peerId !== undefined && m.peerId !== 0) {
    w.varint(m.peerId);
    w.varint(16);
  }
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readDataIsNotReady(r: ProtoReader, end: number): DataIsNotReady {
  const m: DataIsNotReady = { regionId: 0, peerId: 0, safeTs: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      case 16:
        m.peerId = r.uint();
        break;
      case 24:
        m.safeTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const DataIsNotReady: Codec<DataIsNotReady, DataIsNotReadyInit> = codec(
  'errorpb.DataIsNotReady',
  readDataIsNotReady,
  writeDataIsNotReady,
);
export interface RecoveryInProgress {
  regionId: number;
}
export interface RecoveryInProgressInit {
  readonly regionId?: number | undefined;
}
export function writeRecoveryInProgress(w: ProtoWriter, m: RecoveryInProgressInit): void {
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readRecoveryInProgress(r: ProtoReader, end: number): RecoveryInProgress {
  const m: RecoveryInProgress = { regionId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const RecoveryInProgress: Codec<RecoveryInProgress, RecoveryInProgressInit> = codec(
  'errorpb.RecoveryInProgress',
  readRecoveryInProgress,
  writeRecoveryInProgress,
);
export interface FlashbackInProgress {
  regionId: number;
  flashbackStartTs: bigint;
}
export interface FlashbackInProgressInit {
  readonly regionId?: number | undefined;
  readonly flashbackStartTs?: bigint | undefined;
}
export function writeFlashbackInProgress(w: ProtoWriter, m: FlashbackInProgressInit): void {
  if (m.flashbackStartTs !== undefined && m.flashbackStartTs !== 0n) {
    w.u64(m.flashbackStartTs);
    w.varint(16);
  }
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readFlashbackInProgress(r: ProtoReader, end: number): FlashbackInProgress {
  const m: FlashbackInProgress = { regionId: 0, flashbackStartTs: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      case 16:
        m.flashbackStartTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const FlashbackInProgress: Codec<FlashbackInProgress, FlashbackInProgressInit> = codec(
  'errorpb.FlashbackInProgress',
  readFlashbackInProgress,
  writeFlashbackInProgress,
);
export interface FlashbackNotPrepared {
  regionId: number;
}
export interface FlashbackNotPreparedInit {
  readonly regionId?: number | undefined;
}
export function writeFlashbackNotPrepared(w: ProtoWriter, m: FlashbackNotPreparedInit): void {
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readFlashbackNotPrepared(r: ProtoReader, end: number): FlashbackNotPrepared {
  const m: FlashbackNotPrepared = { regionId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const FlashbackNotPrepared: Codec<FlashbackNotPrepared, FlashbackNotPreparedInit> = codec(
  'errorpb.FlashbackNotPrepared',
  readFlashbackNotPrepared,
  writeFlashbackNotPrepared,
);
export interface MismatchPeerId {
  requestPeerId: number;
  storePeerId: number;
}
export interface MismatchPeerIdInit {
  readonly requestPeerId?: number | undefined;
  readonly storePeerId?: number | undefined;
}
export function writeMismatchPeerId(w: ProtoWriter, m: MismatchPeerIdInit): void {
  if (m.storePeerId !== undefined && m.storePeerId !== 0) {
    w.varint(m.storePeerId);
    w.varint(16);
  }
  if (m.requestPeerId !== undefined && m.requestPeerId !== 0) {
    w.varint(m.requestPeerId);
    w.varint(8);
  }
}
export function readMismatchPeerId(r: ProtoReader, end: number): MismatchPeerId {
  const m: MismatchPeerId = { requestPeerId: 0, storePeerId: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.requestPeerId = r.uint();
        break;
      case 16:
        m.storePeerId = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const MismatchPeerId: Codec<MismatchPeerId, MismatchPeerIdInit> = codec(
  'errorpb.MismatchPeerId',
  readMismatchPeerId,
  writeMismatchPeerId,
);
export interface UndeterminedResult {
  message: string;
}
export interface UndeterminedResultInit {
  readonly message?: string | undefined;
}
export function writeUndeterminedResult(w: ProtoWriter, m: UndeterminedResultInit): void {
  if (m.message !== undefined && m.message !== '') {
    w.string(m.message);
    w.varint(10);
  }
}
export function readUndeterminedResult(r: ProtoReader, end: number): UndeterminedResult {
  const m: UndeterminedResult = { message: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.message = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const UndeterminedResult: Codec<UndeterminedResult, UndeterminedResultInit> = codec(
  'errorpb.UndeterminedResult',
  readUndeterminedResult,
  writeUndeterminedResult,
);
export interface Error {
  message: string;
  notLeader: NotLeader | undefined;
  regionNotFound: RegionNotFound | undefined;
  keyNotInRegion: KeyNotInRegion | undefined;
  epochNotMatch: EpochNotMatch | undefined;
  serverIsBusy: ServerIsBusy | undefined;
  staleCommand: StaleCommand | undefined;
  storeNotMatch: StoreNotMatch | undefined;
  raftEntryTooLarge: RaftEntryTooLarge | undefined;
  maxTimestampNotSynced: MaxTimestampNotSynced | undefined;
  readIndexNotReady: ReadIndexNotReady | undefined;
  proposalInMergingMode: ProposalInMergingMode | undefined;
  dataIsNotReady: DataIsNotReady | undefined;
  regionNotInitialized: RegionNotInitialized | undefined;
  diskFull: DiskFull | undefined;
  recoveryInProgress: RecoveryInProgress | undefined;
  flashbackInProgress: FlashbackInProgress | undefined;
  flashbackNotPrepared: FlashbackNotPrepared | undefined;
  isWitness: IsWitness | undefined;
  mismatchPeerId: MismatchPeerId | undefined;
  bucketVersionNotMatch: BucketVersionNotMatch | undefined;
  undeterminedResult: UndeterminedResult | undefined;
}
export interface ErrorInit {
  readonly message?: string | undefined;
  readonly notLeader?: NotLeaderInit | undefined;
  readonly regionNotFound?: RegionNotFoundInit | undefined;
  readonly keyNotInRegion?: KeyNotInRegionInit | undefined;
  readonly epochNotMatch?: EpochNotMatchInit | undefined;
  readonly serverIsBusy?: ServerIsBusyInit | undefined;
  readonly staleCommand?: StaleCommandInit | undefined;
  readonly storeNotMatch?: StoreNotMatchInit | undefined;
  readonly raftEntryTooLarge?: RaftEntryTooLargeInit | undefined;
  readonly maxTimestampNotSynced?: MaxTimestampNotSyncedInit | undefined;
  readonly readIndexNotReady?: ReadIndexNotReadyInit | undefined;
  readonly proposalInMergingMode?: ProposalInMergingModeInit | undefined;
  readonly dataIsNotReady?: DataIsNotReadyInit | undefined;
  readonly regionNotInitialized?: RegionNotInitializedInit | undefined;
  readonly diskFull?: DiskFullInit | undefined;
  readonly recoveryInProgress?: RecoveryInProgressInit | undefined;
  readonly flashbackInProgress?: FlashbackInProgressInit | undefined;
  readonly flashbackNotPrepared?: FlashbackNotPreparedInit | undefined;
  readonly isWitness?: IsWitnessInit | undefined;
  readonly mismatchPeerId?: MismatchPeerIdInit | undefined;
  readonly bucketVersionNotMatch?: BucketVersionNotMatchInit | undefined;
  readonly undeterminedResult?: UndeterminedResultInit | undefined;
}
export function writeError(w: ProtoWriter, m: ErrorInit): void {
  if (m.undeterminedResult !== undefined) {
    const at = w.written;
    writeUndeterminedResult(w, m.undeterminedResult);
    w.varint(w.written - at);
    w.varint(178);
  }
  if (m.bucketVersionNotMatch !== undefined) {
    const at = w.written;
    writeBucketVersionNotMatch(w, m.bucketVersionNotMatch);
    w.varint(w.written - at);
    w.varint(170);
  }
  if (m.mismatchPeerId !== undefined) {
    const at = w.written;
    writeMismatchPeerId(w, m.mismatchPeerId);
    w.varint(w.written - at);
    w.varint(162);
  }
  if (m.isWitness !== undefined) {
    const at = w.written;
    writeIsWitness(w, m.isWitness);
    w.varint(w.written - at);
    w.varint(154);
  }
  if (m.flashbackNotPrepared !== undefined) {
    const at = w.written;
    writeFlashbackNotPrepared(w, m.flashbackNotPrepared);
    w.varint(w.written - at);
    w.varint(146);
  }
  if (m.flashbackInProgress !== undefined) {
    const at = w.written;
    writeFlashbackInProgress(w, m.flashbackInProgress);
    w.varint(w.written - at);
    w.varint(138);
  }
  if (m.recoveryInProgress !== undefined) {
    const at = w.written;
    writeRecoveryInProgress(w, m.recoveryInProgress);
    w.varint(w.written - at);
    w.varint(130);
  }
  if (m.diskFull !== undefined) {
    const at = w.written;
    writeDiskFull(w, m.diskFull);
    w.varint(w.written - at);
    w.varint(122);
  }
  if (m.regionNotInitialized !== undefined) {
    const at = w.written;
    writeRegionNotInitialized(w, m.regionNotInitialized);
    w.varint(w.written - at);
    w.varint(114);
  }
  if (m.dataIsNotReady !== undefined) {
    const at = w.written;
    writeDataIsNotReady(w, m.dataIsNotReady);
    w.varint(w.written - at);
    w.varint(106);
  }
  if (m.proposalInMergingMode !== undefined) {
    const at = w.written;
    writeProposalInMergingMode(w, m.proposalInMergingMode);
    w.varint(w.written - at);
    w.varint(98);
  }
  if (m.readIndexNotReady !== undefined) {
    const at = w.written;
    writeReadIndexNotReady(w, m.readIndexNotReady);
    w.varint(w.written - at);
    w.varint(90);
  }
  if (m.maxTimestampNotSynced !== undefined) {
    const at = w.written;
    writeMaxTimestampNotSynced(w, m.maxTimestampNotSynced);
    w.varint(w.written - at);
    w.varint(82);
  }
  if (m.raftEntryTooLarge !== undefined) {
    const at = w.written;
    writeRaftEntryTooLarge(w, m.raftEntryTooLarge);
    w.varint(w.written - at);
    w.varint(74);
  }
  if (m.storeNotMatch !== undefined) {
    const at = w.written;
    writeStoreNotMatch(w, m.storeNotMatch);
    w.varint(w.written - at);
    w.varint(66);
  }
  if (m.staleCommand !== undefined) {
    const at = w.written;
    writeStaleCommand(w, m.staleCommand);
    w.varint(w.written - at);
    w.varint(58);
  }
  if (m.serverIsBusy !== undefined) {
    const at = w.written;
    writeServerIsBusy(w, m.serverIsBusy);
    w.varint(w.written - at);
    w.varint(50);
  }
  if (m.epochNotMatch !== undefined) {
    const at = w.written;
    writeEpochNotMatch(w, m.epochNotMatch);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.keyNotInRegion !== undefined) {
    const at = w.written;
    writeKeyNotInRegion(w, m.keyNotInRegion);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.regionNotFound !== undefined) {
    const at = w.written;
    writeRegionNotFound(w, m.regionNotFound);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.notLeader !== undefined) {
    const at = w.written;
    writeNotLeader(w, m.notLeader);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.message !== undefined && m.message !== '') {
    w.string(m.message);
    w.varint(10);
  }
}
export function readError(r: ProtoReader, end: number): Error {
  const m: Error = {
    message: '',
    notLeader: undefined,
    regionNotFound: undefined,
    keyNotInRegion: undefined,
    epochNotMatch: undefined,
    serverIsBusy: undefined,
    staleCommand: undefined,
    storeNotMatch: undefined,
    raftEntryTooLarge: undefined,
    maxTimestampNotSynced: undefined,
    readIndexNotReady: undefined,
    proposalInMergingMode: undefined,
    dataIsNotReady: undefined,
    regionNotInitialized: undefined,
    diskFull: undefined,
    recoveryInProgress: undefined,
    flashbackInProgress: undefined,
    flashbackNotPrepared: undefined,
    isWitness: undefined,
    mismatchPeerId: undefined,
    bucketVersionNotMatch: undefined,
    undeterminedResult: undefined,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.message = r.string();
        break;
      case 18:
        m.notLeader = readNotLeader(r, r.end());
        break;
      case 26:
        m.regionNotFound = readRegionNotFound(r, r.end());
        break;
      case 34:
        m.keyNotInRegion = readKeyNotInRegion(r, r.end());
        break;
      case 42:
        m.epochNotMatch = readEpochNotMatch(r, r.end());
        break;
      case 50:
        m.serverIsBusy = readServerIsBusy(r, r.end());
        break;
      case 58:
        m.staleCommand = readStaleCommand(r, r.end());
        break;
      case 66:
        m.storeNotMatch = readStoreNotMatch(r, r.end());
        break;
      case 74:
        m.raftEntryTooLarge = readRaftEntryTooLarge(r, r.end());
        break;
      case 82:
        m.maxTimestampNotSynced = readMaxTimestampNotSynced(r, r.end());
        break;
      case 90:
        m.readIndexNotReady = readReadIndexNotReady(r, r.end());
        break;
      case 98:
        m.proposalInMergingMode = readProposalInMergingMode(r, r.end());
        break;
      case 106:
        m.dataIsNotReady = readDataIsNotReady(r, r.end());
        break;
      case 114:
        m.regionNotInitialized = readRegionNotInitialized(r, r.end());
        break;
      case 122:
        m.diskFull = readDiskFull(r, r.end());
        break;
      case 130:
        m.recoveryInProgress = readRecoveryInProgress(r, r.end());
        break;
      case 138:
        m.flashbackInProgress = readFlashbackInProgress(r, r.end());
        break;
      case 146:
        m.flashbackNotPrepared = readFlashbackNotPrepared(r, r.end());
        break;
      case 154:
        m.isWitness = readIsWitness(r, r.end());
        break;
      case 162:
        m.mismatchPeerId = readMismatchPeerId(r, r.end());
        break;
      case 170:
        m.bucketVersionNotMatch = readBucketVersionNotMatch(r, r.end());
        break;
      case 178:
        m.undeterminedResult = readUndeterminedResult(r, r.end());
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Error: Codec<Error, ErrorInit> = codec('errorpb.Error', readError, writeError);
