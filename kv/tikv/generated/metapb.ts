// Written by `npm run protos` from kv/tikv/proto/metapb.proto.
import { NO_BYTES, NONE, codec, type Codec } from '../wire/codec.js';
import type { ProtoReader } from '../wire/proto-reader.js';
import type { ProtoWriter } from '../wire/proto-writer.js';
export const StoreState = { Up: 0, Offline: 1, Tombstone: 2 } as const;
export const NodeState = { Preparing: 0, Serving: 1, Removing: 2, Removed: 3 } as const;
export const PeerRole = { Voter: 0, Learner: 1, IncomingVoter: 2, DemotingVoter: 3 } as const;
export interface Cluster {
  id: bigint;
  maxPeerCount: number;
}
export interface ClusterInit {
  readonly id?: bigint | undefined;
  readonly maxPeerCount?: number | undefined;
}
export function writeCluster(w: ProtoWriter, m: ClusterInit): void {
  if (m.maxPeerCount !== undefined && m.maxPeerCount !== 0) {
    w.varint(m.maxPeerCount);
    w.varint(16);
  }
  if (m.id !== undefined && m.id !== 0n) {
    w.u64(m.id);
    w.varint(8);
  }
}
export function readCluster(r: ProtoReader, end: number): Cluster {
  const m: Cluster = { id: 0n, maxPeerCount: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.id = r.u64();
        break;
      case 16:
        m.maxPeerCount = r.uint32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Cluster: Codec<Cluster, ClusterInit> = codec('metapb.Cluster', readCluster, writeCluster);
export interface StoreLabel {
  key: string;
  value: string;
}
export interface StoreLabelInit {
  readonly key?: string | undefined;
  readonly value?: string | undefined;
}
export function writeStoreLabel(w: ProtoWriter, m: StoreLabelInit): void {
  if (m.value !== undefined && m.value !== '') {
    w.string(m.value);
    w.varint(18);
  }
  if (m.key !== undefined && m.key !== '') {
    w.string(m.key);
    w.varint(10);
  }
}
export function readStoreLabel(r: ProtoReader, end: number): StoreLabel {
  const m: StoreLabel = { key: '', value: '' };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 10:
        m.key = r.string();
        break;
      case 18:
        m.value = r.string();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const StoreLabel: Codec<StoreLabel, StoreLabelInit> = codec(
  'metapb.StoreLabel',
  readStoreLabel,
  writeStoreLabel,
);
export interface Store {
  id: number;
  address: string;
  state: number;
  labels: readonly StoreLabel[];
  version: string;
  peerAddress: string;
  statusAddress: string;
  gitHash: string;
  startTimestamp: number;
  deployPath: string;
  lastHeartbeat: bigint;
  physicallyDestroyed: boolean;
  nodeState: number;
}
export interface StoreInit {
  readonly id?: number | undefined;
  readonly address?: string | undefined;
  readonly state?: number | undefined;
  readonly labels?: readonly StoreLabelInit[] | undefined;
  readonly version?: string | undefined;
  readonly peerAddress?: string | undefined;
  readonly statusAddress?: string | undefined;
  readonly gitHash?: string | undefined;
  readonly startTimestamp?: number | undefined;
  readonly deployPath?: string | undefined;
  readonly lastHeartbeat?: bigint | undefined;
  readonly physicallyDestroyed?: boolean | undefined;
  readonly nodeState?: number | undefined;
}
export function writeStore(w: ProtoWriter, m: StoreInit): void {
  if (m.nodeState !== undefined && m.nodeState !== 0) {
    w.varint(m.nodeState);
    w.varint(104);
  }
  if (m.physicallyDestroyed === true) {
    w.bool(m.physicallyDestroyed);
    w.varint(96);
  }
  if (m.lastHeartbeat !== undefined && m.lastHeartbeat !== 0n) {
    w.u64(m.lastHeartbeat);
    w.varint(88);
  }
  if (m.deployPath !== undefined && m.deployPath !== '') {
    w.string(m.deployPath);
    w.varint(82);
  }
  if (m.startTimestamp !== undefined && m.startTimestamp !== 0) {
    w.varint(m.startTimestamp);
    w.varint(72);
  }
  if (m.gitHash !== undefined && m.gitHash !== '') {
    w.string(m.gitHash);
    w.varint(66);
  }
  if (m.statusAddress !== undefined && m.statusAddress !== '') {
    w.string(m.statusAddress);
    w.varint(58);
  }
  if (m.peerAddress !== undefined && m.peerAddress !== '') {
    w.string(m.peerAddress);
    w.varint(50);
  }
  if (m.version !== undefined && m.version !== '') {
    w.string(m.version);
    w.varint(42);
  }
  if (m.labels !== undefined && m.labels.length > 0)
    for (let i = m.labels.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writeStoreLabel(w, m.labels[i]!);
        w.varint(w.written - at);
        w.varint(34);
      }
    }
  if (m.state !== undefined && m.state !== 0) {
    w.varint(m.state);
    w.varint(24);
  }
  if (m.address !== undefined && m.address !== '') {
    w.string(m.address);
    w.varint(18);
  }
  if (m.id !== undefined && m.id !== 0) {
    w.varint(m.id);
    w.varint(8);
  }
}
export function readStore(r: ProtoReader, end: number): Store {
  const m: Store = {
    id: 0,
    address: '',
    state: 0,
    labels: NONE,
    version: '',
    peerAddress: '',
    statusAddress: '',
    gitHash: '',
    startTimestamp: 0,
    deployPath: '',
    lastHeartbeat: 0n,
    physicallyDestroyed: false,
    nodeState: 0,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.id = r.uint();
        break;
      case 18:
        m.address = r.string();
        break;
      case 24:
        m.state = r.int32();
        break;
      case 34:
        ((m.labels === NONE ? (m.labels = []) : m.labels) as StoreLabel[]).push(readStoreLabel(r, r.end()));
        break;
      case 42:
        m.version = r.string();
        break;
      case 50:
        m.peerAddress = r.string();
        break;
      case 58:
        m.statusAddress = r.string();
        break;
      case 66:
        m.gitHash = r.string();
        break;
      case 72:
        m.startTimestamp = r.int();
        break;
      case 82:
        m.deployPath = r.string();
        break;
      case 88:
        m.lastHeartbeat = r.i64();
        break;
      case 96:
        m.physicallyDestroyed = r.bool();
        break;
      case 104:
        m.nodeState = r.int32();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Store: Codec<Store, StoreInit> = codec('metapb.Store', readStore, writeStore);
export interface RegionEpoch {
  confVer: number;
  version: number;
}
export interface RegionEpochInit {
  readonly confVer?: number | undefined;
  readonly version?: number | undefined;
}
export function writeRegionEpoch(w: ProtoWriter, m: RegionEpochInit): void {
  if (m.version !== undefined && m.version !== 0) {
    w.varint(m.version);
    w.varint(16);
  }
  if (m.confVer !== undefined && m.confVer !== 0) {
    w.varint(m.confVer);
    w.varint(8);
  }
}
export function readRegionEpoch(r: ProtoReader, end: number): RegionEpoch {
  const m: RegionEpoch = { confVer: 0, version: 0 };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.confVer = r.uint();
        break;
      case 16:
        m.version = r.uint();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const RegionEpoch: Codec<RegionEpoch, RegionEpochInit> = codec(
  'metapb.RegionEpoch',
  readRegionEpoch,
  writeRegionEpoch,
);
export interface BucketStats {
  readBytes: readonly bigint[];
  writeBytes: readonly bigint[];
  readQps: readonly bigint[];
  writeQps: readonly bigint[];
  readKeys: readonly bigint[];
  writeKeys: readonly bigint[];
}
export interface BucketStatsInit {
  readonly readBytes?: readonly bigint[] | undefined;
  readonly writeBytes?: readonly bigint[] | undefined;
  readonly readQps?: readonly bigint[] | undefined;
  readonly writeQps?: readonly bigint[] | undefined;
  readonly readKeys?: readonly bigint[] | undefined;
  readonly writeKeys?: readonly bigint[] | undefined;
}
export function writeBucketStats(w: ProtoWriter, m: BucketStatsInit): void {
  if (m.writeKeys !== undefined && m.writeKeys.length > 0) {
    const at = w.written;
    for (let i = m.writeKeys.length - 1; i >= 0; i--) w.u64(m.writeKeys[i]!);
    w.varint(w.written - at);
    w.varint(50);
  }
  if (m.readKeys !== undefined && m.readKeys.length > 0) {
    const at = w.written;
    for (let i = m.readKeys.length - 1; i >= 0; i--) w.u64(m.readKeys[i]!);
    w.varint(w.written - at);
    w.varint(42);
  }
  if (m.writeQps !== undefined && m.writeQps.length > 0) {
    const at = w.written;
    for (let i = m.writeQps.length - 1; i >= 0; i--) w.u64(m.writeQps[i]!);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.readQps !== undefined && m.readQps.length > 0) {
    const at = w.written;
    for (let i = m.readQps.length - 1; i >= 0; i--) w.u64(m.readQps[i]!);
    w.varint(w.written - at);
    w.varint(26);
  }
  if (m.writeBytes !== undefined && m.writeBytes.length > 0) {
    const at = w.written;
    for (let i = m.writeBytes.length - 1; i >= 0; i--) w.u64(m.writeBytes[i]!);
    w.varint(w.written - at);
    w.varint(18);
  }
  if (m.readBytes !== undefined && m.readBytes.length > 0) {
    const at = w.written;
    for (let i = m.readBytes.length - 1; i >= 0; i--) w.u64(m.readBytes[i]!);
    w.varint(w.written - at);
    w.varint(10);
  }
}
export function readBucketStats(r: ProtoReader, end: number): BucketStats {
  const m: BucketStats = {
    readBytes: NONE,
    writeBytes: NONE,
    readQps: NONE,
    writeQps: NONE,
    readKeys: NONE,
    writeKeys: NONE,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        ((m.readBytes === NONE ? (m.readBytes = []) : m.readBytes) as bigint[]).push(r.u64());
        break;
      case 10: {
        const list = (m.readBytes === NONE ? (m.readBytes = []) : m.readBytes) as bigint[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.u64());
        break;
      }
      case 16:
        ((m.writeBytes === NONE ? (m.writeBytes = []) : m.writeBytes) as bigint[]).push(r.u64());
        break;
      case 18: {
        const list = (m.writeBytes === NONE ? (m.writeBytes = []) : m.writeBytes) as bigint[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.u64());
        break;
      }
      case 24:
        ((m.readQps === NONE ? (m.readQps = []) : m.readQps) as bigint[]).push(r.u64());
        break;
      case 26: {
        const list = (m.readQps === NONE ? (m.readQps = []) : m.readQps) as bigint[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.u64());
        break;
      }
      case 32:
        ((m.writeQps === NONE ? (m.writeQps = []) : m.writeQps) as bigint[]).push(r.u64());
        break;
      case 34: {
        const list = (m.writeQps === NONE ? (m.writeQps = []) : m.writeQps) as bigint[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.u64());
        break;
      }
      case 40:
        ((m.readKeys === NONE ? (m.readKeys = []) : m.readKeys) as bigint[]).push(r.u64());
        break;
      case 42: {
        const list = (m.readKeys === NONE ? (m.readKeys = []) : m.readKeys) as bigint[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.u64());
        break;
      }
      case 48:
        ((m.writeKeys === NONE ? (m.writeKeys = []) : m.writeKeys) as bigint[]).push(r.u64());
        break;
      case 50: {
        const list = (m.writeKeys === NONE ? (m.writeKeys = []) : m.writeKeys) as bigint[];
        for (const stop = r.end(); r.pos < stop;) list.push(r.u64());
        break;
      }
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const BucketStats: Codec<BucketStats, BucketStatsInit> = codec(
  'metapb.BucketStats',
  readBucketStats,
  writeBucketStats,
);
export interface Buckets {
  regionId: number;
  version: bigint;
  keys: readonly Uint8Array[];
  stats: BucketStats | undefined;
  periodInMs: bigint;
}
export interface BucketsInit {
  readonly regionId?: number | undefined;
  readonly version?: bigint | undefined;
  readonly keys?: readonly Uint8Array[] | undefined;
  readonly stats?: BucketStatsInit | undefined;
  readonly periodInMs?: bigint | undefined;
}
export function writeBuckets(w: ProtoWriter, m: BucketsInit): void {
  if (m.periodInMs !== undefined && m.periodInMs !== 0n) {
    w.u64(m.periodInMs);
    w.varint(40);
  }
  if (m.stats !== undefined) {
    const at = w.written;
    writeBucketStats(w, m.stats);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.keys !== undefined && m.keys.length > 0)
    for (let i = m.keys.length - 1; i >= 0; i--) {
      w.bytes(m.keys[i]!);
      w.varint(26);
    }
  if (m.version !== undefined && m.version !== 0n) {
    w.u64(m.version);
    w.varint(16);
  }
  if (m.regionId !== undefined && m.regionId !== 0) {
    w.varint(m.regionId);
    w.varint(8);
  }
}
export function readBuckets(r: ProtoReader, end: number): Buckets {
  const m: Buckets = { regionId: 0, version: 0n, keys: NONE, stats: undefined, periodInMs: 0n };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.regionId = r.uint();
        break;
      case 16:
        m.version = r.u64();
        break;
      case 26:
        ((m.keys === NONE ? (m.keys = []) : m.keys) as Uint8Array[]).push(r.bytes());
        break;
      case 34:
        m.stats = readBucketStats(r, r.end());
        break;
      case 40:
        m.periodInMs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Buckets: Codec<Buckets, BucketsInit> = codec('metapb.Buckets', readBuckets, writeBuckets);
export interface Region {
  id: number;
  startKey: Uint8Array;
  endKey: Uint8Array;
  regionEpoch: RegionEpoch | undefined;
  peers: readonly Peer[];
  isInFlashback: boolean;
  flashbackStartTs: bigint;
}
export interface RegionInit {
  readonly id?: number | undefined;
  readonly startKey?: Uint8Array | undefined;
  readonly endKey?: Uint8Array | undefined;
  readonly regionEpoch?: RegionEpochInit | undefined;
  readonly peers?: readonly PeerInit[] | undefined;
  readonly isInFlashback?: boolean | undefined;
  readonly flashbackStartTs?: bigint | undefined;
}
export function writeRegion(w: ProtoWriter, m: RegionInit): void {
  if (m.flashbackStartTs !== undefined && m.flashbackStartTs !== 0n) {
    w.u64(m.flashbackStartTs);
    w.varint(64);
  }
  if (m.isInFlashback === true) {
    w.bool(m.isInFlashback);
    w.varint(56);
  }
  if (m.peers !== undefined && m.peers.length > 0)
    for (let i = m.peers.length - 1; i >= 0; i--) {
      {
        const at = w.written;
        writePeer(w, m.peers[i]!);
        w.varint(w.written - at);
        w.varint(42);
      }
    }
  if (m.regionEpoch !== undefined) {
    const at = w.written;
    writeRegionEpoch(w, m.regionEpoch);
    w.varint(w.written - at);
    w.varint(34);
  }
  if (m.endKey !== undefined && m.endKey.length > 0) {
    w.bytes(m.endKey);
    w.varint(26);
  }
  if (m.startKey !== undefined && m.startKey.length > 0) {
    w.bytes(m.startKey);
    w.varint(18);
  }
  if (m.id !== undefined && m.id !== 0) {
    w.varint(m.id);
    w.varint(8);
  }
}
export function readRegion(r: ProtoReader, end: number): Region {
  const m: Region = {
    id: 0,
    startKey: NO_BYTES,
    endKey: NO_BYTES,
    regionEpoch: undefined,
    peers: NONE,
    isInFlashback: false,
    flashbackStartTs: 0n,
  };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.id = r.uint();
        break;
      case 18:
        m.startKey = r.bytes();
        break;
      case 26:
        m.endKey = r.bytes();
        break;
      case 34:
        m.regionEpoch = readRegionEpoch(r, r.end());
        break;
      case 42:
        ((m.peers === NONE ? (m.peers = []) : m.peers) as Peer[]).push(readPeer(r, r.end()));
        break;
      case 56:
        m.isInFlashback = r.bool();
        break;
      case 64:
        m.flashbackStartTs = r.u64();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Region: Codec<Region, RegionInit> = codec('metapb.Region', readRegion, writeRegion);
export interface Peer {
  id: number;
  storeId: number;
  role: number;
  isWitness: boolean;
}
export interface PeerInit {
  readonly id?: number | undefined;
  readonly storeId?: number | undefined;
  readonly role?: number | undefined;
  readonly isWitness?: boolean | undefined;
}
export function writePeer(w: ProtoWriter, m: PeerInit): void {
  if (m.isWitness === true) {
    w.bool(m.isWitness);
    w.varint(32);
  }
  if (m.role !== undefined && m.role !== 0) {
    w.varint(m.role);
    w.varint(24);
  }
  if (m.storeId !== undefined && m.storeId !== 0) {
    w.varint(m.storeId);
    w.varint(16);
  }
  if (m.id !== undefined && m.id !== 0) {
    w.varint(m.id);
    w.varint(8);
  }
}
export function readPeer(r: ProtoReader, end: number): Peer {
  const m: Peer = { id: 0, storeId: 0, role: 0, isWitness: false };
  while (r.pos < end) {
    const tag = r.uint32();
    switch (tag) {
      case 8:
        m.id = r.uint();
        break;
      case 16:
        m.storeId = r.uint();
        break;
      case 24:
        m.role = r.int32();
        break;
      case 32:
        m.isWitness = r.bool();
        break;
      default:
        r.skip(tag & 7);
    }
  }
  return m;
}
export const Peer: Codec<Peer, PeerInit> = codec('metapb.Peer', readPeer, writePeer);
