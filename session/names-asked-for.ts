import type { EvalContext } from '../expression/eval-context.js';
import { evalDatum } from '../expression/index.js';
import { bareName, wantedValues } from '../planner/physical/mem-table-conditions.js';
import type { MemTableScan } from '../planner/physical/plan.js';

/** Which schemas and tables the conditions on a table of information_schema ask for. */
export interface NamesAskedFor {
  readonly schemas: NameFilter;
  readonly tables: NameFilter;
}

const PLAIN = /^[\x20-\x7e]*$/;

/**
 * Names that may pass. The conditions themselves are looked at afterwards, by their collation: so this may let through too much, letters in
 * another case, trailing spaces and whatever is not ASCII, but never too little.
 */
class NameFilter {
  /** Null: all. */
  private names: Set<string> | null = null;

  admits(name: string): boolean {
    return this.names === null || !PLAIN.test(name) || this.names.has(folded(name));
  }

  /** One of these values is asked for, too. */
  narrow(values: readonly string[]): void {
    if (!values.every((v) => PLAIN.test(v))) return;
    const names = new Set(values.map(folded));
    this.names = this.names === null ? names : new Set([...names].filter((n) => this.names!.has(n)));
  }
}

const folded = (name: string): string => name.trimEnd().toLowerCase();

export const ALL_NAMES: NamesAskedFor = { schemas: new NameFilter(), tables: new NameFilter() };

export function namesAskedFor(scan: MemTableScan, ctx: EvalContext): NamesAskedFor {
  const names: NamesAskedFor = { schemas: new NameFilter(), tables: new NameFilter() };
  for (const c of scan.conditions) {
    const wanted = wantedValues(c);
    if (wanted === null) continue;
    const values = wanted.values.map((v) => evalDatum(v, ctx));
    if (values.every((v) => v instanceof Uint8Array))
      filterOf(names, bareName(wanted.column))?.narrow(values.map((v) => Buffer.from(v).toString('latin1')));
  }
  return names;
}

function filterOf(names: NamesAskedFor, column: string): NameFilter | null {
  if (column === 'table_name') return names.tables;
  return column === 'table_schema' || column === 'constraint_schema' ? names.schemas : null;
}
