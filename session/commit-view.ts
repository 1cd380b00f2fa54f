import type { InfoSchema } from '../catalog/model.js';
import type { Awaitable } from '../types/awaitable.js';
import type { CachedTables, CacheWriteLock } from './engine/cached-tables.js';
import type { EngineCore } from './engine/engine-core.js';

/** The schema that a commit is checked against. */
export interface CommitView {
  readonly schema: InfoSchema;
  /** Commits from this timestamp on may meet another; null: none does. */
  readonly before: bigint | null;
  readonly cachedTables: CachedTables;
}

/**
 * The timestamp that a commit of changes to these tables must stay below. `grown`: rows may have been added to a table. Waits until
 * nobody reads the cached ones among them from memory; `locked` is given what keeps readers out.
 */
export function commitBound(
  { schema, before, cachedTables }: CommitView,
  tables: Iterable<number>,
  grown: (tableId: number) => boolean,
  locked?: (lock: CacheWriteLock) => void,
): Awaitable<bigint | null> {
  if (!cachedTables.leased) return before;
  const cached = [...tables].filter((id) => schema.tableById(id)?.table.cached === true);
  if (cached.length === 0) return before;
  return cachedTables.lockForWrite(cached, grown).then((lock) => {
    locked?.(lock);
    return before === null || lock.before < before ? lock.before : before;
  });
}

/**
 * What a commit goes by, now that time has `reached` so far: a node that others may have given up must not rely on the schema that it
 * knows.
 */
export function commitView(
  { cluster, cachedTables }: EngineCore,
  schema: () => InfoSchema,
  reached: bigint,
): Awaitable<CommitView> {
  const view = (): CommitView => ({ schema: schema(), before: cluster.countedOnBefore, cachedTables });
  const over = cluster.lapsed || (cluster.countedOnBefore !== null && reached >= cluster.countedOnBefore);
  return over ? cluster.revive().then(view) : view();
}
