import { ByteWriter } from '../codec/byte-writer.js';
import { bytesKeyLength, readBytesKey, writeBytesKey } from '../codec/bytes-codec.js';

const EMPTY = new Uint8Array(0);
const writer = new ByteWriter();

/**
 * Region borders are memory-comparable encodings of keys, as TiKV stores them; an empty border is the end of the key space
 * and stays empty.
 */
export function encodeRegionKey(key: Uint8Array): Uint8Array {
  if (key.length === 0) return EMPTY;
  writer.reset();
  writeBytesKey(writer, key);
  return writer.toBytes();
}

/**
 * The key of a border. What follows its encoding is no part of it (TiDB reads borders the same way). Throws when the border is no
 * encoded key, which a cluster of another API version would have.
 */
export function decodeRegionKey(border: Uint8Array): Uint8Array {
  if (border.length === 0) return EMPTY;
  const length = border.length < 9 ? -1 : bytesKeyLength(border, 0);
  if (length < 0 || length > border.length || border[length - 1]! < 0xf7)
    throw new Error(`region border ${Buffer.from(border).toString('hex')} is not an encoded key`);
  return readBytesKey(border, 0);
}
