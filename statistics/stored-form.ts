import type { Datum } from '../types/datum.js';
import { convertDatum } from '../types/convert.js';
import { PlainConvertContext } from '../types/convert-context.js';
import { datumToText } from '../types/format.js';
import { newFieldType, TypeCode, type FieldType } from '../types/field-type.js';
import { CmSketch } from './cm-sketch.js';
import { valueKey, valueOfKey } from './stats-key.js';

/**
 * Forms of values in mysql.stats_buckets (a column's bounds are its text, an index's the bytes of its key) and in
 * mysql.stats_top_n (the memory-comparable key of both), as TiDB keeps them. Strings are kept as they are instead of as the
 * sort key of their collation, which would not lead back.
 */
const TEXT = newFieldType(TypeCode.VarString, { flen: 1 << 20 });
const BLOB = newFieldType(TypeCode.VarString, { flen: 1 << 20, charset: 'binary', collate: 'binary' });

const isBinary = (t: FieldType): boolean => t.charset === 'binary';
/** The type with bytes in the order of bytes. */
const unsorted = (t: FieldType): FieldType =>
  t.collate === '' || isBinary(t) ? t : { ...t, charset: 'binary', collate: 'binary' };

const isText = (t: FieldType): boolean =>
  t.tp === TypeCode.VarChar ||
  t.tp === TypeCode.VarString ||
  t.tp === TypeCode.String ||
  t.tp === TypeCode.Blob ||
  t.tp === TypeCode.TinyBlob ||
  t.tp === TypeCode.MediumBlob ||
  t.tp === TypeCode.LongBlob;

/** A bucket's bound. `type` null: of an index. */
export function boundBytes(v: Datum, type: FieldType | null): Uint8Array {
  if (v instanceof Uint8Array && (type === null || isText(type))) return v;
  return type === null ? new Uint8Array(0) : (datumToText(v, type) ?? new Uint8Array(0));
}

export function boundValue(b: Uint8Array, type: FieldType | null): Datum {
  if (type === null || isText(type)) return b;
  const context = new PlainConvertContext(0, false);
  return convertDatum(b, type.tp === TypeCode.Bit ? BLOB : TEXT, type, context);
}

export const topNBytes = (v: Datum, type: FieldType | null): Uint8Array =>
  type === null ? (v as Uint8Array) : valueKey(v, isText(type) ? unsorted(type) : type);

export const topNValue = (b: Uint8Array, type: FieldType | null): Datum =>
  type === null ? b : valueOfKey(b, isText(type) ? unsorted(type) : type);

/** Depth and width, 32 bits each, and the cells. */
export function cmsBytes(s: CmSketch): Uint8Array {
  const words = new Uint32Array(2 + s.cells.length);
  words[0] = s.depth;
  words[1] = s.width;
  words.set(s.cells, 2);
  return new Uint8Array(words.buffer);
}

export function cmsOf(bytes: Uint8Array): CmSketch | null {
  if (bytes.length < 8) return null;
  const words = new Uint32Array(bytes.slice().buffer, 0, bytes.length >> 2);
  const [depth, width] = [words[0]!, words[1]!];
  if (words.length !== 2 + depth * width) return null;
  return new CmSketch(depth, width, words.slice(2));
}
