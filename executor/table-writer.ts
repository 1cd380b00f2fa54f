import type { TableInfo } from '../catalog/model.js';
import { TableMutations, type IndexMutations } from '../catalog/table-mutations.js';
import { decodeRecordHandle, type Handle } from '../kv/codec/table-key.js';
import { equalBytes } from '../kv/codec/byte-writer.js';
import type { PutFlags, Transaction } from '../kv/storage.js';
import type { Datum } from '../types/datum.js';
import type { MysqlError } from '../types/error.js';
import type { TimeZone } from '../types/timezone.js';
import { indexedType, primaryIndex, ROWID_TYPE } from '../catalog/table-layout.js';
import type { RowObserver } from './exec-context.js';
import { keyString } from '../kv/codec/key-string.js';
import { duplicateEntry } from './dml/duplicate-entry.js';

/** What is said to the store of keys: unknown, that of a new row, presumed to be new, one of a row that was read. */
interface KeyFacts {
  readonly fresh: PutFlags | undefined;
  readonly presumed: PutFlags;
  readonly stored: PutFlags | undefined;
}
const NO_FACTS: KeyFacts = { fresh: undefined, presumed: { presumeNotExists: true }, stored: undefined };
const FACTS: KeyFacts = {
  fresh: { assertion: 'notExist' },
  presumed: { presumeNotExists: true, assertion: 'notExist' },
  stored: { assertion: 'exist' },
};

/** Whether entries are stored of all rows and of no others: not of an index that is being built or dropped, or spans partitions. */
const isCertain = ({ index }: IndexMutations): boolean => index.state === 'public' && index.global !== true;

/** A key that a new row needs for itself: the record's (index null), or an entry's of a unique index. */
export interface UniqueKey {
  readonly index: IndexMutations | null;
  readonly key: Uint8Array;
  /** Where a row may have several: the row as the entry has it (IndexMutations.entryRows). */
  readonly entry?: readonly Datum[];
}

/** Puts rows with their index entries into a transaction and takes them out. Whether a row may be put is decided by the caller. */
export class TableWriter {
  readonly mutations: TableMutations;
  /** Told of the rows written. */
  observer: RowObserver | null = null;
  /** Hidden handles are the statement's own values, so that rows may have them already. */
  givenHandles = false;
  private readonly facts: KeyFacts;

  /** `backfilled`: rows and entries come from elsewhere as well, so that nothing is certain of what is stored. */
  constructor(
    readonly table: TableInfo,
    readonly physicalId: number,
    protected readonly txn: Transaction,
    zone: TimeZone,
    backfilled = false,
  ) {
    this.facts = txn.assertionLevel === 'off' || backfilled || table.moving !== undefined ? NO_FACTS : FACTS;
    this.mutations = TableMutations.of(table, physicalId, zone);
  }

  /** Keys that must not exist before the row is inserted; the record key first. Hidden handles are fresh and need no check. */
  uniqueKeys(row: readonly Datum[], handle: Handle, out: UniqueKey[] = []): UniqueKey[] {
    const m = this.mutations;
    if (this.recordIsKey) out.push({ index: null, key: m.recordKey(handle) });
    for (const index of m.indexes) {
      if (!index.writable || !index.isDistinct(row)) continue;
      if (!index.countVaries) out.push({ index, key: index.key(row, handle) });
      else
        for (const entry of index.entryRows(row)) out.push({ index, key: index.key(entry, handle), entry });
    }
    return out;
  }

  /** Whether a row of that handle may be there already. */
  private get recordIsKey(): boolean {
    return !this.mutations.hiddenHandle || this.givenHandles;
  }

  /** The handle of a clustered row; throws when it is hidden. */
  handleOf(row: readonly Datum[]): Handle {
    return this.mutations.handleOf(row);
  }

