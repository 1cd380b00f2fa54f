import { concat, concatNulls } from './concat.js';
import type { Vector } from './vector.js';
import { BytesVector, NumVector } from './vector.js';

/** Rows copied between two chances to let others use the thread: about a millisecond. */
const STEP_ROWS = 1 << 15;

/** `concat` in steps, for columns of many rows: yields now and then, returns the vector. */
export function* concatSteps(parts: readonly Vector[]): Generator<void, Vector> {
  let n = 0;
  for (const p of parts) n += p.length;
  if (parts.length <= 1 || n <= STEP_ROWS) return concat(parts);
  const first = parts[0]!;
  if (first.kind === 'num' && parts.every((p) => p.kind === 'num'))
    return yield* numbers(parts as NumVector[], n);
  if (first.kind === 'bytes' && parts.every((p) => p.kind === 'bytes')) {
    const bytes = parts as BytesVector[];
    if (bytes.every((p) => p.codes !== null && p.offsets === first.offsets && p.bytes === first.bytes))
      return yield* coded(bytes, n);
    if (bytes.every((p) => p.codes === null)) return yield* strings(bytes, n);
  }
  yield;
  return concat(parts);
}

function* numbers(parts: readonly NumVector[], n: number): Generator<void, Vector> {
  const int32 = parts.every((p) => p.data instanceof Int32Array);
  const data = int32 ? new Int32Array(n) : new Float64Array(n);
  let at = 0;
  let rows = 0;
  for (const p of parts) {
    data.set(p.data.length === p.length ? p.data : p.data.subarray(0, p.length), at);
    at += p.length;
    rows += p.length;
    if (rows >= STEP_ROWS) {
      rows = 0;
      yield;
    }
  }
  return new NumVector(data, n, concatNulls(parts, n));
}

function* coded(parts: readonly BytesVector[], n: number): Generator<void, Vector> {
  const codes = new Int32Array(n);
  let at = 0;
  let rows = 0;
  for (const p of parts) {
    codes.set(p.codes!.length === p.length ? p.codes! : p.codes!.subarray(0, p.length), at);
    at += p.length;
    rows += p.length;
    if (rows >= STEP_ROWS) {
      rows = 0;
      yield;
    }
  }
  return new BytesVector(parts[0]!.bytes, parts[0]!.offsets, n, concatNulls(parts, n), codes);
}

function* strings(parts: readonly BytesVector[], n: number): Generator<void, Vector> {
  let total = 0;
  for (const p of parts) total += p.offsets[p.length]! - p.offsets[0]!;
  const bytes = new Uint8Array(total);
  const offsets = new Int32Array(n + 1);
  let at = 0;
  let row = 0;
  let rows = 0;
  for (const p of parts) {
    const from = p.offsets[0]!;
    bytes.set(p.bytes.subarray(from, p.offsets[p.length]!), at);
    const shift = at - from;
    const po = p.offsets;
    for (let i = 1; i <= p.length; i++) offsets[++row] = po[i]! + shift;
    at = offsets[row]!;
    rows += p.length;
    if (rows >= STEP_ROWS >> 2) {
      rows = 0;
      yield;
    }
  }
  return new BytesVector(bytes, offsets, n, concatNulls(parts, n));
}
