import type { JsonValue } from '../../types/json/value.js';
import { encodeUtf8 } from '../../types/charset.js';
import { readKept, readKeptSteps } from './kept-document.js';

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

it('what is read in steps is kept with the text that it was read of', () => {
  let reads = 0;
  function* inSteps(b: Uint8Array): Generator<void, JsonValue> {
    reads++;
    yield;
    return [String.fromCharCode(b[0]!)];
  }
  const read = (b: Uint8Array, meanwhile = (): void => undefined): JsonValue => {
    const steps = readKeptSteps(b, inSteps);
    for (let r = steps.next(); ; r = steps.next()) {
      if (r.done === true) return r.value;
      meanwhile();
    }
  };
  const text = encodeUtf8('x'.repeat(5000));
  expect(read(text, () => text.fill(0x79))).toEqual(['x']);
  expect(read(text)).toEqual(['y']);
  expect(read(text)).toEqual(['y']);
  expect(readKept(text, () => null)).toEqual(['y']);
  expect(reads).toBe(2);
});
