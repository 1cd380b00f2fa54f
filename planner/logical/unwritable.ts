import { mysqlError } from '../../types/error-table.js';

/** The hidden handle's name. */
export const ROWID_NAME = '_tidb_rowid';

/** Throws 1105. */
export function refuseRowId(): never {
  throw mysqlError(
    'ER_UNKNOWN_ERROR',
    'insert, update and replace statements for _tidb_rowid are not supported',
  );
}

/** Sequences are written by their functions alone. Throws 1105. */
export function refuseSequence(what: string, name: string): never {
  throw mysqlError('ER_UNKNOWN_ERROR', `${what} sequence ${name} is not supported now`);
}
