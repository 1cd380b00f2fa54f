import type { EmbeddedStore } from '../../embedded/engine.js';
import { StoreState, NodeState } from '../generated/metapb.js';
import type * as metapb from '../generated/metapb.js';
import type { PD } from '../generated/pdpb.js';
import { ErrorType, EventType, OperatorStatus, ServiceMode } from '../generated/pdpb.js';
import type * as pb from '../generated/pdpb.js';
import type { Method } from '../wire/codec.js';
import { decodeRegionKey } from '../region-key.js';
import type { ClusterFile } from './cluster-file.js';
import { leaderOf, regionToWire, type Region, type RegionTable } from './region-table.js';

/** A store as PD lists it. */
export interface StoreAddress {
  readonly id: number;
  readonly address: string;
}

export interface PdContext {
  readonly store: EmbeddedStore;
  readonly file: ClusterFile;
  readonly regions: RegionTable;
  readonly stores: readonly StoreAddress[];
  /** Where PD itself is reached: `http://host:port`. */
  readonly url: string;
  readonly startedAt: number;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The GC safe point moved: what nobody may read any more is collected. */
  collect(safePoint: bigint): Promise<void>;
}

/** Largest count in one request for timestamps: the room of a millisecond. */
const MAX_TSO_COUNT = 1 << 17;
/** TiKV's version as clients check it. */
const STORE_VERSION = '8.5.0';
const GC_WORKER = 'gc_worker';
const MAX_INT64 = 2n ** 63n - 1n;

type UnaryMethod = {
  [N in keyof typeof PD]: (typeof PD)[N] extends { readonly path: string } ? N : never;
}[keyof typeof PD];
type RequestOf<M> = M extends Method<infer Req, infer _I, infer _R, infer _RI> ? Req : never;
type ReplyOf<M> = M extends Method<infer _Req, infer _I, infer _R, infer RI> ? RI : never;
/** The methods with one request and one answer. */
export type PdUnary = Exclude<UnaryMethod, 'Tso' | 'WatchGlobalConfig'>;
export type PdHandlers = {
  readonly [N in PdUnary]: (req: RequestOf<(typeof PD)[N]>) => ReplyOf<(typeof PD)[N]>;
};

