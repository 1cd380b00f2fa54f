import { setImmediate as nextTurn } from 'node:timers/promises';
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync } from 'node:fs';
import { open, rename, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import type { Vector } from '../../chunk/vector.js';
import type { DerivedDataKeeper } from '../../kv/mvcc-reader.js';
import { TypeCode } from '../../types/field-type.js';
import type { BlockStats } from './block-stats.js';
import type { ColumnDictionary } from './column-dictionary.js';
import { encodeColumn } from './column-encoding.js';
import type { Extent } from './column-loader.js';
import type { ColumnSegment } from './column-segment.js';
import type { ColumnTable } from './column-table.js';
import { SegmentFiles, type StoredSegment, type StoredTable } from './segment-files.js';

const MANIFEST = 'manifest.json';
const FORMAT = 1;
/** How long a file stays after the segment was replaced: scans that began before may still read it. */
const GRACE_MS = 60_000;

interface Manifest {
  readonly format: number;
  /** Names change their meaning with the machine's settings: columns shown in zone SYSTEM are those of this zone. */
  readonly systemZone: string;
  readonly tables: readonly StoredTable[];
}

const systemZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;
const hex = (b: Uint8Array): string => Buffer.from(b.buffer, b.byteOffset, b.length).toString('hex');

/**
 * Column segments on disk: a file each, written once; dictionaries, a file for each size they have had; and a manifest that says
 * which make up a table, and which keys were written since. The manifest is replaced as a whole.
 *
 *  - A segment goes into the manifest only after the log is on disk up to its version: no column survives a commit that does not.
 *  - Before the log is shortened the manifest is written with all keys told of so far; what it does not know of, replay tells.
 */
export class SegmentKeeper {
  private nextFile = 1;
  private readonly stored = new Set<ColumnTable>();
  private readonly dictionaryFiles = new Map<ColumnDictionary, { size: number; name: string }>();
  private dirty = false;
  private closed = false;
  private writing: Promise<void> = Promise.resolve();
  readonly files: SegmentFiles;
  /** Segments that a manifest has named: all that they are read with is on disk, and stays there as long as they are in use. */
  private readonly listed = new WeakSet<ColumnSegment>();

  constructor(
    private readonly keeper: DerivedDataKeeper,
    private readonly tables: Map<number, ColumnTable>,
  ) {
    this.files = new SegmentFiles(keeper.directory);
    keeper.onCheckpoint(() => this.checkpoint());
  }

  close(): void {
    this.closed = true;
  }

  /** The set of tables changed. */
  changed(): void {
    this.dirty = true;
  }

  /** Reads the manifest into the tables; then what the log replayed goes to the listeners. Unreadable files: as if there were none. */
  load(
    commit: (ts: bigint, keys: readonly Uint8Array[]) => void,
    range: (start: Uint8Array, end: Uint8Array) => void,
  ): void {
    const { directory } = this.keeper;
    const replayed = this.keeper.takeReplayed();
    if (!existsSync(directory)) return;
    let manifest: Manifest | null = null;
    try {
      manifest = JSON.parse(readFileSync(path.join(directory, MANIFEST), 'utf8')) as Manifest;
    } catch {
      // No manifest: nothing was kept, or the directory is being made.
    }
    const used = new Set<string>([MANIFEST]);
    if (manifest !== null && manifest.format === FORMAT)
      for (const t of manifest.tables) {
        if (t.zone === 'SYSTEM' && showsZone(t) && manifest.systemZone !== systemZone()) continue;
        const table = this.loadTable(t);
        if (table === null) continue;
        this.tables.set(t.id, table);
        this.stored.add(table);
        for (const s of t.segments) used.add(s.file);
        for (const d of t.dictionaries) used.add(d.file);
      }
    for (const name of readdirSync(directory)) {
      const number = Number(/^[sd](\d+)$/.exec(name)?.[1] ?? 0);
      if (number >= this.nextFile) this.nextFile = number + 1;
      if (!used.has(name)) void rm(path.join(directory, name), { force: true }).catch(() => undefined);
    }
    for (const c of replayed) {
      if (c.kind === 'range') range(c.startKey, c.endKey);
      else commit(c.commitTs, c.keys);
    }
  }

  private loadTable(t: StoredTable): ColumnTable | null {
    const table = this.files.readTable(t);
    if (table === null) return null;
    for (const d of t.dictionaries) {
      const dictionary = table.dictionary(d.column);
      this.dictionaryFiles.set(dictionary, { size: dictionary.size, name: d.file });
    }
    for (const s of table.segments) this.listed.add(s);
    return table;
  }

  /** Segments of versions seen so far may be written from now on. */
  async prepare(): Promise<void> {
    await this.keeper.durable();
    mkdirSync(this.keeper.directory, { recursive: true });
  }

  /** Writes a segment whose table is still being made. */
  write(segment: ColumnSegment): Promise<void> {
    return this.writeSegment(segment);
  }

  /** Writes what of the table is not on disk, and the manifest. */
  async save(table: ColumnTable): Promise<void> {
    await this.prepare();
    for (const s of table.segments) {
      if (s.file !== null || s.stale) continue;
      await this.writeSegment(s);
      if (this.closed) return;
    }
    this.stored.add(table);
    this.dirty = true;
    await this.writeManifest();
  }

  private async writeSegment(s: ColumnSegment): Promise<void> {
    const name = `s${this.nextFile++}`;
    const parts: Uint8Array[] = [];
    let at = 0;
    const put = (v: Vector, stats: BlockStats | null): Extent => {
      const offset = at;
      for (const part of encodeColumn(v, stats)) {
        parts.push(part);
        at += part.length;
      }
      return { offset, length: at - offset };
    };
    const handles = put(s.handles.toVector(), null);
    const columns = new Map<number, Extent>();
    for (const { id } of s.held()) {
      columns.set(id, put(s.column(id, 0), s.stats(id, 0)));
      await nextTurn();
      if (s.stale || this.closed) return;
    }
    await this.writeFile(name, parts);
    if (!s.stale) s.file = this.files.fileOf(name, handles, columns);
  }

  private async writeFile(name: string, parts: readonly Uint8Array[]): Promise<void> {
    const file = await open(path.join(this.keeper.directory, name), 'w');
    try {
      await writeFile(file, parts);
      await file.sync();
    } finally {
      await file.close();
    }
  }

  /** Before the log is shortened. Nothing kept: nothing to do. */
  private async checkpoint(): Promise<void> {
    for (const t of this.tables.values()) {
      // Tables on their way to disk count with the segments that are there: the store may be closing.
      if (t.segments.some((s) => s.file !== null)) this.stored.add(t);
      if (t.dirty && this.stored.has(t)) this.dirty = true;
    }
    if (this.dirty) await this.writeManifest();
  }

  private writeManifest(): Promise<void> {
    this.writing = this.writing.catch(() => undefined).then(() => this.replaceManifest());
    return this.writing;
  }

  private async replaceManifest(): Promise<void> {
    const { directory } = this.keeper;
    if (!existsSync(directory)) return;
    // Segments on disk by now; the dictionaries written next have every code of theirs.
    const ready = new Set<ColumnSegment>();
    for (const t of this.tables.values()) for (const s of t.segments) if (s.file !== null) ready.add(s);
    const tables = [...this.tables.values()].filter((t) => this.stored.has(t));
    for (const t of [...this.stored]) if (this.tables.get(t.physicalId) !== t) this.stored.delete(t);
    const before = this.filesInUse();
    for (const t of tables)
      for (const d of t.dictionaries.values()) {
        if (d.size === 0 || this.dictionaryFiles.get(d)?.size === d.size) continue;
        const name = `d${this.nextFile++}`;
        const entries = d.entries();
        await this.writeFile(name, encodeColumn(entries));
        this.dictionaryFiles.set(d, { size: entries.length, name });
      }
    this.dirty = false;
    for (const t of tables) t.dirty = false;
    for (const s of ready) this.listed.add(s);
    const manifest: Manifest = {
      format: FORMAT,
      systemZone: systemZone(),
      tables: tables.flatMap((t) => this.describe(t, this.listed) ?? []),
    };
    const temporary = path.join(directory, `${MANIFEST}.new`);
    const file = await open(temporary, 'w');
    try {
      await file.writeFile(JSON.stringify(manifest));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path.join(directory, MANIFEST));
    syncDirectory(directory);
    const now = new Set<string>([MANIFEST]);
    for (const t of manifest.tables) {
      for (const s of t.segments) now.add(s.file);
      for (const d of t.dictionaries) now.add(d.file);
    }
    const gone = [...before].filter((name) => !now.has(name));
    this.inUse = now;
    if (gone.length > 0)
      setTimeout(() => {
        for (const name of gone) void rm(path.join(directory, name), { force: true }).catch(() => undefined);
      }, GRACE_MS).unref();
  }

  private inUse: Set<string> | null = null;
  private filesInUse(): Set<string> {
    if (this.inUse === null) {
      this.inUse = new Set();
      for (const t of this.stored)
        for (const s of t.segments) if (s.file !== null) this.inUse.add(s.file.name);
      for (const d of this.dictionaryFiles.values()) this.inUse.add(d.name);
    }
    return this.inUse;
  }

  /** Resolves when the manifest names what was on disk when this was called. */
  async listAll(): Promise<void> {
    const missing = [...this.tables.values()].some((t) =>
      t.segments.some((s) => s.file !== null && !s.stale && !this.listed.has(s)),
    );
    if (missing) await this.writeManifest();
  }

  /** What another thread needs to read a table as it is now; null where that is not all on disk yet. */
  shared(t: ColumnTable): StoredTable | null {
    if (t.segments.some((s) => !s.stale && !this.listed.has(s))) return null;
    return this.describe(t, this.listed, true);
  }

  /** Null where nothing of the table is of use. `entries`: with the dictionaries themselves. */
  private describe(t: ColumnTable, ready: WeakSet<ColumnSegment>, entries = false): StoredTable | null {
    const segments: StoredSegment[] = [];
    for (const s of t.segments) {
      const kept = ready.has(s) ? s.file : null;
      if (kept === null || s.stale) {
        if (!s.stale) t.dirty = true;
        segments.push(staleSegment(s));
        continue;
      }
      segments.push({
        file: kept.name,
        start: hex(s.startKey),
        end: hex(s.endKey),
        base: `${s.base}`,
        rows: s.rows,
        handles: [kept.handles.offset, kept.handles.length],
        columns: s
          .held()
          .filter((c) => kept.columns.has(c.id))
          .map((c) => {
            const e = kept.columns.get(c.id)!;
            return { id: c.id, type: c.type, extent: [e.offset, e.length] as const };
          }),
        stale: false,
        delta: s.deltaKeys().map((k) => Buffer.from(k.buffer, k.byteOffset, k.length).toString('base64')),
      });
    }
    if (segments.every((s) => s.stale)) return null;
    return {
      id: t.physicalId,
      zone: t.zone,
      dictionaries: [...t.dictionaries].flatMap(([column, d]) => {
        const file = this.dictionaryFiles.get(d);
        if (file === undefined) return [];
        const { full, bytes, offsets } = d;
        const named = { column, file: file.name, full };
        return [entries ? { ...named, entries: { bytes, offsets } } : named];
      }),
      segments,
      asked: [...t.asked],
    };
  }
}

/** Whether cells are shown in the session's time zone. */
const showsZone = (t: StoredTable): boolean =>
  t.segments.some((s) => s.columns.some((c) => c.type.tp === TypeCode.Timestamp));

/** A segment of which nothing is on disk: its range is read from the row store until it is written anew. */
function staleSegment(s: ColumnSegment): StoredSegment {
  return {
    file: '',
    start: hex(s.startKey),
    end: hex(s.endKey),
    base: `${s.base}`,
    rows: s.rows,
    handles: [0, 0],
    columns: [],
    stale: true,
    delta: [],
  };
}

function syncDirectory(directory: string): void {
  const fd = openSync(directory, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
