import { columnList } from './column-list.js';
import { registerVirtualTable } from './virtual-table.js';

/** Adds tables that have nothing to tell: columns, in the form of columnList, by name. */
export function registerEmptyTables(db: string, tables: Readonly<Record<string, string>>): void {
  for (const [name, columns] of Object.entries(tables))
    registerVirtualTable({ db, name, columns: columnList(columns), rows: () => [] });
}
