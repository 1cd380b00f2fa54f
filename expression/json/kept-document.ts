import type { JsonValue } from '../../types/json/value.js';

/** Bytes of texts that are worth keeping what was read of them, and that may be kept. */
const MIN_BYTES = 1 << 12;
const MAX_BYTES = 1 << 24;
/** How long it is kept that nobody asks for, ms. */
const KEPT_MS = 1000;

interface Kept {
  /** A copy: whoever has the bytes may write others into the same memory. */
  readonly text: Uint8Array;
  readonly value: JsonValue;
  used: boolean;
}

let kept: Kept | null = null;
let timer: NodeJS.Timeout | null = null;

function dropUnused(): void {
  timer = null;
  if (kept?.used === true) watch();
  else kept = null;
}

function watch(): void {
  if (kept !== null) kept.used = false;
  timer ??= setTimeout(dropUnused, KEPT_MS).unref();
}

/**
 * What `parse` reads of a text, which is the same for the same text: the last long one is remembered, since a document beside the columns of a
 * table is one for all rows. Values are never changed in place (see modify.ts).
 */
export function readKept(b: Uint8Array, parse: (b: Uint8Array) => JsonValue): JsonValue {
  if (b.length < MIN_BYTES || b.length > MAX_BYTES) return parse(b);
  if (kept !== null && kept.text.length === b.length && Buffer.compare(kept.text, b) === 0) {
    kept.used = true;
    return kept.value;
  }
  const value = parse(b);
  kept = { text: b.slice(), value, used: true };
  if (timer === null) watch();
  return value;
}
