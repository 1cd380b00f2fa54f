import { Random, testSeed } from '../../testing/random.js';
import type { Expression } from '../expression.js';
import { newConstant, newFunction } from '../build.js';
import '../index.js';
import { testContext } from '../test-context.js';
import { intType, stringType } from '../type-inference.js';

const text = (s: string): Expression =>
  newConstant(new TextEncoder().encode(s), stringType(s.length, 'utf8mb4', 'utf8mb4_bin'));

function call(name: string, ...args: Expression[]): string {
  const r = newFunction(name, args, testContext());
  if (r.kind !== 'constant') throw new Error('not folded');
  return new TextDecoder().decode(r.value as Uint8Array);
}

test('REPLACE finds what does not overlap, from the left', () => {
  const random = new Random(testSeed());
  const word = (most: number): string =>
    Array.from({ length: random.below(most) }, () => 'abé'[random.below(3)]!).join('');
  for (let i = 0; i < 2000; i++) {
    const [s, from, to] = [word(i % 4 === 0 ? 1000 : 40), word(i % 8 === 0 ? 7 : 4), word(4)];
    const expected = from === '' ? s : s.split(from).join(to);
    expect([s, from, to, call('replace', text(s), text(from), text(to))]).toEqual([s, from, to, expected]);
  }
});

test('REPEAT of any length', () => {
  for (const s of ['a', 'ab', 'éx', 'abcde'])
    for (const n of [1, 2, 3, 4, 5, 7, 8, 9, 100, 1023, 1025])
      expect(call('repeat', text(s), newConstant(n, intType()))).toBe(s.repeat(n));
});
