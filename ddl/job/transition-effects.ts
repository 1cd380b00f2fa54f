import { incrementCounter } from '../../catalog/auto-columns.js';
import { checkRandomBits } from '../auto-random.js';
import type { MetaMutator } from '../../catalog/meta/meta.js';
import type { IndexInfo, TableInfo } from '../../catalog/model.js';
import { indexIds } from '../../catalog/table-layout.js';
import { indexRange, tableRange } from '../../kv/codec/table-key.js';
import type { KeyRange } from '../../kv/rpc.js';
import type { TableTransition } from '../table-transition.js';

/** What the last step of a change, or of its way back, does beside the table's definition. */

/** What nodes reserved of counters is void once the change has set them. */
export const countersSetBy = (t: TableTransition, version: number): Partial<TableInfo> =>
  t.autoIncrement !== '' || t.randomFromIncrement === true ? { countersSet: version } : {};

/** The counter goes on where the change says. */
export async function setAutoIncrement(meta: MetaMutator, dbId: number, t: TableTransition): Promise<void> {
  if (t.randomFromIncrement === true) {
    const given = await meta.autoId(incrementCounter(t.base), dbId, t.base.id);
    checkRandomBits(t.target, given);
    meta.setAutoId('auto_random', dbId, t.target.id, given);
  } else if (
    t.target.autoRandom !== undefined &&
    t.target.autoRandom.shardBits !== t.base.autoRandom?.shardBits
  )
    checkRandomBits(t.target, await meta.autoId('auto_random', dbId, t.target.id));
  if (t.autoIncrement === '') return;
  const kind = t.target.autoRandom === undefined ? incrementCounter(t.target) : 'auto_random';
  const next = BigInt(t.autoIncrement);
  if (t.forceAutoIncrement === true || next > (await meta.autoId(kind, dbId, t.target.id)))
    meta.setAutoId(kind, dbId, t.target.id, next - 1n);
}

/** The keys of partitions' rows. */
export const partitionRanges = (ids: readonly number[]): KeyRange[] => ids.map(tableRange);

/** The keys of indexes' entries. */
export const indexRanges = (t: TableTransition, indexes: readonly IndexInfo[]): KeyRange[] =>
  indexes.flatMap((index) =>
    [...new Set([...indexIds(t.base, index), ...indexIds(t.target, index)])].map((physicalId) =>
      indexRange(physicalId, index.id),
    ),
  );
