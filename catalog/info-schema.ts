import type { DbInfo, InfoSchema, TableInfo } from './model.js';
import type { Meta, SchemaDiff } from './meta/meta.js';

interface DatabaseEntry {
  readonly info: DbInfo;
  readonly byName: ReadonlyMap<string, TableInfo>;
}

/** The schema of one version. Derived versions share the databases that did not change. */
export class SchemaSnapshot implements InfoSchema {
  private readonly byId = new Map<number, { db: DbInfo; table: TableInfo }>();
  private readonly byName = new Map<string, DatabaseEntry>();

  constructor(
    readonly version: number,
    entries: Iterable<DatabaseEntry>,
  ) {
    for (const entry of entries) {
      this.byName.set(entry.info.lower, entry);
      for (const table of entry.byName.values()) {
        const found = { db: entry.info, table };
        this.byId.set(table.id, found);
        for (const p of table.partition?.definitions ?? []) this.byId.set(p.id, found);
      }
    }
  }

  database(name: string): DbInfo | null {
    return this.find(name)?.info ?? null;
  }
  databases(): readonly DbInfo[] {
    return [...this.byName.values()].map((e) => e.info);
  }
  table(db: string, name: string): TableInfo | null {
    const entry = this.find(db);
    if (entry === undefined) return null;
    return entry.byName.get(name) ?? entry.byName.get(name.toLowerCase()) ?? null;
  }
  tableById(id: number): { readonly db: DbInfo; readonly table: TableInfo } | null {
    return this.byId.get(id) ?? null;
  }
  tables(db: string): readonly TableInfo[] {
    const entry = this.find(db);
    return entry === undefined ? [] : [...entry.byName.values()].sort((a, b) => (a.lower < b.lower ? -1 : 1));
  }
  /** Databases with their tables; for deriving the next version. */
  entries(): IterableIterator<DatabaseEntry> {
    return this.byName.values();
  }

  private find(name: string): DatabaseEntry | undefined {
    return this.byName.get(name) ?? this.byName.get(name.toLowerCase());
  }
}

function entryOf(info: DbInfo, tables: Iterable<TableInfo>): DatabaseEntry {
  const byName = new Map<string, TableInfo>();
  for (const t of tables) byName.set(t.lower, t);
  return { info, byName };
}

/** Versions further apart than this are loaded whole instead of diff by diff. */
const MAX_DIFFS = 64;

/** Databases that exist without being stored: information_schema and its kin. */
export interface VirtualDatabase {
  readonly info: DbInfo;
  readonly tables: readonly TableInfo[];
}

/**
 * Loads schema snapshots from meta. `current` is what new statements see; `refresh` brings it to the version that the
 * given meta (a snapshot at a fresh timestamp) holds.
 */
export class SchemaLoader {
  private loaded: SchemaSnapshot;

  constructor(private readonly virtual: readonly VirtualDatabase[]) {
    this.loaded = new SchemaSnapshot(
      0,
      virtual.map((v) => entryOf(v.info, v.tables)),
    );
  }

  get current(): SchemaSnapshot {
    return this.loaded;
  }

  /** The schema as another snapshot's meta has it; `current` stays. */
  async past(meta: Meta): Promise<SchemaSnapshot> {
    const version = await meta.schemaVersion();
    return version === this.loaded.version ? this.loaded : this.loadAll(meta, version);
  }

  async refresh(meta: Meta): Promise<SchemaSnapshot> {
    const version = await meta.schemaVersion();
    if (version <= this.loaded.version) return this.loaded;
    const diffs = await this.diffsUpTo(meta, version);
    const next = diffs === null ? await this.loadAll(meta, version) : await this.apply(meta, version, diffs);
    if (next.version > this.loaded.version) this.loaded = next;
    return this.loaded;
  }

  private async diffsUpTo(meta: Meta, version: number): Promise<SchemaDiff[] | null> {
    if (this.loaded.version === 0 || version - this.loaded.version > MAX_DIFFS) return null;
    const diffs: SchemaDiff[] = [];
    for (let v = this.loaded.version + 1; v <= version; v++) {
      const diff = await meta.diff(v);
      if (diff === null) return null;
      diffs.push(diff);
    }
    return diffs;
  }

  private async loadAll(meta: Meta, version: number): Promise<SchemaSnapshot> {
    const entries = this.virtual.map((v) => entryOf(v.info, v.tables));
    for (const db of await meta.databases()) entries.push(entryOf(db, await meta.tables(db.id)));
    return new SchemaSnapshot(version, entries);
  }

  private async apply(meta: Meta, version: number, diffs: readonly SchemaDiff[]): Promise<SchemaSnapshot> {
    const entries = new Map<number, DatabaseEntry>();
    for (const e of this.loaded.entries()) entries.set(e.info.id, e);
    for (const id of new Set(diffs.flatMap((d) => d.dbIds))) {
      const info = await meta.database(id);
      if (info === null) entries.delete(id);
      else entries.set(id, { info, byName: entries.get(id)?.byName ?? new Map() });
    }
    const changed = new Map<string, { dbId: number; tableId: number }>();
    for (const d of diffs) for (const t of d.tables) changed.set(`${t.dbId}/${t.tableId}`, t);
    for (const { dbId, tableId } of changed.values()) {
      const entry = entries.get(dbId);
      if (entry === undefined) continue;
      const table = await meta.table(dbId, tableId);
      const rest = [...entry.byName.values()].filter((t) => t.id !== tableId);
      entries.set(dbId, entryOf(entry.info, table === null ? rest : [...rest, table]));
    }
    return new SchemaSnapshot(version, entries.values());
  }
}
