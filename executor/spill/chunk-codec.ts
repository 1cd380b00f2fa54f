import { Chunk } from '../../chunk/chunk.js';
import type { Vector } from '../../chunk/vector.js';
import { BytesVector, NumVector, WideVector } from '../../chunk/vector.js';

/**
 * Chunks as bytes, for temporary files: read by the process that wrote them, so native byte order serves, and typed arrays
 * begin at multiples of 8, so that a chunk read back is views of the bytes.
 *
 *     u32 rows, u32 columns, then for each column
 *     u32 layout (below) | 8 when it has NULLs, u32 a, u32 b (lengths), padding; the NULL mask; the data
 */
const Layout = {
  Int32: 0,
  Float64: 1,
  BigInt64: 2,
  BigUint64: 3,
  /** Bigints of any size: a = characters in all; offsets, then hexadecimal texts. */
  BigInt: 4,
  /** a = bytes; offsets, bytes. */
  Bytes: 5,
  /** a = bytes, b = entries; codes, offsets, bytes. */
  Dictionary: 6,
} as const;

const HAS_NULLS = 8;
const pad8 = (n: number): number => (n + 7) & ~7;

interface Piece {
  readonly head: readonly [layout: number, a: number, b: number];
  readonly arrays: readonly ArrayBufferView[];
}

/** Bytes of a chunk without a selection. */
export function encodeChunk(chunk: Chunk): Uint8Array {
  const n = chunk.length;
  const pieces = chunk.columns.map((v) => pieceOf(v, n));
  let size = 8;
  for (const p of pieces) {
    size += 16;
    for (const a of p.arrays) size += pad8(a.byteLength);
  }
  const out = new Uint8Array(size);
  const view = new DataView(out.buffer);
  view.setUint32(0, n, true);
  view.setUint32(4, pieces.length, true);
  let at = 8;
  for (const p of pieces) {
    view.setUint32(at, p.head[0], true);
    view.setUint32(at + 4, p.head[1], true);
    view.setUint32(at + 8, p.head[2], true);
    at += 16;
    for (const a of p.arrays) {
      out.set(new Uint8Array(a.buffer, a.byteOffset, a.byteLength), at);
      at += pad8(a.byteLength);
    }
  }
  return out;
}

function pieceOf(v: Vector, n: number): Piece {
  const nulls = v.nulls === null ? [] : [v.nulls.subarray(0, n)];
  const flag = v.nulls === null ? 0 : HAS_NULLS;
  if (v.kind === 'num') {
    const layout = v.data instanceof Int32Array ? Layout.Int32 : Layout.Float64;
    return { head: [layout | flag, 0, 0], arrays: [...nulls, v.data.subarray(0, n)] };
  }
  if (v.kind === 'wide') {
    if (Array.isArray(v.data)) return bigPiece(v.data, n, flag, nulls);
    const layout = v.data instanceof BigInt64Array ? Layout.BigInt64 : Layout.BigUint64;
    return { head: [layout | flag, 0, 0], arrays: [...nulls, v.data.subarray(0, n)] };
  }
  if (v.codes !== null) {
    const entries = v.offsets.length - 1;
    if (entries <= n) {
      const { offsets, bytes } = rebased(v.bytes, v.offsets, entries);
      const codes = v.codes.subarray(0, n);
      return {
        head: [Layout.Dictionary | flag, bytes.length, entries],
        arrays: [...nulls, codes, offsets, bytes],
      };
    }
    const { offsets, bytes } = decoded(v, n);
    return { head: [Layout.Bytes | flag, bytes.length, 0], arrays: [...nulls, offsets, bytes] };
  }
  const { offsets, bytes } = rebased(v.bytes, v.offsets, n);
  return { head: [Layout.Bytes | flag, bytes.length, 0], arrays: [...nulls, offsets, bytes] };
}

function bigPiece(data: readonly bigint[], n: number, flag: number, nulls: Uint8Array[]): Piece {
  const texts: string[] = [];
  const offsets = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) {
    const t = (data[i] ?? 0n).toString(16);
    texts.push(t);
    offsets[i + 1] = offsets[i]! + t.length;
  }
  const bytes = Buffer.from(texts.join(''), 'latin1');
  return { head: [Layout.BigInt | flag, bytes.length, 0], arrays: [...nulls, offsets, bytes] };
}

