import type { Vector } from '../../chunk/vector.js';
import { BytesVector, NumVector, WideVector } from '../../chunk/vector.js';
import { BLOCK_ROWS, type BlockStats } from './block-stats.js';
import type { ColumnDictionary } from './column-dictionary.js';
import { sharedBytes, sharedFloat64, sharedInt32 } from './shared-array.js';

/**
 * The stored form of a column segment, little-endian:
 *
 *   layout u8 | flags u8 | 0 u16 | rows u32 | null mask, one bit a row, if flagged | body | block statistics, if flagged
 *
 * with the body by layout: numbers; the codes of a dictionary (numbers); strings as lengths (numbers) and bytes; 64-bit
 * integers; decimals beyond 64 bits as text. Numbers are stored in the smallest of: one value; offsets from the least in one, two
 * or four bytes (frame of reference); runs of equal values; doubles. Block statistics are a least, a greatest value (f64 each, of columns
 * of numbers) and a number of NULLs (u32) for each block.
 */
const Layout = { Numbers: 1, Codes: 2, Bytes: 3, Int64: 4, Text: 5 } as const;
const HAS_NULLS = 1;
const IS_INT32 = 2;
const IS_UNSIGNED = 4;
const HAS_STATS = 8;

const Packing = { Constant: 0, Offsets8: 1, Offsets16: 2, Offsets32: 4, Doubles: 8, Runs: 16 } as const;

/** Arrays of offsets by their packing, which is their width. */
const OFFSETS = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array } as const;

type Offsets = Uint8Array | Uint16Array | Uint32Array;

/** The constructor of a typed array. */
interface NumbersOf<T> {
  readonly BYTES_PER_ELEMENT: number;
  new (b: ArrayBufferLike, offset: number, n: number): T;
}

/** Collects what is written; arrays are taken as they are, not copied. */
class Sink {
  private readonly parts: Uint8Array[] = [];
  /** Numbers since the last array. */
  private scratch = new DataView(new ArrayBuffer(32));
  private length = 0;

  u8(v: number): void {
    this.scratch.setUint8(this.length++, v);
  }

  u32(v: number): void {
    this.scratch.setUint32(this.length, v, true);
    this.length += 4;
  }

  f64(v: number): void {
    this.scratch.setFloat64(this.length, v, true);
    this.length += 8;
  }

  /** The memory of a typed array; machines that run Node are little-endian. */
  array(a: {
    readonly buffer: ArrayBufferLike;
    readonly byteOffset: number;
    readonly byteLength: number;
  }): void {
    this.flush();
    this.parts.push(new Uint8Array(a.buffer, a.byteOffset, a.byteLength));
  }

  private flush(): void {
    if (this.length === 0) return;
    this.parts.push(new Uint8Array(this.scratch.buffer, 0, this.length));
    this.scratch = new DataView(new ArrayBuffer(32));
    this.length = 0;
  }

  take(): readonly Uint8Array[] {
    this.flush();
    return this.parts;
  }
}

class Source {
  private readonly view: DataView;
  constructor(
    private readonly b: Uint8Array,
    private at = 0,
  ) {
    this.view = new DataView(b.buffer, b.byteOffset, b.byteLength);
  }

  u8(): number {
    return this.b[this.at++]!;
  }

  u32(): number {
    this.at += 4;
    return this.view.getUint32(this.at - 4, true);
  }

  f64(): number {
    this.at += 8;
    return this.view.getFloat64(this.at - 8, true);
  }

  bytes(n: number): Uint8Array {
    this.at += n;
    return this.b.subarray(this.at - n, this.at);
  }

  /** `n` numbers, where they are: moved over what was read before, as arrays of them begin at multiples of their size. */
  aligned<T>(Type: NumbersOf<T>, n: number): T {
    const width = Type.BYTES_PER_ELEMENT;
    const start = this.at - ((this.b.byteOffset + this.at) % width);
    if (start < 0) throw new Error('a column segment that does not begin at an aligned address');
    this.b.copyWithin(start, this.at, this.at + n * width);
    this.at += n * width;
    return new Type(this.b.buffer, this.b.byteOffset + start, n);
  }
}

type Numbers = Float64Array | Int32Array;

