import type { Chunk } from '../../chunk/chunk.js';
import { chunkOf, chunkRows } from '../../chunk/chunk-builder.js';
import { BytesVector, type Vector } from '../../chunk/vector.js';
import type { Column } from '../../expression/expression.js';
import { encodeUtf8 } from '../../types/charset.js';
import type { Random } from '../../testing/random.js';
import type { Datum } from '../../types/datum.js';
import { newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';

export const INT = newFieldType(TypeCode.Long);
export const BIGINT = newFieldType(TypeCode.LongLong, { flen: 20 });
export const DECIMAL = newFieldType(TypeCode.NewDecimal, { flen: 30, decimal: 2 });
export const DOUBLE = newFieldType(TypeCode.Double);
export const TEXT = newFieldType(TypeCode.VarChar, { flen: 20 });
export const TEXT_CI = newFieldType(TypeCode.VarChar, { flen: 20, collate: 'utf8mb4_general_ci' });
export const DATE = newFieldType(TypeCode.Date);

export const ALL_TYPES: readonly FieldType[] = [INT, BIGINT, DECIMAL, DOUBLE, TEXT, TEXT_CI, DATE];

/** A value from a small domain, so that joins and groups meet. */
export function randomDatum(r: Random, ft: FieldType, nulls: number, domain: number): Datum {
  if (r.chance(nulls)) return null;
  const k = r.below(domain);
  switch (ft.tp) {
    case TypeCode.LongLong:
      return r.chance(0.1) ? 9007199254740993n + BigInt(k) : k - 3;
    case TypeCode.NewDecimal:
      return r.chance(0.05) ? 123456789012345678901n + BigInt(k) : k * 25;
    case TypeCode.Double:
      return k / 4;
    case TypeCode.VarChar:
      return encodeUtf8(
        ft.collate.endsWith('_ci')
          ? `${r.chance(0.5) ? 'A' : 'a'}${k}`
          : `${'v'.repeat(k % 4)}${k}${r.chance(0.1) ? '  ' : ''}`,
      );
    case TypeCode.Date:
      return ((1990 + (k % 10)) << 9) | (((k % 12) + 1) << 5) | ((k % 28) + 1);
    default:
      return k - 5;
  }
}

export function randomChunk(
  r: Random,
  types: readonly FieldType[],
  rows: number,
  nulls: number,
  domain: number,
): Chunk {
  const data = Array.from({ length: rows }, () => types.map((t) => randomDatum(r, t, nulls, domain)));
  let chunk = chunkOf(data, types);
  if (r.chance(0.3))
    chunk = chunk.withColumns(chunk.columns.map((c) => (r.chance(0.5) ? dictionaryCoded(c) : c)));
  if (r.chance(0.4) && rows > 0) {
    const sel: number[] = [];
    for (let i = 0; i < rows; i++) if (r.chance(0.7)) sel.push(i);
    if (sel.length > 0) chunk = chunk.withSel(Int32Array.from(sel));
  }
  return chunk;
}

function dictionaryCoded(v: Vector): Vector {
  if (v.kind !== 'bytes' || v.codes !== null) return v;
  const entries = new Map<string, number>();
  const codes = new Int32Array(v.length);
  const parts: Uint8Array[] = [];
  for (let i = 0; i < v.length; i++) {
    const s = v.slice(i);
    const k = Buffer.from(s).toString('latin1');
    let c = entries.get(k);
    if (c === undefined) {
      c = parts.push(s) - 1;
      entries.set(k, c);
    }
    codes[i] = c;
  }
  const bytes = new Uint8Array(Buffer.concat(parts));
  const offsets = new Int32Array(parts.length + 1);
  parts.forEach((p, i) => (offsets[i + 1] = offsets[i]! + p.length));
  return new BytesVector(bytes, offsets, v.length, v.nulls, codes);
}

export const rowsOfChunks = (chunks: readonly Chunk[]): Datum[][] => chunks.flatMap(chunkRows);

export function columns(types: readonly FieldType[], base = 0): Column[] {
  return types.map((type, i) => ({
    kind: 'column',
    id: base + i + 1,
    type,
    index: base + i,
    name: `c${base + i}`,
  }));
}

/** Rows as sorted lines, to compare multisets. */
export function lines(rows: readonly (readonly Datum[])[]): string[] {
  return rows.map(lineOf).sort();
}

export const lineOf = (row: readonly Datum[]): string =>
  row
    .map((d) =>
      d === null ? 'NULL' : d instanceof Uint8Array ? `'${Buffer.from(d).toString()}'` : String(d),
    )
    .join(',');