/** The first `n` entries with offsets from 0. */
function rebased(
  bytes: Uint8Array,
  offsets: Int32Array,
  n: number,
): { offsets: Int32Array; bytes: Uint8Array } {
  const from = offsets[0]!;
  const cut = bytes.subarray(from, offsets[n]!);
  if (from === 0) return { offsets: offsets.subarray(0, n + 1), bytes: cut };
  const moved = new Int32Array(n + 1);
  for (let i = 0; i <= n; i++) moved[i] = offsets[i]! - from;
  return { offsets: moved, bytes: cut };
}

/** Cells of a dictionary that is larger than the rows that use it. */
function decoded(v: BytesVector, n: number): { offsets: Int32Array; bytes: Uint8Array } {
  const codes = v.codes!;
  const offsets = new Int32Array(n + 1);
  for (let i = 0; i < n; i++) {
    const e = codes[i]!;
    const empty = v.nulls !== null && v.nulls[i] === 1;
    offsets[i + 1] = offsets[i]! + (empty ? 0 : v.offsets[e + 1]! - v.offsets[e]!);
  }
  const bytes = new Uint8Array(offsets[n]!);
  for (let i = 0; i < n; i++) {
    const e = codes[i]!;
    let p = v.offsets[e]!;
    for (let at = offsets[i]!; at < offsets[i + 1]!; at++) bytes[at] = v.bytes[p++]!;
  }
  return { offsets, bytes };
}

/** The chunk that `encodeChunk` made the bytes of: views of them. */
export function decodeChunk(data: Uint8Array): Chunk {
  const { buffer } = data;
  const base = data.byteOffset;
  const view = new DataView(buffer, base, data.byteLength);
  const n = view.getUint32(0, true);
  const width = view.getUint32(4, true);
  let at = 8;
  const take = (bytes: number): number => {
    const from = base + at;
    at += pad8(bytes);
    return from;
  };
  const columns: Vector[] = [];
  for (let c = 0; c < width; c++) {
    const head = view.getUint32(at, true);
    const a = view.getUint32(at + 4, true);
    const b = view.getUint32(at + 8, true);
    at += 16;
    const nulls = (head & HAS_NULLS) === 0 ? null : new Uint8Array(buffer, take(n), n);
    switch (head & 7) {
      case Layout.Int32:
        columns.push(new NumVector(new Int32Array(buffer, take(n * 4), n), n, nulls));
        break;
      case Layout.Float64:
        columns.push(new NumVector(new Float64Array(buffer, take(n * 8), n), n, nulls));
        break;
      case Layout.BigInt64:
        columns.push(new WideVector(new BigInt64Array(buffer, take(n * 8), n), n, nulls));
        break;
      case Layout.BigUint64:
        columns.push(new WideVector(new BigUint64Array(buffer, take(n * 8), n), n, nulls));
        break;
      case Layout.BigInt: {
        const offsets = new Int32Array(buffer, take((n + 1) * 4), n + 1);
        const texts = Buffer.from(buffer, take(a), a).toString('latin1');
        const out = new Array<bigint>(n);
        for (let i = 0; i < n; i++) out[i] = parseHex(texts.slice(offsets[i], offsets[i + 1]));
        columns.push(new WideVector(out, n, nulls));
        break;
      }
      case Layout.Bytes: {
        const offsets = new Int32Array(buffer, take((n + 1) * 4), n + 1);
        columns.push(new BytesVector(new Uint8Array(buffer, take(a), a), offsets, n, nulls));
        break;
      }
      default: {
        const codes = new Int32Array(buffer, take(n * 4), n);
        const offsets = new Int32Array(buffer, take((b + 1) * 4), b + 1);
        columns.push(new BytesVector(new Uint8Array(buffer, take(a), a), offsets, n, nulls, codes));
      }
    }
  }
  return new Chunk(columns, n);
}

const parseHex = (t: string): bigint => (t.startsWith('-') ? -BigInt(`0x${t.slice(1)}`) : BigInt(`0x${t}`));
