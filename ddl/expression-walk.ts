import type { Expr } from '../parser/ast/index.js';

/** Calls `visit` on every node of a syntax tree. */
export function walk(node: unknown, visit: (n: { readonly kind: string }) => void): void {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
  if (Array.isArray(node)) {
    for (const n of node) walk(n, visit);
    return;
  }
  if ('kind' in node && typeof node.kind === 'string') visit(node as { readonly kind: string });
  for (const child of Object.values(node)) walk(child, visit);
}

/** Names of the columns that an expression reads, in lower case. */
export function columnsRead(expr: Expr): string[] {
  const names: string[] = [];
  walk(expr, (n) => {
    if (n.kind === 'ColumnRef') names.push((n as Extract<Expr, { kind: 'ColumnRef' }>).name.toLowerCase());
  });
  return names;
}

/** The name of a column as the expression spells it. */
export function nameAsWritten(expr: Expr, lower: string): string {
  let written = lower;
  walk(expr, (n) => {
    const ref = n as Extract<Expr, { kind: 'ColumnRef' }>;
    if (n.kind === 'ColumnRef' && ref.name.toLowerCase() === lower) written = ref.name;
  });
  return written;
}
