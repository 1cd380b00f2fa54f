import { Chunk } from './chunk.js';
import { compact, nullsLike } from './gather.js';
import type { NullMask, Vector } from './vector.js';
import { BytesVector, NumVector, WideVector } from './vector.js';

/** Vectors of one type end to end. Narrow and wide mix to wide; equal dictionaries stay coded. */
export function concat(parts: readonly Vector[]): Vector {
  if (parts.length === 1) return parts[0]!;
  if (parts.length === 0) return new NumVector(new Float64Array(0), 0);
  let n = 0;
  let bytes = false;
  let wide: WideVector | null = null;
  for (const p of parts) {
    n += p.length;
    if (p.kind === 'bytes') bytes = true;
    else if (p.kind === 'wide') wide = p;
  }
  const nulls = concatNulls(parts, n);
  if (bytes)
    return concatBytes(
      parts.map((p) => (p.kind === 'bytes' ? p : (nullsLike(EMPTY_BYTES, p.length) as BytesVector))),
      n,
      nulls,
    );
  if (wide !== null) return concatWide(parts as (NumVector | WideVector)[], n, nulls, wide);
  const nums = parts as NumVector[];
  const int32 = nums.every((p) => p.data instanceof Int32Array);
  const data = int32 ? new Int32Array(n) : new Float64Array(n);
  let at = 0;
  for (const p of nums) {
    data.set(p.data.length === p.length ? p.data : p.data.subarray(0, p.length), at);
    at += p.length;
  }
  return new NumVector(data, n, nulls);
}

const EMPTY_BYTES = new BytesVector(new Uint8Array(0), new Int32Array(1), 0);

/** The null masks of vectors one behind the other. */
export function concatNulls(parts: readonly Vector[], n: number): NullMask {
  if (parts.every((p) => p.nulls === null)) return null;
  const out = new Uint8Array(n);
  let at = 0;
  for (const p of parts) {
    if (p.nulls !== null) out.set(p.nulls.subarray(0, p.length), at);
    at += p.length;
  }
  return out;
}

function concatWide(
  parts: readonly (NumVector | WideVector)[],
  n: number,
  nulls: NullMask,
  like: WideVector,
): WideVector {
  const anyBig = parts.some((p) => p.kind === 'wide' && Array.isArray(p.data));
  const mixed = parts.some(
    (p) => p.kind === 'wide' && !Array.isArray(p.data) && p.data.constructor !== like.data.constructor,
  );
  if (anyBig || mixed) {
    const out = new Array<bigint>(n);
    let at = 0;
    for (const p of parts) for (let i = 0; i < p.length; i++) out[at++] = BigInt(p.data[i]!);
    return new WideVector(out, n, nulls);
  }
  const out = like.data instanceof BigUint64Array ? new BigUint64Array(n) : new BigInt64Array(n);
  let at = 0;
  for (const p of parts) {
    if (p.kind === 'wide') out.set((p.data as BigInt64Array).subarray(0, p.length), at);
    else for (let i = 0; i < p.length; i++) out[at + i] = BigInt(p.data[i]!);
    at += p.length;
  }
  return new WideVector(out, n, nulls);
}

function concatBytes(parts: readonly BytesVector[], n: number, nulls: NullMask): BytesVector {
  const first = parts[0]!;
  if (parts.every((p) => p.codes !== null && p.offsets === first.offsets && p.bytes === first.bytes)) {
    const codes = new Int32Array(n);
    let at = 0;
    for (const p of parts) {
      codes.set(p.codes!.subarray(0, p.length), at);
      at += p.length;
    }
    return new BytesVector(first.bytes, first.offsets, n, nulls, codes);
  }
  let total = 0;
  for (const p of parts) {
    if (p.codes === null) total += p.offsets[p.length]! - p.offsets[0]!;
    else for (let i = 0; i < p.length; i++) total += p.offsets[p.codes[i]! + 1]! - p.offsets[p.codes[i]!]!;
  }
  const bytes = new Uint8Array(total);
  const offsets = new Int32Array(n + 1);
  let at = 0;
  let row = 0;
  for (const p of parts) {
    if (p.codes === null) {
      const from = p.offsets[0]!;
      bytes.set(p.bytes.subarray(from, p.offsets[p.length]!), at);
      const shift = at - from;
      for (let i = 1; i <= p.length; i++) offsets[++row] = p.offsets[i]! + shift;
      at = offsets[row]!;
    } else {
      for (let i = 0; i < p.length; i++) {
        const e = p.codes[i]!;
        const to = p.offsets[e + 1]!;
        for (let b = p.offsets[e]!; b < to; b++) bytes[at++] = p.bytes[b]!;
        offsets[++row] = at;
      }
    }
  }
  return new BytesVector(bytes, offsets, n, nulls);
}

/** Selected rows of the chunks end to end; all have the same columns. */
export function concatChunks(chunks: readonly Chunk[]): Chunk {
  if (chunks.length === 1) return compact(chunks[0]!);
  const flat = chunks.map(compact);
  let n = 0;
  for (const c of flat) n += c.length;
  const width = flat.length === 0 ? 0 : flat[0]!.columns.length;
  const columns: Vector[] = [];
  for (let k = 0; k < width; k++) columns.push(concat(flat.map((c) => c.columns[k]!)));
  return new Chunk(columns, n);
}
