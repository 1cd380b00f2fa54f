import type { PartitionDefinition, TableInfo } from '../../catalog/model.js';
import { mysqlError } from '../../types/error-table.js';

/** The partitions that a statement names; null when it names none. Throws 1735, 1747. */
export function partitionsNamed(table: TableInfo, names: readonly string[]): PartitionDefinition[] | null {
  if (names.length === 0) return null;
  if (table.partition === undefined) throw mysqlError('ER_PARTITION_CLAUSE_ON_NONPARTITIONED');
  return names.map((n) => {
    const found = table.partition!.definitions.find((p) => p.lower === n.toLowerCase());
    if (found === undefined) throw mysqlError('ER_UNKNOWN_PARTITION', n, table.name);
    return found;
  });
}
