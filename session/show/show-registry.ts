import type { Awaitable } from '../../types/awaitable.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { ShowKind, ShowStmt } from '../../parser/ast/index.js';
import type { Session } from '../session.js';
import type { StaticColumn } from '../static-rows.js';

/** Rows of a SHOW form before LIKE and WHERE. */
export interface ShowResult {
  readonly columns: readonly StaticColumn[];
  readonly rows: readonly (readonly Datum[])[];
  /** Column that LIKE matches; default the first. */
  readonly likeColumn?: number;
}

export type ShowHandler = (session: Session, stmt: ShowStmt) => Awaitable<ShowResult>;

const handlers = new Map<ShowKind, ShowHandler>();

/** Registers SHOW forms; one entry each. */
export function registerShow(kinds: ShowKind | readonly ShowKind[], handler: ShowHandler): void {
  for (const kind of typeof kinds === 'string' ? [kinds] : kinds) {
    if (handlers.has(kind)) throw new Error(`SHOW ${kind} is registered twice`);
    handlers.set(kind, handler);
  }
}

export function showHandler(kind: ShowKind): ShowHandler {
  const handler = handlers.get(kind);
  if (handler === undefined) throw mysqlError('ER_NOT_SUPPORTED_YET', `SHOW ${kind}`);
  return handler;
}

/** SHOW forms that are answered, for the documentation. */
export const handledShows = (): readonly ShowKind[] => [...handlers.keys()].sort();
