import type { Awaitable } from '../../types/awaitable.js';
import type { DbInfo, TableInfo } from '../model.js';
import type { KvIterator, IterateOptions } from '../../kv/storage.js';
import { decodeMetaHashKey, metaHashKey, metaHashPrefix, metaStringKey } from '../../kv/codec/meta-key.js';
import { prefixNext } from '../../kv/codec/byte-writer.js';
import { decodeDatabase, decodeTable, encodeDatabase, encodeTable } from './schema-codec.js';

/** What meta needs of a transaction or a snapshot. */
export interface MetaReader {
  get(key: Uint8Array): Awaitable<Uint8Array | null>;
  iterate(startKey: Uint8Array, endKey: Uint8Array, options?: IterateOptions): KvIterator;
}
export interface MetaWriter extends MetaReader {
  set(key: Uint8Array, value: Uint8Array): void;
  delete(key: Uint8Array): void;
}

/** What one schema version changed, so that a node one step behind loads only that. `dbId` alone: the database itself. */
export interface SchemaDiff {
  readonly version: number;
  readonly dbIds: readonly number[];
  readonly tables: readonly { readonly dbId: number; readonly tableId: number }[];
}

const text = (s: string): Uint8Array => Buffer.from(s, 'latin1');
const NEXT_GLOBAL_ID = metaStringKey(text('NextGlobalID'));
const SCHEMA_VERSION = metaStringKey(text('SchemaVersionKey'));
const BOOTSTRAP = metaStringKey(text('BootstrapKey'));
const FLASHBACK_JOB = metaStringKey(text('FlashbackClusterJobID'));
const DBS = text('DBs');
const dbField = (id: number): Uint8Array => text(`DB:${id}`);
const tableField = (id: number): Uint8Array => text(`Table:${id}`);
const AUTO_ID_FIELDS = { rowid: 'TID', auto_increment: 'IID', auto_random: 'TARID' } as const;
const autoIdField = (kind: AutoIdKind, tableId: number): Uint8Array =>
  text(`${AUTO_ID_FIELDS[kind]}:${tableId}`);
const diffKey = (version: number): Uint8Array => metaStringKey(text(`Diff:${version}`));

const sequenceField = (kind: 'SID' | 'SCYCLE', tableId: number): Uint8Array => text(`${kind}:${tableId}`);

/** Where a sequence is: the last value reserved (null: none yet), and how often it began again. */
export interface SequencePosition {
  readonly last: bigint | null;
  readonly round: bigint;
}

export type AutoIdKind = 'rowid' | 'auto_increment' | 'auto_random';

/**
 * Schema meta in the store, in TiDB's layout (meta/meta.go): `NextGlobalID`, `SchemaVersionKey`, hash `DBs` with a field
 * `DB:{id}` per database, hash `DB:{id}` with `Table:{id}`, `TID:{id}` (row ids given) and `IID:{id}` (auto-increment
 * values given, where they have a counter of their own), `TARID:{id}` (AUTO_RANDOM), `Diff:{version}`. Numbers are decimal text.
 */
export class Meta {
  constructor(private readonly reader: MetaReader) {}

  async schemaVersion(): Promise<number> {
    return this.number(SCHEMA_VERSION);
  }
  async bootstrapVersion(): Promise<number> {
    return this.number(BOOTSTRAP);
  }

  /** The job of a FLASHBACK CLUSTER under way, during which nothing else changes the schema; 0 = none. */
  async flashbackJob(): Promise<number> {
    return this.number(FLASHBACK_JOB);
  }

  async databases(): Promise<DbInfo[]> {
    const found: DbInfo[] = [];
    await this.eachField(DBS, 'DB:', (value) => found.push(decodeDatabase(value)));
    return found;
  }
  async database(id: number): Promise<DbInfo | null> {
    const value = await this.reader.get(metaHashKey(DBS, dbField(id)));
    return value === null ? null : decodeDatabase(value);
  }
  async tables(dbId: number): Promise<TableInfo[]> {
    const found: TableInfo[] = [];
    await this.eachField(dbField(dbId), 'Table:', (value) => found.push(decodeTable(value)));
    return found;
  }
  async table(dbId: number, id: number): Promise<TableInfo | null> {
    const value = await this.reader.get(metaHashKey(dbField(dbId), tableField(id)));
    return value === null ? null : decodeTable(value);
  }
  async diff(version: number): Promise<SchemaDiff | null> {
    const value = await this.reader.get(diffKey(version));
    return value === null ? null : (JSON.parse(Buffer.from(value).toString()) as SchemaDiff);
  }
  /** Highest id given so far (0 when none). */
  async autoId(kind: AutoIdKind, dbId: number, tableId: number): Promise<bigint> {
    const value = await this.reader.get(metaHashKey(dbField(dbId), autoIdField(kind, tableId)));
    return value === null ? 0n : BigInt(Buffer.from(value).toString('latin1'));
  }

