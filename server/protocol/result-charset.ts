import { charset, convertCharset, UTF8MB4 } from '../../types/charset.js';
import { collation } from '../../types/collation.js';

/** Collation id that says "bytes, not text" (protocol: Character Set). */
export const BINARY_COLLATION_ID = 63;

/** Id of the collation that column definitions carry for text in this charset. */
export const charsetId = (name: string): number =>
  collation((charset(name) ?? UTF8MB4).defaultCollation)?.id ?? BINARY_COLLATION_ID;

/** Bytes of the longest character: column lengths are counted in them. */
export const charsetMaxBytes = (name: string): number => (charset(name) ?? UTF8MB4).maxLen;

export type Transcode = (bytes: Uint8Array) => Uint8Array;

/** Converts text from one charset to another; null when the bytes are sent as they are. */
export function transcoder(from: string, to: string | null): Transcode | null {
  if (to === null || from === to || from === 'binary' || to === 'binary') return null;
  const source = charset(from);
  const target = charset(to);
  if (source === undefined || target === undefined || source === target) return null;
  if (source.name === 'ascii' || (source.name === 'utf8' && target.name === 'utf8mb4')) return null;
  return (bytes) => convertCharset(bytes, source, target);
}

/** A string of ours in the charset of results. */
export function encodeText(text: string, to: string | null): Uint8Array {
  return ((to === null || to === 'utf8mb4' ? undefined : charset(to)) ?? UTF8MB4).encode(text);
}
