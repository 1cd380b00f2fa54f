import type { PhysicalPlan } from '../../planner/physical/plan.js';
import type { ColumnScan } from '../columnar/column-scan.js';
import type { OperatorContext } from '../operator.js';

/**
 * What a coprocessor request of this executor carries as `dag`: the cop subtree and the statement's context. In process
 * it is handed over as it is; a remote transport translates `plan` to tipb.DAGRequest.
 */
export interface DagRequest {
  readonly plan: PhysicalPlan;
  readonly ctx: OperatorContext;
  /** Asked when the scan is one over columns; who says yes reads them, and is given the other rows of the scan alone. */
  readonly offer?: (scan: ColumnScan) => boolean;
  /** Whose figures are those of the request: the reader above the plan, if there is one. */
  readonly reader?: PhysicalPlan;
  /** Rows that are probably enough: none need be read ahead beyond them. */
  readonly enough?: number;
}
