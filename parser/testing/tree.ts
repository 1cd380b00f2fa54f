import { readFileSync } from 'node:fs';

/** What may differ between a tree and that of its restored text: positions and kept source texts. */
const SOURCE_KEYS: ReadonlySet<string> = new Set(['queryText', 'originText', 'hintedText', 'firstPart']);

/** A tree as JSON text without what depends on how its source was written. */
export function canonical(tree: unknown): string {
  return JSON.stringify(tree, (key, value: unknown) => {
    if (SOURCE_KEYS.has(key)) return undefined;
    if ((key === 'start' || key === 'end') && typeof value === 'number') return undefined;
    if (typeof value === 'bigint') return `${value}n`;
    if (value instanceof Uint8Array) return Buffer.from(value).toString('hex');
    // The source text of a field, a generated column or a hint; that of a literal is its value.
    if (isRecord(value) && 'text' in value && !isLiteral(value)) return { ...value, text: undefined };
    return value;
  });
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isLiteral(value: Record<string, unknown>): boolean {
  return value.kind === 'DecimalLiteral' || value.kind === 'FloatLiteral' || value.kind === 'Comment';
}

/** The statements of testdata/statements.sql, one a line. */
export function sampleStatements(): string[] {
  const text = readFileSync(new URL('../testdata/statements.sql', import.meta.url), 'utf8');
  return text.split('\n').filter((line) => line !== '');
}

/** xorshift32: the same numbers for the same seed. */
export function randomFrom(seed: number): (below: number) => number {
  let x = seed >>> 0 || 1;
  return (below) => {
    x ^= x << 13;
    x >>>= 0;
    x ^= x >>> 17;
    x ^= x << 5;
    x >>>= 0;
    return x % below;
  };
}