  /**
   * Writes the record and its entries. `presume`: unique keys are checked by the store, at commit or when locked. `unique`: what
   * `uniqueKeys` gave for the row, from `at` on.
   */
  insert(
    row: readonly Datum[],
    handle: Handle,
    presume: boolean,
    unique: readonly UniqueKey[] | null = null,
    at = 0,
  ): void {
    const { txn, mutations: m } = this;
    const { facts } = this;
    const flags = presume ? facts.presumed : facts.fresh;
    const isKey = this.recordIsKey;
    const key = unique === null || !isKey ? m.recordKey(handle) : unique[at++]!.key;
    txn.set(key, m.encodeRecord(row), isKey ? flags : facts.fresh);
    for (const index of m.indexes) {
      if (!index.writable) continue;
      const isDistinct = index.isDistinct(row);
      const certain = isCertain(index);
      // Where the store has yet to say that the row is new, an entry may be that of its duplicate.
      let distinct = isDistinct ? flags : presume ? undefined : facts.fresh;
      if (!certain) distinct = isDistinct && presume ? NO_FACTS.presumed : undefined;
      if (!index.countVaries) {
        const entry = unique === null || !isDistinct ? index.key(row, handle) : unique[at++]!.key;
        txn.set(entry, index.value(row, handle), distinct);
      } else
        for (const entry of index.entryRows(row)) {
          if (isDistinct) at++;
          txn.set(index.key(entry, handle), index.value(entry, handle), distinct);
        }
    }
    if (this.observer !== null) this.observer.inserted(row);
  }

  /** Deletes the record and its entries in every index, public or not. */
  remove(row: readonly Datum[], handle: Handle): void {
    const { txn, mutations: m } = this;
    const { stored } = this.facts;
    txn.delete(m.recordKey(handle), stored);
    for (const index of m.indexes) {
      const known = isCertain(index) ? stored : undefined;
      if (!index.countVaries) txn.delete(index.key(row, handle), known);
      else for (const entry of index.entryRows(row)) txn.delete(index.key(entry, handle), known);
    }
    if (this.observer !== null) this.observer.deleted(row);
  }

  /** Puts a row under another handle, or into another partition, which `to` writes. */
  move(
    oldRow: readonly Datum[],
    oldHandle: Handle,
    to: TableWriter,
    newRow: readonly Datum[],
    newHandle: Handle,
  ): void {
    const { observer } = this;
    // Rows that go to another partition are counted there as new, and here as gone.
    if (to !== this) {
      this.remove(oldRow, oldHandle);
      to.insert(newRow, newHandle, false);
      return;
    }
    this.observer = null;
    this.remove(oldRow, oldHandle);
    to.insert(newRow, newHandle, false);
    this.observer = observer;
    if (observer !== null) observer.updated(oldRow, newRow);
  }

  /** Rewrites a record under the same handle and the entries whose key or value changes. */
  update(oldRow: readonly Datum[], newRow: readonly Datum[], handle: Handle): void {
    const { txn, mutations: m } = this;
    const { fresh, stored } = this.facts;
    txn.set(m.recordKey(handle), m.encodeRecord(newRow), stored);
    for (const index of m.indexes) {
      // The entry of an index that is being built may not be there yet.
      if (index.index.state === 'public' && index.isUntouched(oldRow, newRow)) continue;
      if (index.countVaries) {
        this.updateEntries(index, oldRow, newRow, handle);
        continue;
      }
      const before = index.key(oldRow, handle);
      if (!index.writable) {
        txn.delete(before);
        continue;
      }
      const after = index.key(newRow, handle);
      const value = index.value(newRow, handle);
      const certain = isCertain(index);
      const same = equalBytes(before, after);
      if (same) {
        if (index.index.state === 'public' && equalBytes(index.value(oldRow, handle), value)) continue;
      } else txn.delete(before, certain ? stored : undefined);
      txn.set(after, value, certain ? (same ? stored : fresh) : undefined);
    }
    if (this.observer !== null) this.observer.updated(oldRow, newRow);
  }

  /** The same for an index that has several entries of a row. */
  private updateEntries(
    index: IndexMutations,
    oldRow: readonly Datum[],
    newRow: readonly Datum[],
    handle: Handle,
  ): void {
    const { txn } = this;
    const kept = new Map<string, { key: Uint8Array; value: Uint8Array }>();
    if (index.writable) {
      for (const entry of index.entryRows(newRow)) {
        const key = index.key(entry, handle);
        kept.set(keyString(key), { key, value: index.value(entry, handle) });
      }
    }
    for (const entry of index.entryRows(oldRow)) {
      const key = index.key(entry, handle);
      const next = kept.get(keyString(key));
      if (next === undefined) txn.delete(key);
      else if (index.index.state === 'public' && equalBytes(index.value(entry, handle), next.value))
        kept.delete(keyString(key));
    }
    for (const { key, value } of kept.values()) txn.set(key, value);
  }

