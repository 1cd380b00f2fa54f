import type { IndexInfo, TableInfo } from '../catalog/model.js';
import { buildIndex } from '../ddl/build-index.js';
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
    const index = buildIndex(
      {
        name: stmt.name,
        parts: stmt.parts,
        unique: stmt.type === 'UNIQUE',
        primary: false,
        invisible: false,
        comment: stmt.options.comment ?? '',
      },
      table.columns,
      taken,
      this.nextId++,
    );
    this.byTable.set(table.id, [...own, { ...index, hypothetical: true }]);
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
