import type { FieldType } from '../types/field-type.js';

/** Texts of ENUM and SET cells. */

const ENCODER = new TextEncoder();
const EMPTY = new Uint8Array(0);
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

/** Members of a SET value in definition order, comma-separated. */
export function setText(ft: FieldType, mask: number | bigint): string {
  const bits = BigInt(mask);
  return (ft.elems ?? []).filter((_, i) => ((bits >> BigInt(i)) & 1n) === 1n).join(',');
}

export const setBytes = (ft: FieldType, mask: number | bigint): Uint8Array =>
  ENCODER.encode(setText(ft, mask));
