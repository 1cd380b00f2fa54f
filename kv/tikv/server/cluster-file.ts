import fs from 'node:fs';
import path from 'node:path';
import type { Region } from './region-table.js';

const FILE = 'cluster.json';
/** Ids taken ahead of use, so that giving one writes nothing. */
const ID_STEP = 1000;

interface Stored {
  readonly clusterId: string;
  /** No id at or beyond this has been given. */
  readonly idLease: number;
  readonly gcSafePoint: string;
  /** By service: safe point and when it expires, in milliseconds since the epoch (null = never). */
  readonly services: readonly {
    readonly id: string;
    readonly safePoint: string;
    readonly expires: number | null;
  }[];
  readonly externalTs: string;
  readonly config: readonly { readonly name: string; readonly value: string }[];
  readonly regions: readonly {
    readonly id: number;
    readonly start: string;
    readonly end: string;
    readonly confVer: number;
    readonly version: number;
    readonly leader: number;
    readonly flashback?: string;
    readonly peers: readonly { readonly id: number; readonly storeId: number }[];
  }[];
}

export interface ServiceSafePoint {
  readonly safePoint: bigint;
  /** Milliseconds since the epoch; Infinity = never. */
  readonly expires: number;
}

const hex = (b: Uint8Array): string => Buffer.from(b.buffer, b.byteOffset, b.length).toString('hex');
const unhex = (s: string): Uint8Array => Uint8Array.from(Buffer.from(s, 'hex'));

/**
 * What the served store knows beyond its data, as PD does: the cluster's identity, ids given, regions and safe points. One file,
 * written anew and renamed over the old one, on disk before what it says is acted upon.
 */
export class ClusterFile {
  clusterId = 0n;
  gcSafePoint = 0n;
  externalTs = 0n;
  readonly services = new Map<string, ServiceSafePoint>();
  readonly config = new Map<string, Uint8Array>();
  regions: readonly Region[] = [];
  private nextId = 1;
  private idLease = 1;

  private constructor(private readonly directory: string) {}

  /** Reads the file, or begins a cluster. `storeIds`: the stores among which regions have peers. */
  static open(directory: string, storeIds: readonly number[]): ClusterFile {
    const file = new ClusterFile(directory);
    const at = path.join(directory, FILE);
    if (fs.existsSync(at)) {
      file.load(JSON.parse(fs.readFileSync(at, 'utf8')) as Stored);
      return file;
    }
    // As PD makes it: the time in the high half, something random in the low one.
    const random = BigInt(Math.floor(Math.random() * 2 ** 32));
    file.clusterId = (BigInt(Math.floor(Date.now() / 1000)) << 32n) | random;
    file.nextId = Math.max(...storeIds) + 1;
    const empty = new Uint8Array(0);
    const peers = storeIds.map((storeId) => ({ id: file.allocateId(), storeId }));
    file.regions = [
      {
        id: file.allocateId(),
        startKey: empty,
        endKey: empty,
        confVer: 1,
        version: 1,
        peers,
        leader: 0,
        flashbackStartTs: 0n,
      },
    ];
    file.save();
    return file;
  }

  private load(s: Stored): void {
    this.clusterId = BigInt(s.clusterId);
    this.nextId = s.idLease;
    this.idLease = s.idLease;
    this.gcSafePoint = BigInt(s.gcSafePoint);
    this.externalTs = BigInt(s.externalTs);
    for (const c of s.config) this.config.set(c.name, unhex(c.value));
    for (const v of s.services)
      this.services.set(v.id, { safePoint: BigInt(v.safePoint), expires: v.expires ?? Infinity });
    this.regions = s.regions.map((r) => ({
      id: r.id,
      startKey: unhex(r.start),
      endKey: unhex(r.end),
      confVer: r.confVer,
      version: r.version,
      peers: r.peers,
      leader: r.leader,
      flashbackStartTs: BigInt(r.flashback ?? 0),
    }));
  }

  /** An id never given before. */
  readonly allocateId = (): number => {
    if (this.nextId >= this.idLease) {
      this.idLease = this.nextId + ID_STEP;
      this.save();
    }
    return this.nextId++;
  };

  save(): void {
    const stored: Stored = {
      clusterId: String(this.clusterId),
      idLease: this.idLease,
      gcSafePoint: String(this.gcSafePoint),
      services: [...this.services].map(([id, v]) => ({
        id,
        safePoint: String(v.safePoint),
        expires: v.expires === Infinity ? null : v.expires,
      })),
      externalTs: String(this.externalTs),
      config: [...this.config].map(([name, value]) => ({ name, value: hex(value) })),
      regions: this.regions.map((r) => ({
        id: r.id,
        start: hex(r.startKey),
        end: hex(r.endKey),
        confVer: r.confVer,
        version: r.version,
        leader: r.leader,
        ...(r.flashbackStartTs !== 0n && { flashback: String(r.flashbackStartTs) }),
        peers: r.peers,
      })),
    };
    const at = path.join(this.directory, FILE);
    const fd = fs.openSync(`${at}.new`, 'w');
    fs.writeSync(fd, JSON.stringify(stored));
    fs.fdatasyncSync(fd);
    fs.closeSync(fd);
    fs.renameSync(`${at}.new`, at);
    const dir = fs.openSync(this.directory, 'r');
    fs.fsyncSync(dir);
    fs.closeSync(dir);
  }
}
