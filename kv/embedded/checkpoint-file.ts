import fs from 'node:fs';
import path from 'node:path';
import { crc32 } from './crc32.js';
import { DATA_FILE, LMDB_LOCK_FILE } from './lmdb-env.js';
import { PAGE_SIZE } from './page-map.js';
import { META_END, isMeta } from './page-tree.js';
import { syncDirectory } from './log-replay.js';

/**
 * The checkpoint: a copy of LMDB's meta page as of a moment when everything that it reaches was on disk, and the place in the log
 * where replay begins. LMDB runs without syncing, so after a power cut either meta page may describe a tree whose pages never
 * reached the disk; the pages of the checkpoint's tree did, and are not reused while the checkpoint is the newest (a read
 * transaction holds them: LmdbEnv.pin). So at every start both meta pages are put back to the copy and the log is replayed.
 *
 *     magic (8) | wal segment (8) | wal lsn (8) | gc safe point (8) | meta length (4) | crc (4) | meta
 */
export interface Checkpoint {
  readonly walSegment: number;
  readonly walLsn: number;
  readonly gcSafePoint: bigint;
  readonly meta: Buffer;
}

export class StoreDamagedError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'StoreDamagedError';
  }
}

const FILE = 'checkpoint';
const MAGIC = 0x31544b4345485552n;
const HEADER = 40;

export function readCheckpoint(directory: string): Checkpoint | null {
  let bytes: Buffer;
  try {
    bytes = fs.readFileSync(path.join(directory, FILE));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
  const damaged = (): StoreDamagedError => new StoreDamagedError(`${path.join(directory, FILE)} is damaged`);
  if (bytes.length < HEADER || bytes.readBigUInt64LE(0) !== MAGIC) throw damaged();
  const metaLength = bytes.readUInt32LE(32);
  const meta = bytes.subarray(HEADER, HEADER + metaLength);
  if (meta.length !== metaLength || metaLength < META_END || bytes.readUInt32LE(36) !== checksum(bytes, meta))
    throw damaged();
  return {
    walSegment: Number(bytes.readBigUInt64LE(8)),
    walLsn: Number(bytes.readBigUInt64LE(16)),
    gcSafePoint: bytes.readBigUInt64LE(24),
    meta,
  };
}

/** Writes the checkpoint and makes it durable before it takes the old one's place. */
export async function writeCheckpoint(directory: string, checkpoint: Checkpoint): Promise<void> {
  const bytes = Buffer.alloc(HEADER + checkpoint.meta.length);
  bytes.writeBigUInt64LE(MAGIC, 0);
  bytes.writeBigUInt64LE(BigInt(checkpoint.walSegment), 8);
  bytes.writeBigUInt64LE(BigInt(checkpoint.walLsn), 16);
  bytes.writeBigUInt64LE(checkpoint.gcSafePoint, 24);
  bytes.writeUInt32LE(checkpoint.meta.length, 32);
  checkpoint.meta.copy(bytes, HEADER);
  bytes.writeUInt32LE(checksum(bytes, checkpoint.meta), 36);
  const file = path.join(directory, FILE);
  const draft = await fs.promises.open(`${file}.new`, 'w');
  try {
    await draft.writeFile(bytes);
    await draft.sync();
  } finally {
    await draft.close();
  }
  fs.renameSync(`${file}.new`, file);
  syncDirectory(directory);
}

function checksum(bytes: Buffer, meta: Buffer): number {
  return crc32(meta, crc32(bytes.subarray(0, 36)));
}

/**
 * Puts both meta pages of the data file back to the checkpoint and removes LMDB's lock file, whose reader table and transaction
 * id are those of the process that went away.
 */
export function restoreMeta(directory: string, meta: Buffer): void {
  const file = path.join(directory, DATA_FILE);
  fs.rmSync(path.join(directory, LMDB_LOCK_FILE), { force: true });
  const fd = fs.openSync(file, 'r+');
  try {
    if (!isMeta(meta, 0))
      throw new StoreDamagedError(`${path.join(directory, FILE)} does not fit this version of LMDB`);
    const present = Buffer.alloc(META_END);
    for (const page of [0, 1]) {
      const copy = Buffer.from(meta);
      copy.writeBigUInt64LE(BigInt(page), 0);
      fs.readSync(fd, present, 0, META_END, page * PAGE_SIZE);
      if (!present.equals(copy)) fs.writeSync(fd, copy, 0, copy.length, page * PAGE_SIZE);
    }
    fs.fdatasyncSync(fd);
  } finally {
    fs.closeSync(fd);
  }
}
