import { encodeUtf8 } from '../types/charset.js';
import type { Constant } from './expression.js';
import { toExplain, withShortLists } from './explain.js';
import { jsonType, stringType } from './type-inference.js';

it('of long constants only the beginning is printed where lists are short', () => {
  const text = (s: string): Constant => ({ kind: 'constant', type: stringType(), value: encodeUtf8(s) });
  const long = text(`a${'ä'.repeat(3000)}`);
  expect(toExplain(long)).toBe(`"a${'ä'.repeat(3000)}"`);
  // Whole characters of the first 256 bytes.
  expect(withShortLists(() => toExplain(long))).toBe(`"a${'ä'.repeat(127)}...(len:6001)"`);
  expect(withShortLists(() => toExplain(text('ä')))).toBe('"ä"');
  const document: Constant = { kind: 'constant', type: jsonType(), value: new Uint8Array(5000) };
  expect(withShortLists(() => toExplain(document))).toBe('...(len:5000)');
});
