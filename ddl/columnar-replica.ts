import type { AlterTableSpec } from '../parser/ast/index.js';
import type { AlterPlan } from './alter-plan.js';

/**
 * SET TIFLASH REPLICA n: a columnar replica is wanted (n > 0) or not any more. Nodes see to it in the background; one copy on each
 * node is all there is, whatever the number.
 */
export function applyColumnarReplica(
  plan: AlterPlan,
  spec: Extract<AlterTableSpec, { kind: 'TiFlashReplica' }>,
): void {
  // A hypothetical replica is for EXPLAIN alone; there is nothing to be made.
  if (spec.hypo) return;
  const { tiflashReplica: _, ...rest } = plan.table;
  plan.parts.push('set tiflash replica');
  plan.table =
    spec.count === 0 ? rest : { ...rest, tiflashReplica: { count: spec.count, labels: spec.labels } };
}
