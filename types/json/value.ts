/** Type bytes of binary JSON (see binary.ts). */
export const JsonType = {
  Object: 0x01,
  Array: 0x03,
  Literal: 0x04,
  Int64: 0x09,
  Uint64: 0x0a,
  Float64: 0x0b,
  String: 0x0c,
  Opaque: 0x0d,
  Date: 0x0e,
  DateTime: 0x0f,
  Timestamp: 0x10,
  Duration: 0x11,
} as const;

/** A decoded JSON value. Doubles are boxed so that 1.0 and 1 stay apart. */
export type JsonValue =
  | null
  | boolean
  | JsonDouble
  /** Integers. */
  | number
  | bigint
  | string
  | JsonOpaque
  | readonly JsonValue[]
  | ReadonlyMap<string, JsonValue>;

export class JsonDouble {
  constructor(readonly value: number) {}
}

/** Values that JSON text has no form for: binary strings, dates, times. `type` is a JsonType; `code` the MySQL type of Opaque. */
export class JsonOpaque {
  constructor(
    readonly type: number,
    readonly code: number,
    readonly bytes: Uint8Array,
  ) {}
}
