import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { BytesVector } from '../../chunk/vector.js';
import type { FieldType } from '../../types/field-type.js';
import { vectorOfForm } from '../parallel/vector-form.js';
import { ColumnDictionary } from './column-dictionary.js';
import { decodeColumn } from './column-encoding.js';
import { readExtent, type ColumnLoader, type Extent, type LoadedColumn } from './column-loader.js';
import type { ColumnName, Lender } from './column-lending.js';
import { ColumnSegment, KEY_LIST_ID, type SegmentFile } from './column-segment.js';
import { ColumnTable } from './column-table.js';
import { HandleList } from './handle-list.js';

interface ColumnPlace {
  readonly id: number;
  readonly type: FieldType;
  readonly extent: readonly [number, number];
}
export interface StoredSegment {
  readonly file: string;
  readonly start: string;
  readonly end: string;
  readonly base: string;
  readonly rows: number;
  readonly handles: readonly [number, number];
  readonly columns: readonly ColumnPlace[];
  readonly stale: boolean;
  /** Keys written since, base64. */
  readonly delta: readonly string[];
}
/** A table's columns on disk: what the manifest says of it, and one thread to another. JSON but for entries of dictionaries. */
export interface StoredTable {
  readonly id: number;
  readonly zone: string;
  readonly dictionaries: readonly {
    readonly column: number;
    readonly file: string;
    readonly full: boolean;
    /** To another thread of the process: the entries themselves. */
    readonly entries?: { readonly bytes: Uint8Array; readonly offsets: Int32Array };
  }[];
  readonly segments: readonly StoredSegment[];
  /** Columns that scans asked for. */
  readonly asked?: readonly number[];
}

/** Everything in a message of a column is there. */
const NOTHING_LASTS = (): never => {
  throw new Error('a lent column without its arrays');
};

async function borrowed(lender: Lender, name: ColumnName): Promise<LoadedColumn> {
  const lent = await lender.borrow(name);
  if (lent === null) throw new Error(`column ${name[1]} of ${name[0]} is not to be had`);
  return { vector: vectorOfForm(lent.vector, NOTHING_LASTS), stats: lent.stats, use: lent.use };
}

const unhex = (s: string): Uint8Array => new Uint8Array(Buffer.from(s, 'hex'));

/** Files of segments and dictionaries, to be read. */
export class SegmentFiles {
  /** Threads that read columns, where there are any. */
  loader: ColumnLoader | null = null;

  constructor(
    readonly directory: string,
    /** The thread that has the columns in its memory; null for that thread. */
    private readonly lender: Lender | null = null,
  ) {}

  /** The table, with columns that are read when they are asked for; null when something of it is missing. */
  readTable(t: StoredTable): ColumnTable | null {
    const table = new ColumnTable(t.id, t.zone);
    for (const id of t.asked ?? []) table.asked.add(id);
    try {
      for (const d of t.dictionaries) {
        const dictionary =
          d.entries === undefined
            ? this.readDictionary(d.file)
            : ColumnDictionary.borrowed(d.entries.bytes, d.entries.offsets);
        dictionary.full = d.full;
        table.dictionaries.set(d.column, dictionary);
      }
      table.segments = t.segments.map((s) => this.readSegment(s, table));
    } catch {
      return null;
    }
    table.dirty = false;
    return table;
  }

  private readDictionary(file: string): ColumnDictionary {
    const bytes = readFileSync(path.join(this.directory, file));
    return ColumnDictionary.of(decodeColumn(bytes, null).vector as BytesVector);
  }

  private readSegment(s: StoredSegment, table: ColumnTable): ColumnSegment {
    const segment = new ColumnSegment(unhex(s.start), unhex(s.end), BigInt(s.base), s.rows, null);
    if (s.stale) {
      segment.giveUp();
      return segment;
    }
    if (!existsSync(path.join(this.directory, s.file))) throw new Error(`${s.file} is missing`);
    const columns = new Map<number, Extent>();
    for (const c of s.columns) {
      columns.set(c.id, { offset: c.extent[0], length: c.extent[1] });
      segment.add(c.id, c.type, table.dictionary(c.id), null);
    }
    segment.file = this.fileOf(s.file, { offset: s.handles[0], length: s.handles[1] }, columns);
    for (const k of s.delta) segment.touch(new Uint8Array(Buffer.from(k, 'base64')));
    return segment;
  }

  fileOf(name: string, handles: Extent, columns: ReadonlyMap<number, Extent>): SegmentFile {
    const file = path.join(this.directory, name);
    return {
      name,
      handles,
      columns,
      readColumn: (at, dictionary) => decodeColumn(readExtent(file, at), dictionary),
      borrowed: this.lender !== null,
      loadColumn: (id) => {
        const { lender, loader } = this;
        if (lender !== null) return borrowed(lender, [name, id]);
        return loader?.loadColumn(file, id === KEY_LIST_ID ? handles : columns.get(id)!) ?? null;
      },
      readHandles: (at) => HandleList.of(decodeColumn(readExtent(file, at), null).vector),
    };
  }
}
