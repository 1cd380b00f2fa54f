import {
  charset as findCharset,
  convertCharset,
  decodeUtf8,
  utf8InvalidAt,
  UTF8MB4,
} from '../types/charset.js';

/**
 * A statement's text from the wire. Statements in another character set are converted to utf8mb4 first. One that is no
 * valid UTF-8 (binary strings written raw by some drivers) is handed over as one character per byte, which the
 * parser is told by `bytes`.
 */
export function decodeStatement(sql: Uint8Array, clientCharset: string): { text: string; bytes: boolean } {
  let utf8 = sql;
  if (
    clientCharset !== 'utf8mb4' &&
    clientCharset !== 'utf8' &&
    clientCharset !== 'utf8mb3' &&
    clientCharset !== 'binary'
  ) {
    const from = findCharset(clientCharset);
    if (from !== undefined) utf8 = convertCharset(sql, from, UTF8MB4);
  }
  if (utf8InvalidAt(utf8) >= 0)
    return { text: Buffer.from(utf8.buffer, utf8.byteOffset, utf8.length).toString('latin1'), bytes: true };
  return { text: decodeUtf8(utf8), bytes: false };
}