/** The PD service as clients of TiKV use it: one member that leads, over the served store's regions. */
export function pdHandlers(c: PdContext): PdHandlers {
  const { file, regions, store } = c;
  const header = (error?: pb.ErrorInit): pb.ResponseHeaderInit => ({ clusterId: file.clusterId, error });
  const failed = (type: number, message: string): { readonly header: pb.ResponseHeaderInit } => ({
    header: header({ type, message }),
  });
  const member: pb.MemberInit = {
    name: 'rutile',
    memberId: file.clusterId & 0xffff_ffffn,
    peerUrls: [c.url],
    clientUrls: [c.url],
  };
  const storeToWire = (s: StoreAddress): metapb.StoreInit => ({
    id: s.id,
    address: s.address,
    state: StoreState.Up,
    nodeState: NodeState.Serving,
    version: STORE_VERSION,
    startTimestamp: Math.floor(c.startedAt / 1000),
    lastHeartbeat: BigInt(c.now()) * 1_000_000n,
  });
  const regionReply = (r: Region | undefined): pb.GetRegionResponseInit =>
    r === undefined
      ? { header: header() }
      : { header: header(), region: regionToWire(r), leader: leaderOf(r) };
  const listed = (r: Region): pb.RegionInit => ({ region: regionToWire(r), leader: leaderOf(r) });
  const plain = (border: Uint8Array): Uint8Array => plainKey(border);
  const splitAt = (borders: readonly Uint8Array[]): number[] => {
    const ids: number[] = [];
    for (const border of borders) {
      const key = plain(border);
      const region = regions.find(key);
      const parts = regions.split(region, [key]);
      if (parts.length > 1) ids.push(parts[0]!.id);
    }
    return ids;
  };
  const removeExpired = (): void => {
    const now = c.now();
    for (const [id, s] of file.services) if (s.expires <= now) file.services.delete(id);
  };

  return {
    GetClusterInfo: () => ({ header: header(), serviceModes: [ServiceMode.PD_SVC_MODE] }),
    GetMembers: () => ({ header: header(), members: [member], leader: member, etcdLeader: member }),
    Bootstrap: () => failed(ErrorType.ALREADY_BOOTSTRAPPED, 'cluster is already bootstrapped'),
    IsBootstrapped: () => ({ header: header(), bootstrapped: true }),
    AllocID: () => ({ header: header(), id: file.allocateId() }),
    GetStore: (req) => {
      const s = c.stores.find((x) => x.id === req.storeId);
      if (s === undefined) return failed(ErrorType.UNKNOWN, `invalid store ID ${req.storeId}, not found`);
      const used = BigInt(store.stats.fileBytes);
      return {
        header: header(),
        store: storeToWire(s),
        stats: { storeId: s.id, usedSize: used, regionCount: regions.all().length },
      };
    },
    GetAllStores: () => ({ header: header(), stores: c.stores.map(storeToWire) }),
    GetRegion: (req) => regionReply(regions.find(plain(req.regionKey))),
    GetPrevRegion: (req) => regionReply(regions.previous(plain(req.regionKey))),
    GetRegionByID: (req) => regionReply(regions.get(req.regionId)),
    ScanRegions: (req) => {
      const found = regions.scan(plain(req.startKey), plain(req.endKey), req.limit);
      return {
        header: header(),
        regionMetas: found.map(regionToWire),
        leaders: found.map(leaderOf),
        regions: found.map(listed),
      };
    },
    BatchScanRegions: (req) => {
      const out: Region[] = [];
      for (const range of req.ranges) {
        for (const r of regions.scan(plain(range.startKey), plain(range.endKey), 0)) {
          if (req.limit > 0 && out.length >= req.limit) break;
          if (out[out.length - 1] !== r) out.push(r);
        }
      }
      return { header: header(), regions: out.map(listed) };
    },
    GetClusterConfig: () => ({
      header: header(),
      cluster: { id: file.clusterId, maxPeerCount: c.stores.length },
    }),
    PutClusterConfig: () => ({ header: header() }),
    // There is nowhere to scatter to.
    ScatterRegion: () => ({ header: header(), finishedPercentage: 100 }),
    GetOperator: (req) => ({
      header: header(),
      regionId: req.regionId,
      desc: Buffer.from('scatter-region'),
      status: OperatorStatus.SUCCESS,
    }),
    SplitRegions: (req) => ({
      header: header(),
      finishedPercentage: 100,
      regionsId: splitAt(req.splitKeys),
    }),
    SplitAndScatterRegions: (req) => ({
      header: header(),
      splitFinishedPercentage: 100,
      scatterFinishedPercentage: 100,
      regionsId: splitAt(req.splitKeys),
    }),
    GetGCSafePoint: () => ({ header: header(), safePoint: file.gcSafePoint }),
    UpdateGCSafePoint: (req) => {
      // It never goes back: the caller learns where it stands.
      if (req.safePoint > file.gcSafePoint) {
        file.gcSafePoint = req.safePoint;
        file.save();
        void c.collect(req.safePoint);
      }
      return { header: header(), newSafePoint: file.gcSafePoint };
    },
    UpdateServiceGCSafePoint: (req) => {
      removeExpired();
      const id = Buffer.from(req.serviceId).toString('utf8');
      const current = smallest(file.services);
      if (req.ttl <= 0n) {
        if (file.services.delete(id)) file.save();
      } else if (current === null || req.safePoint >= current.safePoint || id === GC_WORKER) {
        const expires = req.ttl >= MAX_INT64 / 1000n ? Infinity : c.now() + Number(req.ttl) * 1000;
        if (req.safePoint >= (file.services.get(id)?.safePoint ?? 0n)) {
          file.services.set(id, { safePoint: req.safePoint, expires });
          file.save();
        }
      }
      const min = smallest(file.services);
      if (min === null) return { header: header(), serviceId: req.serviceId };
      return {
        header: header(),
        serviceId: Buffer.from(min.id),
        ttl:
          min.expires === Infinity
            ? MAX_INT64
            : BigInt(Math.max(0, Math.ceil((min.expires - c.now()) / 1000))),
        minSafePoint: min.safePoint,
      };
    },
    StoreGlobalConfig: (req) => {
      for (const item of req.changes) {
        const name = `${req.configPath}/${item.name}`;
        if (item.kind === EventType.DELETE) file.config.delete(name);
        else file.config.set(name, item.payload.length > 0 ? item.payload : Buffer.from(item.value));
      }
      file.save();
      return {};
    },
    LoadGlobalConfig: (req) => {
      const prefix = `${req.configPath}/`;
      const names =
        req.names.length > 0
          ? req.names
          : [...file.config.keys()].filter((n) => n.startsWith(prefix)).map((n) => n.slice(prefix.length));
      return {
        items: names.map((name) => {
          const payload = file.config.get(prefix + name);
          return payload === undefined
            ? { name, error: { type: ErrorType.GLOBAL_CONFIG_NOT_FOUND, message: `${name} is not set` } }
            : { name, payload, value: Buffer.from(payload).toString('utf8') };
        }),
      };
    },
    SetExternalTimestamp: (req) => {
      if (req.timestamp < file.externalTs)
        return failed(ErrorType.UNKNOWN, 'the external timestamp may not go back');
      if (req.timestamp > store.timestamp())
        return failed(ErrorType.UNKNOWN, 'the external timestamp lies in the future');
      file.externalTs = req.timestamp;
      file.save();
      return { header: header() };
    },
    GetExternalTimestamp: () => ({ header: header(), timestamp: file.externalTs }),
    GetMinTS: () => ({ header: header(), timestamp: timestampToWire(store.timestamp()) }),
  };
}

