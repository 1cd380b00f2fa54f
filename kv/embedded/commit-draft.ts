import type { Mutation } from '../rpc.js';
import { ByteWriter } from './byte-buffer.js';
import { LogRecord, encodeTxn } from './log-records.js';
import { Memtable, MemtableList } from './memtable.js';
import { VersionKind } from './record.js';
import { highHalf, lowHalf } from './timestamp.js';
import type { VersionWrite } from './version-store.js';
import type { Wal } from './wal.js';

/** Larger transactions are made without a draft. */
const MAX_MUTATIONS = 256;
const MAX_BYTES = 128 << 10;
/** Where the commit timestamp is in a record (encodeTxn). */
const COMMIT_TS_AT = 8;

/**
 * What of a commit in one phase needs no section, so that the section in which it is done is short: the versions it writes, its log
 * record but for the commit timestamp, and where in the memtable its new keys belong. It stays true whatever others commit meanwhile:
 * a place in the memtable is one to go on from, since nothing is ever taken out of the list. One commit at a time.
 */
export class CommitDraft {
  readonly writes: VersionWrite[] = [];
  /** Keys written, for the commit ring. */
  readonly keys: Uint8Array[] = [];
  /** Bytes that the versions take in a memtable at most. */
  room = 0;
  private table: Memtable | null = null;
  private readonly paths: Int32Array[] = [];
  private readonly hasPath: boolean[] = [];
  private readonly record = new ByteWriter(1 << 12);

  /** False when the mutations are nothing for a draft. */
  prepare(mutations: readonly Mutation[], startTs: bigint, table: Memtable): boolean {
    const { writes, keys } = this;
    writes.length = 0;
    keys.length = 0;
    if (mutations.length > MAX_MUTATIONS) return false;
    let bytes = 0;
    let room = 0;
    for (const { op, key, value } of mutations) {
      const length = value?.length ?? 0;
      if (op === 'put' || op === 'insert') writes.push({ kind: VersionKind.put, key, value: value ?? EMPTY });
      else if (op === 'del') writes.push({ kind: VersionKind.del, key, value: undefined });
      else if (op === 'checkNotExists') continue;
      else return false;
      keys.push(key);
      bytes += key.length + length;
      room += Memtable.entrySize(key.length, length);
    }
    if (writes.length === 0 || bytes > MAX_BYTES) return false;
    this.room = room;
    this.table = table;
    for (let i = 0; i < writes.length; i++) {
      const path = (this.paths[i] ??= Memtable.path());
      this.hasPath[i] = table.approach(MemtableList.data, writes[i]!.key, path);
    }
    this.record.length = 0;
    encodeTxn(this.record, startTs, 0n, writes);
    return true;
  }

  /** Within a section: where to go on from for the key of a version in this memtable. */
  pathOf(i: number, table: Memtable): Int32Array | null {
    return table === this.table && this.hasPath[i] === true ? this.paths[i]! : null;
  }

  /** Within a section: the record goes into the log. */
  log(wal: Wal, commitTs: bigint): void {
    const { bytes, length } = this.record;
    bytes.writeUInt32LE(lowHalf(commitTs), COMMIT_TS_AT);
    bytes.writeUInt32LE(highHalf(commitTs), COMMIT_TS_AT + 4);
    wal.append(LogRecord.txn, bytes, length);
  }
}

const EMPTY = new Uint8Array(0);
