/** A result as text. */
export interface Answer {
  readonly columns: readonly string[];
  readonly rows: readonly (readonly (string | null)[])[];
}

const NUMBER = /^-?\d+(\.\d+)?(e[+-]?\d+)?$/i;

/**
 * Why `ours` is not `theirs`; null when it is. Numbers may differ by what an exact decimal is rounded to and by a double's
 * error: DuckDB gives averages and quotients as doubles, MySQL as decimals of a few more digits than their operands have.
 */
export function difference(ours: Answer, theirs: Answer): string | null {
  if (ours.rows.length !== theirs.rows.length)
    return `${ours.rows.length} rows instead of ${theirs.rows.length}`;
  const exact = compareRows(ours.rows, theirs.rows);
  if (exact === null) return null;
  // Rows that tie in the order asked for may come in any order.
  return compareRows(sorted(ours.rows), sorted(theirs.rows)) === null ? null : exact;
}

type Rows = Answer['rows'];

function sorted(rows: Rows): Rows {
  const key = (r: Rows[number]): string => r.map((c) => (c !== null && NUMBER.test(c) ? '' : c)).join('\t');
  const numeric = (r: Rows[number]): number[] =>
    r.flatMap((c) => (c !== null && NUMBER.test(c) ? [Number(c)] : []));
  return [...rows].sort((a, b) => {
    const x = key(a);
    const y = key(b);
    if (x !== y) return x < y ? -1 : 1;
    const p = numeric(a);
    const q = numeric(b);
    for (let i = 0; i < p.length; i++) if (Math.abs(p[i]! - q[i]!) > 1e-6) return p[i]! - q[i]!;
    return 0;
  });
}

function compareRows(ours: Rows, theirs: Rows): string | null {
  for (let i = 0; i < ours.length; i++)
    for (let k = 0; k < theirs[i]!.length; k++)
      if (!sameCell(ours[i]![k] ?? null, theirs[i]![k]!))
        return `row ${i + 1}: ${JSON.stringify(ours[i])} instead of ${JSON.stringify(theirs[i])}`;
  return null;
}

function sameCell(a: string | null, b: string | null): boolean {
  if (a === b) return true;
  if (a === null || b === null || !NUMBER.test(a) || !NUMBER.test(b)) return false;
  const scale = (/\.(\d+)$/.exec(a)?.[1] ?? '').length;
  const x = Number(a);
  const y = Number(b);
  const rounding = scale === 0 ? 0 : 0.51 * 10 ** -scale;
  return Math.abs(x - y) <= Math.max(rounding, Math.abs(y) * 1e-9);
}