function packNumbers(out: Sink, d: Numbers, n: number): void {
  let min = Infinity;
  let max = -Infinity;
  let whole = true;
  let runs = n === 0 ? 0 : 1;
  for (let i = 0; i < n; i++) {
    const x = d[i]!;
    if (x < min) min = x;
    if (x > max) max = x;
    if (whole && (!Number.isSafeInteger(x) || Object.is(x, -0))) whole = false;
    if (i > 0 && x !== d[i - 1]) runs++;
  }
  if (!whole) {
    out.u8(Packing.Doubles);
    out.array(d instanceof Float64Array ? d.subarray(0, n) : Float64Array.from(d.subarray(0, n)));
    return;
  }
  if (n === 0 || min === max) {
    out.u8(Packing.Constant);
    out.f64(n === 0 ? 0 : min);
    return;
  }
  const range = max - min;
  const width = range < 256 ? 1 : range < 65_536 ? 2 : range < 4_294_967_296 ? 4 : 8;
  if (runs * 16 < n * width) {
    out.u8(Packing.Runs);
    out.u32(runs);
    const values = new Float64Array(runs);
    const lengths = new Int32Array(runs);
    let r = -1;
    for (let i = 0; i < n; i++) {
      if (i === 0 || d[i] !== d[i - 1]) values[++r] = d[i]!;
      lengths[r]!++;
    }
    packNumbers(out, values, runs);
    packNumbers(out, lengths, runs);
    return;
  }
  if (width === 8) {
    out.u8(Packing.Doubles);
    out.array(d instanceof Float64Array ? d.subarray(0, n) : Float64Array.from(d.subarray(0, n)));
    return;
  }
  // From zero where that takes no more room: such numbers are read by a copy.
  const base = min >= 0 && max < 256 ** width ? 0 : min;
  out.u8(width);
  out.f64(base);
  const packed = new OFFSETS[width](n);
  for (let i = 0; i < n; i++) packed[i] = d[i]! - base;
  out.array(packed);
}

/** Copying is native code, which needs no warming up as the loop does. */
function addBase(out: Numbers, offsets: Offsets, base: number): void {
  out.set(offsets);
  if (base !== 0) for (let i = 0; i < offsets.length; i++) out[i]! += base;
}

/** Runs of a few values, as orders have of their lines, would cost a call each. */
const LONG_RUN = 64;

function fillRuns(out: Numbers, values: Float64Array, lengths: Int32Array): void {
  for (let r = 0, at = 0; r < values.length; r++) {
    const x = values[r]!;
    const end = at + lengths[r]!;
    if (end - at >= LONG_RUN) out.fill(x, at, end);
    else for (let i = at; i < end; i++) out[i] = x;
    at = end;
  }
}

function unpackInto(out: Numbers, src: Source, n: number): void {
  const packing = src.u8();
  switch (packing) {
    case Packing.Constant:
      out.fill(src.f64());
      return;
    case Packing.Doubles:
      out.set(src.aligned(Float64Array, n));
      return;
    case Packing.Runs: {
      const runs = src.u32();
      const values = new Float64Array(runs);
      unpackInto(values, src, runs);
      const lengths = new Int32Array(runs);
      unpackInto(lengths, src, runs);
      fillRuns(out, values, lengths);
      return;
    }
    case Packing.Offsets8:
    case Packing.Offsets16:
    case Packing.Offsets32: {
      const base = src.f64();
      addBase(out, src.aligned<Offsets>(OFFSETS[packing], n), base);
      return;
    }
    default:
      throw new Error(`column segment with packing ${packing}`);
  }
}

function unpack(src: Source, n: number, int32: boolean): Numbers {
  const out = int32 ? sharedInt32(n) : sharedFloat64(n);
  unpackInto(out, src, n);
  return out;
}

function writeStats(out: Sink, { min, max, nulls }: BlockStats): void {
  for (const a of [min, max, nulls]) if (a !== null) out.array(a);
}

function readStats(src: Source, rows: number, bounds: boolean): BlockStats {
  const blocks = Math.ceil(rows / BLOCK_ROWS);
  const bound = (): Float64Array | null => (bounds ? src.aligned(Float64Array, blocks).slice() : null);
  const min = bound();
  const max = bound();
  return { min, max, nulls: src.aligned(Int32Array, blocks).slice() };
}

