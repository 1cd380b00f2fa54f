import type { Datum } from '../../types/datum.js';
import { text } from './columns.js';
import { registerVirtualTable, type VirtualColumn, type VirtualContext } from './virtual-table.js';

/** What every TABLE_CATALOG column holds (MySQL manual, "INFORMATION_SCHEMA Tables"). */
export const CATALOG = text('def');

/** A table of information_schema. */
export const registerInformation = (
  name: string,
  columns: readonly VirtualColumn[],
  rows: (ctx: VirtualContext) => Datum[][] | Promise<Datum[][]>,
): void => registerVirtualTable({ db: 'INFORMATION_SCHEMA', name, columns, rows });