  /** Unique keys of the new row that the old row does not hold already. `sameHandle`: the record key is not among them. */
  changedUniqueKeys(
    oldRow: readonly Datum[],
    oldHandle: Handle,
    newRow: readonly Datum[],
    newHandle: Handle,
    sameHandle: boolean,
  ): UniqueKey[] {
    const out: UniqueKey[] = [];
    const m = this.mutations;
    if (!sameHandle && !m.hiddenHandle) out.push({ index: null, key: m.recordKey(newHandle) });
    for (const index of m.indexes) {
      if (!index.writable || !index.isDistinct(newRow)) continue;
      if (index.countVaries) {
        const held = new Set<string>();
        if (index.isDistinct(oldRow))
          for (const entry of index.entryRows(oldRow)) held.add(keyString(index.key(entry, oldHandle)));
        for (const entry of index.entryRows(newRow)) {
          const key = index.key(entry, newHandle);
          if (!held.has(keyString(key))) out.push({ index, key, entry });
        }
        continue;
      }
      const key = index.key(newRow, newHandle);
      if (!index.isDistinct(oldRow) || !equalBytes(index.key(oldRow, oldHandle), key))
        out.push({ index, key });
    }
    return out;
  }

  /** Unique keys of a row that comes from another partition, `from`, whose global indexes it may hold them in already. */
  movedUniqueKeys(
    from: TableWriter,
    oldRow: readonly Datum[],
    oldHandle: Handle,
    newRow: readonly Datum[],
    newHandle: Handle,
  ): UniqueKey[] {
    const keys = this.uniqueKeys(newRow, newHandle);
    if (!keys.some((u) => u.index?.index.global === true)) return keys;
    const held = new Set(from.uniqueKeys(oldRow, oldHandle).map((u) => keyString(u.key)));
    return keys.filter((u) => !held.has(keyString(u.key)));
  }

  /** Keys to lock before a row is deleted: its record and its entries in unique indexes. */
  lockedKeys(row: readonly Datum[], handle: Handle, out: Uint8Array[]): void {
    const m = this.mutations;
    out.push(m.recordKey(handle));
    for (const index of m.indexes) {
      if (!index.isDistinct(row)) continue;
      if (!index.countVaries) out.push(index.key(row, handle));
      else for (const entry of index.entryRows(row)) out.push(index.key(entry, handle));
    }
  }

  /**
   * Keys to lock before a row is changed: its record, and the entries in unique indexes that go or are written anew. Whoever queues for such a
   * key would otherwise hold it when the commit comes, and wait for the row at the same time. `moves`: to another handle or partition.
   */
  changedKeys(
    oldRow: readonly Datum[],
    oldHandle: Handle,
    newRow: readonly Datum[],
    moves: boolean,
    out: Uint8Array[],
  ): void {
    const m = this.mutations;
    out.push(m.recordKey(oldHandle));
    for (const index of m.indexes) {
      if (!index.isDistinct(oldRow)) continue;
      if (!moves && index.index.state === 'public' && index.isUntouched(oldRow, newRow)) continue;
      if (!index.countVaries) out.push(index.key(oldRow, oldHandle));
      else for (const entry of index.entryRows(oldRow)) out.push(index.key(entry, oldHandle));
    }
  }

  /** Error 1062 for a row whose key `u` is taken. */
  duplicate(u: UniqueKey, row: readonly Datum[]): MysqlError {
    const { table } = this;
    if (u.index !== null) {
      const { index } = u.index;
      return duplicateEntry(
        table,
        index,
        u.index.entryValues(u.entry ?? row),
        index.columns.map((c) => indexedType(table, c)),
      );
    }
    if (this.mutations.hiddenHandle)
      return duplicateEntry(table, null, [decodeRecordHandle(u.key) as number | bigint], [ROWID_TYPE]);
    const primary = primaryIndex(table);
    const offsets =
      primary !== null
        ? primary.columns.map((c) => c.offset)
        : table.columns.filter((c) => (c.type.flag & 2) !== 0).map((c) => c.offset);
    return duplicateEntry(
      table,
      null,
      offsets.map((o) => row[o]!),
      offsets.map((o) => table.columns[o]!.type),
    );
  }
}
