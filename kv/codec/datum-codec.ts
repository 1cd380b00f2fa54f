import type { Datum } from '../../types/datum.js';
import { intDatum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import type { ByteWriter } from './byte-writer.js';
import {
  bytesKeyLength,
  compactBytesLength,
  readBytesKey,
  readCompactBytes,
  writeBytesKey,
} from './bytes-codec.js';
import { decimalLength, readDecimal, writeDecimal } from './decimal-codec.js';
import {
  readFloatKey,
  readIntKey,
  readUintKey,
  readU32be,
  readUvarint,
  readVarint,
  varintLength,
  writeFloatKey,
  writeIntKey,
  writeUintKey,
} from './number-codec.js';
import { stringSortKey } from './sort-key.js';
import { packTime, packedTime, timeDatumOf, UTC_OFFSETS, type ZoneOffsets } from './time-codec.js';
import { decimalPrecision, decimalScale, ValueKind, valueKindOf } from './value-kind.js';

/** First byte of an encoded datum (TiDB util/codec/codec.go). Their order is the order of NULL, values, +infinity. */
export const DatumFlag = {
  Nil: 0,
  Bytes: 1,
  CompactBytes: 2,
  Int: 3,
  Uint: 4,
  Float: 5,
  Decimal: 6,
  Duration: 7,
  Varint: 8,
  Varuint: 9,
  Json: 10,
  /** No datum: an integer that names a partition, before the handle in the key of a global index (tablecodec's PartitionIDFlag). */
  Partition: 126,
  Max: 250,
} as const;

/** TIME is microseconds in datums and nanoseconds in the store. */
const NANOS_PER_MICRO = 1000;

/** Appends the memory-comparable form of a value of type `ft`; strings by their collation's sort key. */
export function encodeKeyDatum(
  w: ByteWriter,
  v: Datum,
  ft: FieldType,
  zone: ZoneOffsets = UTC_OFFSETS,
): void {
  if (v === null) {
    w.u8(DatumFlag.Nil);
    return;
  }
  switch (valueKindOf(ft)) {
    case ValueKind.Int:
      w.u8(DatumFlag.Int);
      writeIntKey(w, v as number | bigint);
      return;
    case ValueKind.Uint:
      w.u8(DatumFlag.Uint);
      writeUintKey(w, v as number | bigint);
      return;
    case ValueKind.Float:
      w.u8(DatumFlag.Float);
      writeFloatKey(w, Number(v));
      return;
    case ValueKind.Decimal:
      w.u8(DatumFlag.Decimal);
      writeDecimal(w, v as number | bigint, decimalPrecision(ft), decimalScale(ft));
      return;
    case ValueKind.Time:
      packTime(v as number | bigint, ft, zone);
      w.u8(DatumFlag.Uint);
      w.u32be(packedTime.hi);
      w.u32be(packedTime.lo);
      return;
    case ValueKind.Duration:
      w.u8(DatumFlag.Duration);
      writeIntKey(w, (v as number) * NANOS_PER_MICRO);
      return;
    case ValueKind.Bytes:
      w.u8(DatumFlag.Bytes);
      writeBytesKey(w, stringSortKey(v as Uint8Array, ft));
      return;
    case ValueKind.Json:
      w.u8(DatumFlag.Json);
      w.bytes(v as Uint8Array);
  }
}

/**
 * Appends one part of an index key. A descending part is the complement of the ascending form, byte for byte: no encoding of a value begins
 * another, so that values compare the other way round, NULL behind all others.
 */
export function encodeKeyPart(
  w: ByteWriter,
  v: Datum,
  ft: FieldType,
  zone: ZoneOffsets,
  descending: boolean,
): void {
  const start = w.len;
  encodeKeyDatum(w, v, ft, zone);
  if (descending) complement(w.buf, start, w.len);
}

/** Turns a part of a key into what it is in the other order. */
export function complement(b: Uint8Array, start: number, end: number): void {
  for (let i = start; i < end; i++) b[i] = ~b[i]!;
}

/** Flags of values are small: a byte above these is one's complement. */
const MAX_ASCENDING_FLAG = 0x7f;

/** Bytes of the descending datum at `p`. */
function descendingLength(b: Uint8Array, p: number): number {
  switch (~b[p]! & 0xff) {
    case DatumFlag.Nil:
      return 1;
    case DatumFlag.Bytes: {
      let marker = p + 9;
      while (b[marker] === 0) marker += 9;
      return marker + 1 - p;
    }
    case DatumFlag.Decimal:
      return 1 + decimalLength(Uint8Array.of(~b[p + 1]!, ~b[p + 2]!), 0);
    case DatumFlag.Int:
    case DatumFlag.Uint:
    case DatumFlag.Float:
    case DatumFlag.Duration:
      return 9;
    default:
      throw new Error(`encoded datum with unknown flag ${b[p]}`);
  }
}

/** A copy of the descending datum at `p` in its ascending form. */
function ascendingForm(b: Uint8Array, p: number): Uint8Array {
  const out = new Uint8Array(descendingLength(b, p));
  for (let i = 0; i < out.length; i++) out[i] = ~b[p + i]!;
  return out;
}

/** The smallest encoding above every value: the open end of a range. */
export function encodeMaxDatum(w: ByteWriter): void {
  w.u8(DatumFlag.Max);
}

/** Bytes of the encoded datum at `p`, its flag included. It may be a descending one. */
export function keyDatumLength(b: Uint8Array, p: number): number {
  switch (b[p]) {
    case DatumFlag.Nil:
      return 1;
    case DatumFlag.Bytes:
      return 1 + bytesKeyLength(b, p + 1);
    case DatumFlag.CompactBytes:
      return 1 + compactBytesLength(b, p + 1);
    case DatumFlag.Int:
    case DatumFlag.Uint:
    case DatumFlag.Float:
    case DatumFlag.Duration:
    case DatumFlag.Partition:
      return 9;
    case DatumFlag.Decimal:
      return 1 + decimalLength(b, p + 1);
    case DatumFlag.Varint:
    case DatumFlag.Varuint:
      return 1 + varintLength(b, p + 1);
    default:
      if (b[p]! > MAX_ASCENDING_FLAG) return descendingLength(b, p);
      throw new Error(`encoded datum with unknown flag ${b[p]}`);
  }
}

/**
 * The datum encoded at `p`, as a value of type `ft`. Strings come back as their sort key: their original, where it differs,
 * is in the index value. Accepts descending datums, and the varint and compact forms of values too.
 */
export function decodeKeyDatum(
  b: Uint8Array,
  p: number,
  ft: FieldType,
  zone: ZoneOffsets = UTC_OFFSETS,
): Datum {
  switch (b[p++]) {
    case DatumFlag.Nil:
      return null;
    case DatumFlag.Int:
      return readIntKey(b, p);
    case DatumFlag.Uint:
      if (valueKindOf(ft) === ValueKind.Time)
        return timeDatumOf(readU32be(b, p), readU32be(b, p + 4), ft, zone);
      return readUintKey(b, p);
    case DatumFlag.Float:
      return readFloatKey(b, p);
    case DatumFlag.Decimal:
      return readDecimal(b, p, decimalScale(ft));
    case DatumFlag.Duration:
      return Math.trunc((readIntKey(b, p) as number) / NANOS_PER_MICRO);
    case DatumFlag.Bytes:
      return readBytesKey(b, p);
    case DatumFlag.CompactBytes:
      return readCompactBytes(b, p);
    case DatumFlag.Varint: {
      const v = readVarint(b, p);
      return valueKindOf(ft) === ValueKind.Duration ? Number(v / 1000n) : intDatum(v);
    }
    case DatumFlag.Varuint: {
      const v = readUvarint(b, p);
      if (valueKindOf(ft) === ValueKind.Time)
        return timeDatumOf(Number(v >> 32n), Number(v & 0xffff_ffffn), ft, zone);
      return intDatum(v);
    }
    default:
      if (b[p - 1]! > MAX_ASCENDING_FLAG) return decodeKeyDatum(ascendingForm(b, p - 1), 0, ft, zone);
      throw new Error(`encoded datum with unknown flag ${b[p - 1]}`);
  }
}
