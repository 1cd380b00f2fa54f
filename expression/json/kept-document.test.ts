import type { JsonValue } from '../../types/json/value.js';
import { encodeUtf8 } from '../../types/charset.js';
import { readKept } from './kept-document.js';

it('the last long text is read once, by what it says and not by where it stands', () => {
  const seen: number[] = [];
  const parse = (b: Uint8Array): JsonValue => {
    seen.push(b[0]!);
    return [String.fromCharCode(b[0]!)];
  };
  const read = (b: Uint8Array): JsonValue => readKept(b, parse);
  const a = encodeUtf8('a'.repeat(5000));
  const first = read(a);
  expect(read(a.slice())).toBe(first);
  // Other text in the same memory.
  a.fill(0x62);
  expect(read(a)).toEqual(['b']);
  expect(read(encodeUtf8('a'.repeat(5000)))).toEqual(['a']);
  read(encodeUtf8('c'));
  read(encodeUtf8('c'));
  expect(String.fromCharCode(...seen)).toBe('abacc');
});

it('an error is one each time', () => {
  const refuse = (): JsonValue => {
    throw new Error('no document');
  };
  const text = encodeUtf8('x'.repeat(5000));
  for (let i = 0; i < 2; i++) expect(() => readKept(text, refuse)).toThrow('no document');
});
