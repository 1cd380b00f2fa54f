/** A growable byte sequence that encoders append to. Reused between encodings: `reset`, append, `toBytes`. */
export class ByteWriter {
  buf: Uint8Array;
  len = 0;

  constructor(capacity = 128) {
    this.buf = new Uint8Array(capacity);
  }

  reset(): this {
    this.len = 0;
    return this;
  }

  /** Makes room for `n` more bytes. */
  ensure(n: number): void {
    const need = this.len + n;
    if (need <= this.buf.length) return;
    const grown = new Uint8Array(Math.max(need, this.buf.length * 2));
    grown.set(this.buf.subarray(0, this.len));
    this.buf = grown;
  }

  u8(v: number): void {
    this.ensure(1);
    this.buf[this.len++] = v;
  }

  /** Big-endian 32 bits. */
  u32be(v: number): void {
    this.ensure(4);
    const b = this.buf;
    const p = this.len;
    b[p] = v >>> 24;
    b[p + 1] = v >>> 16;
    b[p + 2] = v >>> 8;
    b[p + 3] = v;
    this.len = p + 4;
  }

  bytes(src: Uint8Array): void {
    this.ensure(src.length);
    copyBytes(src, 0, src.length, this.buf, this.len);
    this.len += src.length;
  }

  /** A copy of what was written. */
  toBytes(): Uint8Array {
    return copyOf(this.buf, 0, this.len);
  }
}

/** V8 keeps typed arrays up to this size in its heap: cheap. Above, each has a backing store of its own: ten times dearer. */
const ON_HEAP = 64;
const SLAB = 1 << 16;
/** Longer byte strings are allocated alone, so that a kept one pins no more than it is. */
const SLAB_MAX = 4096;
let slab = new ArrayBuffer(SLAB);
let slabUsed = 0;

/** A zeroed byte array of `n`, carved from a shared slab when of middling size. */
export function allocBytes(n: number): Uint8Array {
  if (n <= ON_HEAP || n > SLAB_MAX) return new Uint8Array(n);
  if (slabUsed + n > SLAB) {
    slab = new ArrayBuffer(SLAB);
    slabUsed = 0;
  }
  const out = new Uint8Array(slab, slabUsed, n);
  slabUsed += n;
  return out;
}

/** Copies src[start, end) to dest[at…). Short runs byte by byte: a subarray object costs more than they do. */
export function copyBytes(src: Uint8Array, start: number, end: number, dest: Uint8Array, at: number): void {
  if (end - start <= 48) {
    for (let i = start; i < end; i++) dest[at++] = src[i]!;
  } else if (start === 0 && end === src.length) {
    dest.set(src, at);
  } else {
    dest.set(src.subarray(start, end), at);
  }
}

/** An owned copy of src[start, end). (Buffer's own `slice` would give a view.) */
export function copyOf(src: Uint8Array, start = 0, end = src.length): Uint8Array {
  const out = allocBytes(end - start);
  copyBytes(src, start, end, out, 0);
  return out;
}

/** Orders byte strings as unsigned bytes, shorter first: <0, 0, >0. */
export function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const n = a.length < b.length ? a.length : b.length;
  for (let i = 0; i < n; i++) {
    const d = a[i]! - b[i]!;
    if (d !== 0) return d;
  }
  return a.length - b.length;
}

export function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  const n = a.length;
  if (n !== b.length) return false;
  for (let i = n - 1; i >= 0; i--) if (a[i] !== b[i]) return false;
  return true;
}

/** The smallest key greater than `key`: key with a zero byte behind. */
export function nextKey(key: Uint8Array): Uint8Array {
  const out = new Uint8Array(key.length + 1);
  out.set(key);
  return out;
}

/** The smallest key greater than every key that starts with `prefix`; empty when there is none. */
export function prefixNext(prefix: Uint8Array): Uint8Array {
  let n = prefix.length;
  while (n > 0 && prefix[n - 1] === 0xff) n--;
  const out = copyOf(prefix, 0, n);
  if (n > 0) out[n - 1] = out[n - 1]! + 1;
  return out;
}