  async sequencePosition(dbId: number, tableId: number): Promise<SequencePosition> {
    const last = await this.reader.get(metaHashKey(dbField(dbId), sequenceField('SID', tableId)));
    const round = await this.reader.get(metaHashKey(dbField(dbId), sequenceField('SCYCLE', tableId)));
    const number = (b: Uint8Array): bigint => BigInt(Buffer.from(b).toString('latin1'));
    return { last: last === null ? null : number(last), round: round === null ? 0n : number(round) };
  }

  private async number(key: Uint8Array): Promise<number> {
    const value = await this.reader.get(key);
    return value === null ? 0 : Number(Buffer.from(value).toString('latin1'));
  }

  private async eachField(
    hash: Uint8Array,
    prefix: string,
    visit: (value: Uint8Array) => void,
  ): Promise<void> {
    const start = metaHashPrefix(hash);
    const iterator = this.reader.iterate(start, prefixNext(start));
    try {
      for (;;) {
        const step = iterator.next();
        const pair = step instanceof Promise ? await step : step;
        if (pair === null) return;
        const field = decodeMetaHashKey(pair.key);
        if (field !== null && Buffer.from(field.field).toString('latin1').startsWith(prefix))
          visit(pair.value);
      }
    } finally {
      iterator.close();
    }
  }
}

/** Meta within a transaction that changes it. */
export class MetaMutator extends Meta {
  constructor(private readonly writer: MetaWriter) {
    super(writer);
  }

  /** First of `count` fresh ids, shared by databases and tables. */
  async allocateGlobalIds(count: number): Promise<number> {
    const value = await this.writer.get(NEXT_GLOBAL_ID);
    const last = value === null ? 0 : Number(Buffer.from(value).toString('latin1'));
    this.writer.set(NEXT_GLOBAL_ID, text(String(last + count)));
    return last + 1;
  }

  /** Makes the next schema version and says what it changes; gives its number. */
  async bumpSchemaVersion(change: Omit<SchemaDiff, 'version'>): Promise<number> {
    const version = (await this.schemaVersion()) + 1;
    this.writer.set(SCHEMA_VERSION, text(String(version)));
    this.writer.set(diffKey(version), text(JSON.stringify({ ...change, version } satisfies SchemaDiff)));
    return version;
  }

  setBootstrapVersion(version: number): void {
    this.writer.set(BOOTSTRAP, text(String(version)));
  }
  setFlashbackJob(id: number): void {
    if (id === 0) this.writer.delete(FLASHBACK_JOB);
    else this.writer.set(FLASHBACK_JOB, text(String(id)));
  }
  putDatabase(db: DbInfo): void {
    this.writer.set(metaHashKey(DBS, dbField(db.id)), encodeDatabase(db));
  }
  /** The tables of the database must have been dropped before. */
  deleteDatabase(dbId: number): void {
    this.writer.delete(metaHashKey(DBS, dbField(dbId)));
  }
  putTable(dbId: number, table: TableInfo): void {
    this.writer.set(metaHashKey(dbField(dbId), tableField(table.id)), encodeTable(table));
  }
  deleteTable(dbId: number, tableId: number): void {
    this.writer.delete(metaHashKey(dbField(dbId), tableField(tableId)));
    for (const kind of ['rowid', 'auto_increment', 'auto_random'] as const)
      this.writer.delete(metaHashKey(dbField(dbId), autoIdField(kind, tableId)));
    this.writer.delete(metaHashKey(dbField(dbId), sequenceField('SID', tableId)));
    this.writer.delete(metaHashKey(dbField(dbId), sequenceField('SCYCLE', tableId)));
  }
  setSequencePosition(dbId: number, tableId: number, { last, round }: SequencePosition): void {
    const key = metaHashKey(dbField(dbId), sequenceField('SID', tableId));
    if (last === null) this.writer.delete(key);
    else this.writer.set(key, text(last.toString()));
    this.writer.set(metaHashKey(dbField(dbId), sequenceField('SCYCLE', tableId)), text(round.toString()));
  }
  setAutoId(kind: AutoIdKind, dbId: number, tableId: number, value: bigint): void {
    this.writer.set(metaHashKey(dbField(dbId), autoIdField(kind, tableId)), text(value.toString()));
  }
}
