import { ByteWriter, copyOf } from './byte-writer.js';
import { bytesKeyLength, readBytesKey, writeBytesKey } from './bytes-codec.js';
import { readIntKey, readUintKey, writeIntKey, writeUintKey } from './number-codec.js';

/**
 * Keys of the data structures that TiDB keeps its meta in (structure/type.go): `m`, the structure's name as comparable
 * bytes, a type code of eight bytes, then the field of a hash or the position in a list.
 */
const TypeCodes = { string: 0x73, hashMeta: 0x48, hashData: 0x68, listMeta: 0x4c, listData: 0x6c } as const;

export const META_PREFIX = Uint8Array.of(0x6d);
/** Exclusive end of all meta keys. */
export const META_END = Uint8Array.of(0x6e);

const w = new ByteWriter(128);

function start(name: Uint8Array, type: number): ByteWriter {
  w.reset();
  w.u8(0x6d);
  writeBytesKey(w, name);
  writeUintKey(w, type);
  return w;
}

export const metaStringKey = (name: Uint8Array): Uint8Array => start(name, TypeCodes.string).toBytes();

export const metaHashMetaKey = (name: Uint8Array): Uint8Array => start(name, TypeCodes.hashMeta).toBytes();

/** Prefix of all fields of a hash. */
export const metaHashPrefix = (name: Uint8Array): Uint8Array => start(name, TypeCodes.hashData).toBytes();

export function metaHashKey(name: Uint8Array, field: Uint8Array): Uint8Array {
  writeBytesKey(start(name, TypeCodes.hashData), field);
  return w.toBytes();
}

export const metaListMetaKey = (name: Uint8Array): Uint8Array => start(name, TypeCodes.listMeta).toBytes();

export function metaListKey(name: Uint8Array, index: number): Uint8Array {
  writeIntKey(start(name, TypeCodes.listData), index);
  return w.toBytes();
}

/** Name and field of a hash data key; null for other keys. */
export function decodeMetaHashKey(key: Uint8Array): { name: Uint8Array; field: Uint8Array } | null {
  if (key[0] !== 0x6d) return null;
  const p = 1 + bytesKeyLength(key, 1);
  if (readUintKey(key, p) !== TypeCodes.hashData) return null;
  return { name: readBytesKey(key, 1), field: readBytesKey(key, p + 8) };
}

/** Bounds of a list: elements are at [left, right). TiDB keeps them as two big-endian words of eight bytes. */
export function encodeListMeta(left: number, right: number): Uint8Array {
  w.reset();
  writeUintKey(w, left);
  writeUintKey(w, right);
  return w.toBytes();
}

export function decodeListMeta(b: Uint8Array): { left: number; right: number } {
  // The bounds are int64 written as plain words; flipping the sign bit of the comparable form gives them back.
  const flip = (p: number): number => {
    const copy = copyOf(b, p, p + 8);
    copy[0] = copy[0]! ^ 0x80;
    return Number(readIntKey(copy, 0));
  };
  return { left: flip(0), right: flip(8) };
}