/** The timestamps of one request: the last of them is answered. */
export function serveTso(store: EmbeddedStore, clusterId: bigint, req: pb.TsoRequest): pb.TsoResponseInit {
  const count = Math.min(Math.max(1, req.count), MAX_TSO_COUNT);
  const last = store.timestamps(count) + BigInt(count - 1);
  return { header: { clusterId }, count, timestamp: timestampToWire(last) };
}

const timestampToWire = (ts: bigint): pb.TimestampInit => ({
  physical: Number(ts >> 18n),
  logical: Number(ts & 0x3ffffn),
});

function smallest(
  services: ReadonlyMap<string, { readonly safePoint: bigint; readonly expires: number }>,
): { readonly id: string; readonly safePoint: bigint; readonly expires: number } | null {
  let min: { id: string; safePoint: bigint; expires: number } | null = null;
  for (const [id, s] of services) if (min === null || s.safePoint < min.safePoint) min = { id, ...s };
  return min;
}

/** The plain key at or after which a border given by a client lies: clients ask for borders that are not whole encodings. */
function plainKey(border: Uint8Array): Uint8Array {
  if (border.length === 0) return border;
  try {
    return decodeRegionKey(border);
  } catch {
    // As many whole groups as there are, then what is left as it is: the order of such keys is kept.
    const out: number[] = [];
    for (let at = 0; at < border.length; at += 9) {
      const group = border.subarray(at, at + 8);
      const marker = border[at + 8];
      if (marker !== undefined && marker !== 0xff) {
        for (let i = 0; i < 8 - (0xff - marker); i++) out.push(group[i]!);
        out.push(0);
        break;
      }
      out.push(...group);
    }
    return Uint8Array.from(out);
  }
}
