import { COST } from '../cost/factors.js';
import type { Column } from '../../expression/expression.js';
import type { DataSource } from '../logical/plan.js';
import type { IndexScan, LockSpec, PhysicalPlan, ReadPartitions, TableScan } from './plan.js';

/** An order a plan's rows must come in: columns, ascending or descending. Empty: any. */
export interface OrderItem {
  readonly column: Column;
  readonly desc: boolean;
}

/** What a parent asks of a plan. */
export interface Property {
  readonly order: readonly OrderItem[];
  /** Rows the parent will probably take before it stops; Infinity: all. */
  readonly limit: number;
}
export const ANY: Property = { order: [], limit: Infinity };

/** A finished plan at the root, and its estimated cost. */
export interface RootTask {
  readonly kind: 'root';
  readonly plan: PhysicalPlan;
  readonly rows: number;
  readonly cost: number;
  /** Its rows come from columnar replicas alone. */
  readonly columnar?: boolean;
  /** Its rows come from columns in memory alone, of replicas or kept beside rows. */
  readonly kept?: boolean;
}

/**
 * Operators in the store that no reader has closed yet, so that more can be pushed below it: a table scan, a covering
 * index scan, or both sides of a lookup.
 */
export interface CopTask {
  readonly kind: 'cop';
  /** Reads the columnar replica. */
  readonly columnar?: boolean;
  /** Reads columns that the engine keeps in memory beside the rows. */
  readonly kept?: boolean;
  readonly source: DataSource;
  readonly tablePlan: PhysicalPlan | null;
  readonly indexPlan: PhysicalPlan | null;
  readonly scan: TableScan | IndexScan;
  readonly keepOrder: boolean;
  readonly desc: boolean;
  /** Rows the store hands up. */
  readonly rows: number;
  /** Handles the index side gives, when it is a lookup. */
  readonly indexRows: number;
  readonly cost: number;
  /** The table side filters or aggregates: the number of handles is not the number of rows. */
  readonly tableFiltered: boolean;
  readonly pushedLimit?: { readonly offset: number; readonly count: number };
  readonly partitions?: ReadPartitions;
  /** A lookup whose rows the store is to find beside the index, unless they come in the index's order. */
  readonly local?: boolean;
}

export type Task = RootTask | CopTask;

/** What work on a row of the task costs beside the same on a row of the row store. */
export const rowScale = (t: Task): number => (readsColumns(t) ? COST.columnar : 1);

/** Whether a task's rows come column by column. */
export const readsColumns = (t: Task): boolean => t.columnar === true || t.kept === true;

/** What operators above a task know of where its rows come from. */
export const originOf = (t: Task): Pick<CopTask, 'columnar' | 'kept'> => ({
  ...(t.columnar === true ? { columnar: true } : {}),
  ...(t.kept === true ? { kept: true } : {}),
});

export interface PendingLock {
  readonly lock: LockSpec;
}
