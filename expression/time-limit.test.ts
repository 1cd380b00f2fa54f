import { chunkOf } from '../chunk/chunk-builder.js';
import type { Chunk } from '../chunk/chunk.js';
import { encodeUtf8 } from '../types/charset.js';
import { compileFilter, newColumn, newFunction, stringConstant, stringType } from './index.js';
import { testContext } from './test-context.js';
import { TimeLimitExceeded, withTimeLimit } from './time-limit.js';

const HANGING = /^(a+)+$/u;
const TEXT = `${'a'.repeat(50)}!`;

it('cuts off what does not end, and gives what ends', () => {
  expect(() => withTimeLimit(10, () => HANGING.test(TEXT))).toThrow(TimeLimitExceeded);
  expect(withTimeLimit(1000, () => HANGING.test('aaa'))).toBe(true);
  expect(() =>
    withTimeLimit(1000, () => {
      throw new RangeError('of the work');
    }),
  ).toThrow(RangeError);
  expect(withTimeLimit(1000, () => withTimeLimit(1, () => 5))).toBe(5);
});

const ctx = testContext();
const type = stringType(100);
const column = newColumn(1, type, 't.s', 0);
const matching = compileFilter([newFunction('regexp', [column, stringConstant('^(a+)+$')], ctx)]);
const rowsOf = (texts: readonly string[]): Chunk =>
  chunkOf(
    texts.map((t) => [encodeUtf8(t)]),
    [type],
  );

it('rows whose expression takes too long end the statement, whatever the others are', () => {
  expect((matching.run(rowsOf(['aa', 'b', 'aaa']), ctx) as Chunk).rows).toBe(2);
  expect(() => matching.run(rowsOf(['aa', 'b', TEXT, 'aaa']), ctx)).toThrow(
    'Timeout exceeded in regular expression match.',
  );
  expect((matching.run(rowsOf(['aa', 'b', 'aaa']), ctx) as Chunk).rows).toBe(2);
});
