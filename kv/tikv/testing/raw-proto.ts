/**
 * Protocol buffers by bare field numbers, without any definition: for servers in tests that must not share the client's idea of the
 * messages.
 */
export type Raw = number | bigint | boolean | string | Uint8Array;
export type Fields = readonly (readonly [number: number, value: Raw])[];

function varint(out: number[], v: bigint): void {
  let left = BigInt.asUintN(64, v);
  while (left >= 128n) {
    out.push(Number(left & 127n) | 128);
    left >>= 7n;
  }
  out.push(Number(left));
}

/** Numbers and booleans as varints, strings and bytes (messages too) with their length. */
export function message(fields: Fields): Buffer {
  const out: number[] = [];
  for (const [number, value] of fields) {
    if (typeof value === 'string' || value instanceof Uint8Array) {
      const bytes = typeof value === 'string' ? Buffer.from(value) : value;
      varint(out, BigInt(number * 8 + 2));
      varint(out, BigInt(bytes.length));
      for (const b of bytes) out.push(b);
    } else {
      varint(out, BigInt(number * 8));
      varint(out, BigInt(value));
    }
  }
  return Buffer.from(out);
}

function unpack(bytes: Uint8Array): bigint[] {
  const out: bigint[] = [];
  let v = 0n;
  let shift = 0n;
  for (const b of bytes) {
    v |= BigInt(b & 127) << shift;
    shift += 7n;
    if (b >= 128) continue;
    out.push(v);
    v = shift = 0n;
  }
  return out;
}

/** A message that was received. */
export class RawMessage {
  private readonly fields = new Map<number, (bigint | Uint8Array)[]>();

  constructor(bytes: Uint8Array) {
    let p = 0;
    const next = (): bigint => {
      let v = 0n;
      for (let shift = 0n; ; shift += 7n) {
        const b = bytes[p++]!;
        v |= BigInt(b & 127) << shift;
        if (b < 128) return v;
      }
    };
    while (p < bytes.length) {
      const tag = Number(next());
      const kind = tag & 7;
      let value: bigint | Uint8Array;
      if (kind === 0) value = next();
      else {
        const length = kind === 2 ? Number(next()) : kind === 1 ? 8 : 4;
        value = bytes.slice(p, p + length);
        p += length;
      }
      const list = this.fields.get(tag >> 3);
      if (list === undefined) this.fields.set(tag >> 3, [value]);
      else list.push(value);
    }
  }

  has(number: number): boolean {
    return this.fields.has(number);
  }

  /** 0 when absent. */
  int(number: number): bigint {
    const v = this.fields.get(number)?.at(-1);
    return typeof v === 'bigint' ? v : 0n;
  }

  /** Of a repeated field, packed or not. */
  ints(number: number): bigint[] {
    return (this.fields.get(number) ?? []).flatMap((v) => {
      return typeof v === 'bigint' ? [v] : unpack(v);
    });
  }

  bytes(number: number): Uint8Array {
    const v = this.fields.get(number)?.at(-1);
    return v instanceof Uint8Array ? v : new Uint8Array(0);
  }

  /** Of a repeated field. */
  allBytes(number: number): Uint8Array[] {
    return (this.fields.get(number) ?? []) as Uint8Array[];
  }

  text(number: number): string {
    return Buffer.from(this.bytes(number)).toString();
  }

  message(number: number): RawMessage {
    return new RawMessage(this.bytes(number));
  }

  messages(number: number): RawMessage[] {
    return (this.fields.get(number) ?? []).map((v) => new RawMessage(v as Uint8Array));
  }

  /** Numbers of the fields that are set. */
  get numbers(): number[] {
    return [...this.fields.keys()];
  }
}
