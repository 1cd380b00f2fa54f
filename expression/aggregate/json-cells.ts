import type { Datum } from '../../types/datum.js';
import { evalType, TypeCode, type FieldType } from '../../types/field-type.js';
import { encodeJson } from '../../types/json/binary.js';
import { JsonType } from '../../types/json/value.js';
import { toJsonValue } from '../json/convert.js';
import { BOOLEAN_FLAG } from '../type-inference.js';
import { grown } from './aggregator.js';

const FIRST_SLAB = 1 << 10;
const SLAB = 1 << 18;
const NO_BYTES = new Uint8Array(0);
const NULL = encodeJson(null);

/**
 * JSON values in the binary form (types/json/binary.ts), each with the number of another that follows it, so that the lists of any
 * number of groups share their memory.
 */
export class JsonCells {
  count = 0;
  /** By cell: the one that follows, -1 for none. */
  next = new Int32Array(64);
  private slabOf = new Int32Array(64);
  private at = new Int32Array(64);
  private lengths = new Int32Array(64);
  private readonly slabs: Uint8Array[] = [];
  /** The last of them, and how much of it is taken. */
  private slab = NO_BYTES;
  private used = 0;
  private bytes = 0;
  private readonly append: (v: Datum) => void;

  constructor(type: FieldType) {
    const bool = (type.flag & BOOLEAN_FLAG) !== 0;
    const kind = evalType(type);
    const any = (v: Datum): void => this.keep(encodeJson(toJsonValue(v, type, bool)));
    if (kind === 'json') this.append = (v) => this.keep(v as Uint8Array);
    else if (kind === 'string' && type.charset === 'utf8mb4')
      this.append = (v) => (v instanceof Uint8Array ? this.keepText(v) : any(v));
    else if (kind === 'int' && type.tp !== TypeCode.Bit && !bool)
      this.append = (v) => (typeof v === 'number' ? this.keepInteger(v) : any(v));
    else this.append = any;
  }

  /** Appends a value; gives its number. NULL is JSON's. */
  add(v: Datum): number {
    if (v === null) this.keep(NULL);
    else this.append(v);
    return this.count - 1;
  }

  /** Appends a value that is in the binary form already. */
  addEncoded(v: Uint8Array): number {
    this.keep(v);
    return this.count - 1;
  }

  /** The value in the binary form. */
  encoded(k: number): Uint8Array {
    const at = this.at[k]!;
    return this.slabs[this.slabOf[k]!]!.subarray(at, at + this.lengths[k]!);
  }

  /** A string: its length as uvarint, then its bytes. */
  private keepText(v: Uint8Array): void {
    let head = 2;
    for (let n = v.length; n >= 0x80; n >>>= 7) head++;
    let at = this.reserve(head + v.length);
    const { slab } = this;
    slab[at++] = JsonType.String;
    let n = v.length;
    for (; n >= 0x80; n >>>= 7) slab[at++] = (n & 0x7f) | 0x80;
    slab[at++] = n;
    copy(v, 0, v.length, slab, at);
  }

  private keepInteger(v: number): void {
    const at = this.reserve(9);
    const { slab } = this;
    slab[at] = JsonType.Int64;
    put32(slab, at + 1, v);
    put32(slab, at + 5, Math.floor(v / 2 ** 32));
  }

  private keep(b: Uint8Array): void {
    const at = this.reserve(b.length);
    copy(b, 0, b.length, this.slab, at);
  }

  /** Makes the next cell, of `n` bytes; gives its place in `slab`. */
  private reserve(n: number): number {
    if (this.used + n > this.slab.length) {
      this.slab = new Uint8Array(Math.max(this.slabs.length === 0 ? FIRST_SLAB : SLAB, n));
      this.slabs.push(this.slab);
      this.bytes += this.slab.length;
      this.used = 0;
    }
    const k = this.count++;
    if (k >= this.next.length) {
      this.next = grown(this.next, k + 1);
      this.slabOf = grown(this.slabOf, k + 1);
      this.at = grown(this.at, k + 1);
      this.lengths = grown(this.lengths, k + 1);
    }
    this.next[k] = -1;
    this.slabOf[k] = this.slabs.length - 1;
    this.at[k] = this.used;
    this.lengths[k] = n;
    this.used += n;
    return this.used - n;
  }

  /** Bytes of a container that the cell takes beside its entry: literals are in the entry. */
  bodyLength(k: number): number {
    return this.slabs[this.slabOf[k]!]![this.at[k]!] === JsonType.Literal ? 0 : this.lengths[k]! - 1;
  }

  /** Writes the cell's entry at `entry`, and its body at `body`, of a container that begins at `start`; gives where the body ends. */
  write(k: number, out: Uint8Array, start: number, entry: number, body: number): number {
    const slab = this.slabs[this.slabOf[k]!]!;
    const at = this.at[k]!;
    const type = slab[at]!;
    out[entry] = type;
    if (type === JsonType.Literal) {
      put32(out, entry + 1, slab[at + 1]!);
      return body;
    }
    put32(out, entry + 1, body - start);
    return copy(slab, at + 1, at + this.lengths[k]!, out, body);
  }

  get memory(): number {
    return this.bytes + this.next.byteLength * 4;
  }
}

/** Copies from[start, end) to `at`; gives the end. A short copy is cheaper than the subarray that `set` needs. */
export function copy(from: Uint8Array, start: number, end: number, out: Uint8Array, at: number): number {
  const n = end - start;
  if (n <= 32) for (let i = 0; i < n; i++) out[at + i] = from[start + i]!;
  else out.set(from.subarray(start, end), at);
  return at + n;
}

export function put32(b: Uint8Array, at: number, v: number): void {
  b[at] = v;
  b[at + 1] = v >>> 8;
  b[at + 2] = v >>> 16;
  b[at + 3] = v >>> 24;
}