/** The stored form in pieces, which may be the column's own memory. */
export function encodeColumn(v: Vector, stats: BlockStats | null = null): readonly Uint8Array[] {
  const out = new Sink();
  const n = v.length;
  const coded = v.kind === 'bytes' && v.codes !== null;
  const layout =
    v.kind === 'num'
      ? Layout.Numbers
      : v.kind === 'bytes'
        ? coded
          ? Layout.Codes
          : Layout.Bytes
        : Array.isArray(v.data)
          ? Layout.Text
          : Layout.Int64;
  let flags = v.nulls === null ? 0 : HAS_NULLS;
  if (v.kind === 'num' && v.data instanceof Int32Array) flags |= IS_INT32;
  if (v.kind === 'wide' && v.data instanceof BigUint64Array) flags |= IS_UNSIGNED;
  if (stats !== null) flags |= HAS_STATS;
  out.u8(layout);
  out.u8(flags);
  out.u8(0);
  out.u8(0);
  out.u32(n);
  if (v.nulls !== null) {
    const bits = new Uint8Array((n + 7) >> 3);
    for (let i = 0; i < n; i++) if (v.nulls[i] === 1) bits[i >> 3]! |= 1 << (i & 7);
    out.array(bits);
  }
  switch (v.kind) {
    case 'num':
      packNumbers(out, v.data, n);
      break;
    case 'bytes': {
      if (v.codes !== null) {
        packNumbers(out, v.codes, n);
        break;
      }
      const from = v.offsets[0]!;
      const lengths = new Int32Array(n);
      for (let i = 0; i < n; i++) lengths[i] = v.offsets[i + 1]! - v.offsets[i]!;
      packNumbers(out, lengths, n);
      const total = v.offsets[n]! - from;
      out.u32(total);
      out.array(v.bytes.subarray(from, from + total));
      break;
    }
    case 'wide':
      if (Array.isArray(v.data)) {
        const text = new TextEncoder().encode(v.data.slice(0, n).join(','));
        out.u32(text.length);
        out.array(text);
      } else out.array(v.data.subarray(0, n));
  }
  if (stats !== null) writeStats(out, stats);
  return out.take();
}

/** A column as it is stored, with its statistics where it has been stored with them. */
export interface StoredColumn {
  readonly vector: Vector;
  readonly stats: BlockStats | null;
}

/**
 * Decodes what `encodeColumn` made, in one piece that begins at a multiple of eight and is used up; coded strings need the dictionary
 * whose codes they are.
 */
export function decodeColumn(b: Uint8Array, dictionary: ColumnDictionary | null): StoredColumn {
  const src = new Source(b);
  const layout = src.u8();
  const flags = src.u8();
  src.bytes(2);
  const n = src.u32();
  const vector = decodeBody(src, n, layout, flags, dictionary);
  const stats = (flags & HAS_STATS) === 0 ? null : readStats(src, n, vector.kind === 'num');
  return { vector, stats };
}

function decodeBody(
  src: Source,
  n: number,
  layout: number,
  flags: number,
  dictionary: ColumnDictionary | null,
): Vector {
  let nulls: Uint8Array | null = null;
  if ((flags & HAS_NULLS) !== 0) {
    const bits = src.bytes((n + 7) >> 3);
    nulls = sharedBytes(n);
    for (let i = 0; i < n; i++) nulls[i] = (bits[i >> 3]! >> (i & 7)) & 1;
  }
  switch (layout) {
    case Layout.Numbers:
      return new NumVector(unpack(src, n, (flags & IS_INT32) !== 0), n, nulls);
    case Layout.Codes: {
      if (dictionary === null) throw new Error('a coded column without its dictionary');
      return dictionary.vector(unpack(src, n, true) as Int32Array, nulls);
    }
    case Layout.Bytes: {
      const lengths = new Int32Array(n);
      unpackInto(lengths, src, n);
      const offsets = sharedInt32(n + 1);
      let at = 0;
      for (let i = 0; i < n; i++) {
        at += lengths[i]!;
        offsets[i + 1] = at;
      }
      const bytes = sharedBytes(src.u32());
      bytes.set(src.bytes(bytes.length));
      return new BytesVector(bytes, offsets, n, nulls);
    }
    case Layout.Int64: {
      const data = new SharedArrayBuffer(n * 8);
      new Uint8Array(data).set(src.bytes(n * 8));
      return new WideVector(
        (flags & IS_UNSIGNED) !== 0 ? new BigUint64Array(data) : new BigInt64Array(data),
        n,
        nulls,
      );
    }
    case Layout.Text: {
      const text = new TextDecoder().decode(src.bytes(src.u32()));
      return new WideVector(n === 0 ? [] : text.split(',').map(BigInt), n, nulls);
    }
    default:
      throw new Error(`column segment of layout ${layout}`);
  }
}
