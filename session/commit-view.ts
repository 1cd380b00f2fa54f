import type { InfoSchema } from '../catalog/model.js';
import type { Awaitable } from '../types/awaitable.js';
import type { Cluster } from './cluster/cluster.js';

/** The schema that a commit is checked against. */
export interface CommitView {
  readonly schema: InfoSchema;
  /** Commits from this timestamp on may meet another; null: none does. */
  readonly before: bigint | null;
}

/**
 * What a commit goes by, now that time has `reached` so far: a node that others may have given up must not rely on the schema that it
 * knows.
 */
export function commitView(
  cluster: Cluster,
  schema: () => InfoSchema,
  reached: bigint,
): Awaitable<CommitView> {
  const view = (): CommitView => ({ schema: schema(), before: cluster.countedOnBefore });
  const over = cluster.lapsed || (cluster.countedOnBefore !== null && reached >= cluster.countedOnBefore);
  return over ? cluster.revive().then(view) : view();
}
