import { encodeUtf8 } from '../types/charset.js';
import type { Constant, Expression } from './expression.js';
import { toExplain, withShortLists } from './explain.js';
import { newColumn, newFunction } from './index.js';
import { testContext } from './test-context.js';
import { intType, jsonType, stringType } from './type-inference.js';

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

it('of long trees only the beginning is printed where lists are short', () => {
  const or = (a: Expression, b: Expression): Expression => newFunction('or', [a, b], testContext());
  const u = newColumn(1, intType(), 'u', 0);
  const tree = (n: number): Expression => (n === 0 ? u : or(tree(n - 1), tree(n - 1)));
  const whole = (n: number): string => (n === 0 ? 'u' : `or(${whole(n - 1)}, ${whole(n - 1)})`);
  expect(toExplain(tree(14)) === whole(14)).toBe(true);
  expect(withShortLists(() => toExplain(tree(9)))).toBe(whole(9));
  const cut = withShortLists(() => toExplain(tree(14)));
  expect(cut.startsWith(`or(or(or(${whole(11)}`)).toBe(true);
  expect(cut.endsWith('or(...))')).toBe(true);
  expect(cut.length).toBeLessThan(100_000);
  // Whatever was printed before.
  expect(withShortLists(() => toExplain(tree(14)))).toBe(cut);
});
