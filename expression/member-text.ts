import { charset, isUtf8Compatible, type Charset } from '../types/charset.js';
import type { FieldType } from '../types/field-type.js';

/** Texts of ENUM and SET cells. */

const ENCODER = new TextEncoder();
const EMPTY = new Uint8Array(0);
const NATIVE_MEMBERS = new WeakMap<FieldType, readonly Uint8Array[]>();
const MEMBERS = new WeakMap<FieldType, readonly Uint8Array[]>();

/** Index 0 is the empty string of an invalid ENUM value. */
export function elementBytes(ft: FieldType): readonly Uint8Array[] {
  let m = MEMBERS.get(ft);
  if (m === undefined) {
    m = [EMPTY, ...(ft.elems ?? []).map((e) => ENCODER.encode(e))];
    MEMBERS.set(ft, m);
  }
  return m;
}

/** The members' texts in their own charset. */
export function nativeElementBytes(ft: FieldType): readonly Uint8Array[] {
  const cs = nativeCharset(ft);
  if (cs === null) return elementBytes(ft);
  let m = NATIVE_MEMBERS.get(ft);
  if (m === undefined) {
    m = [EMPTY, ...(ft.elems ?? []).map((e) => cs.encode(e))];
    NATIVE_MEMBERS.set(ft, m);
  }
  return m;
}

/** The type's charset if text in it is other bytes than in UTF-8. */
const nativeCharset = (ft: FieldType): Charset | null =>
  ft.charset === 'binary' || isUtf8Compatible(ft.charset) ? null : (charset(ft.charset) ?? null);

/** Members of a SET value in definition order, comma-separated. */
export function setText(ft: FieldType, mask: number | bigint): string {
  const bits = BigInt(mask);
  return (ft.elems ?? []).filter((_, i) => ((bits >> BigInt(i)) & 1n) === 1n).join(',');
}

export const setBytes = (ft: FieldType, mask: number | bigint): Uint8Array =>
  ENCODER.encode(setText(ft, mask));

/** `setBytes` in the SET's own charset. */
export const nativeSetBytes = (ft: FieldType, mask: number | bigint): Uint8Array =>
  (nativeCharset(ft) ?? ENCODER).encode(setText(ft, mask));
