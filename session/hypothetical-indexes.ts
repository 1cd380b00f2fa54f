import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { buildIndex, type IndexRequest } from '../ddl/build-index.js';
import type { CreateIndexStmt } from '../parser/ast/index.js';
import { mysqlError } from '../types/error-table.js';

/** Ids beyond those of any index that a table could have. */
const FIRST_ID = 1 << 30;

/**
 * Indexes that only EXPLAIN of the session knows of (TiDB: CREATE INDEX … TYPE HYPO): what a plan would be like if they were there. By
 * table, since they go with it.
 */
export class HypotheticalIndexes {
  private readonly byTable = new Map<number, IndexInfo[]>();
  private nextId = FIRST_ID;

  /** Throws 1061 for a name in use, and what making an index of these columns throws. */
  create(table: TableInfo, stmt: CreateIndexStmt): void {
    const own = this.of(table);
    const taken = new Set([...table.indices, ...own].map((i) => i.lower));
    if (stmt.ifNotExists && taken.has(stmt.name.toLowerCase())) return;
    const index = hypotheticalIndex(
      table,
      {
        name: stmt.name,
        parts: stmt.parts,
        unique: stmt.type === 'UNIQUE',
        comment: stmt.options.comment ?? '',
      },
      taken,
      this.nextId++,
    );
    this.byTable.set(table.id, [...own, index]);
  }

  /** Throws 1091. */
  drop(table: TableInfo, name: string, ifExists: boolean): void {
    const own = this.of(table);
    const left = own.filter((i) => i.lower !== name.toLowerCase());
    if (left.length === own.length && !ifExists) throw mysqlError('ER_CANT_DROP_FIELD_OR_KEY', name);
    this.byTable.set(table.id, left);
  }

  of(table: TableInfo): readonly IndexInfo[] {
    return this.byTable.get(table.id) ?? [];
  }

  /** The table with them. */
  over(table: TableInfo): TableInfo {
    const own = this.of(table);
    return own.length === 0 ? table : { ...table, indices: [...table.indices, ...own] };
  }
}

/** An index as if it were there. Throws what making it throws. */
function hypotheticalIndex(
  table: TableInfo,
  asked: Pick<IndexRequest, 'name' | 'parts' | 'unique' | 'comment'>,
  taken: ReadonlySet<string>,
  id: number,
): IndexInfo {
  const index = buildIndex({ ...asked, primary: false, invisible: false }, table.columns, new Set(taken), id);
  return { ...index, hypothetical: true };
}

/** An index over whole columns, for one plan: of a hint, or of the advisor. `number` tells those of a table apart. */
export function indexOverColumns(
  table: TableInfo,
  name: string,
  columns: readonly string[],
  number = table.indices.length,
): IndexInfo {
  const parts = columns.map((column) => ({ column, expr: null, length: null, desc: false }));
  const taken = new Set(table.indices.map((i) => i.lower));
  return hypotheticalIndex(table, { name, parts, unique: false, comment: '' }, taken, 2 * FIRST_ID + number);
}
