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

const isWorthKeeping = (b: Uint8Array): boolean => b.length >= MIN_BYTES && b.length <= MAX_BYTES;

/** What was read of the same text; undefined where that is not known. */
function find(b: Uint8Array): JsonValue | undefined {
  if (kept?.text.length !== b.length || Buffer.compare(kept.text, b) !== 0) return undefined;
  kept.used = true;
  return kept.value;
}

function keep(text: Uint8Array, value: JsonValue): void {
  kept = { text, value, used: true };
  if (timer === null) watch();
}

/**
 * What `parse` reads of a text, which is the same for the same text: the last long one is remembered, since a document beside the columns of a
 * table is one for all rows. Values are never changed in place (see modify.ts).
 */
export function readKept(b: Uint8Array, parse: (b: Uint8Array) => JsonValue): JsonValue {
  if (!isWorthKeeping(b)) return parse(b);
  let value = find(b);
  if (value === undefined) keep(b.slice(), (value = parse(b)));
  return value;
}

/** The same in steps. */
export function* readKeptSteps(
  b: Uint8Array,
  parse: (b: Uint8Array) => Generator<void, JsonValue>,
): Generator<void, JsonValue> {
  if (!isWorthKeeping(b)) return yield* parse(b);
  const known = find(b);
  if (known !== undefined) return known;
  const text = b.slice();
  const value = yield* parse(text);
  keep(text, value);
  return value;
}
