import { Chunk } from '../../../chunk/chunk.js';
import { newVectorBuilder } from '../../../chunk/vector-builder.js';
import { DatumFlag, decodeKeyDatum, keyDatumLength } from '../../../kv/codec/datum-codec.js';
import { readU32le, readUvarint, varintLength } from '../../../kv/codec/number-codec.js';
import type { ZoneOffsets } from '../../../kv/codec/time-codec.js';
import type { Datum } from '../../../types/datum.js';
import type { FieldType } from '../../../types/field-type.js';
import { JsonType } from '../../../types/json/value.js';

/** Bytes of a binary JSON document at `p`, its type code included. */
function jsonLength(b: Uint8Array, p: number): number {
  switch (b[p]) {
    case JsonType.Object:
    case JsonType.Array:
      // Number of elements (4), bytes of all of it (4).
      return 1 + readU32le(b, p + 5);
    case JsonType.Literal:
      return 2;
    case JsonType.String:
      return 1 + varintLength(b, p + 1) + Number(readUvarint(b, p + 1));
    case JsonType.Opaque:
      return 2 + varintLength(b, p + 2) + Number(readUvarint(b, p + 2));
    case JsonType.Duration:
      return 13;
    default:
      return 9;
  }
}

/**
 * Rows as stores give them that do not answer in chunks (tipb EncodeType 0): datums with their flags, one after the other. Timestamps
 * are in UTC. Throws when the bytes are not whole rows.
 */
export function decodeDatumRows(bytes: Uint8Array, types: readonly FieldType[], zone: ZoneOffsets): Chunk {
  const builders = types.map((ft) => newVectorBuilder(ft, 64));
  let rows = 0;
  for (let p = 0; p < bytes.length; rows++) {
    for (let c = 0; c < types.length; c++) {
      let v: Datum;
      if (bytes[p] === DatumFlag.Json) {
        const length = jsonLength(bytes, p + 1);
        v = bytes.slice(p + 1, p + 1 + length);
        p += 1 + length;
      } else {
        v = decodeKeyDatum(bytes, p, types[c]!, zone);
        p += keyDatumLength(bytes, p);
      }
      if (p > bytes.length) throw new RangeError('a row of the store ends too early');
      builders[c]!.append(v);
    }
  }
  return new Chunk(
    builders.map((b) => b.finish()),
    rows,
  );
}
