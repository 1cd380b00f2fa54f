import './index.js';
import { newFunction } from './build.js';
import { evalDatum } from './compile.js';
import { ConstantsApart, withConstants, withConstantsIn } from './constants-apart.js';
import type { Column, Expression } from './expression.js';
import { testContext } from './test-context.js';
import { intType, stringType } from './type-inference.js';
import { encodeUtf8 } from '../types/charset.js';

const ctx = testContext();
const text = (s: string): Expression => ({ kind: 'constant', type: stringType(), value: encodeUtf8(s) });
const int = (value: number): Expression => ({ kind: 'constant', type: intType(), value });
const call = (name: string, ...args: Expression[]): Expression => newFunction(name, args, ctx);
const long = (): Expression =>
  call('length', call('replace', call('repeat', text('ab'), int(8_000_000)), text('a'), text('')));
const names = (c: ConstantsApart): string[] => c.pending.map((f) => f.name);

it('constants that take long are asked for once, as a whole, and known when they are met again', () => {
  const constants = new ConstantsApart();
  const x: Column = { kind: 'column', id: 1, index: 0, type: intType(), name: 'x' };
  const build = (): Expression[] => [
    call('plus', x, long()),
    call('concat', text('a'), text('b')),
    call('upper', call('repeat', text('x'), int(4_000_000))),
  ];
  const [sum, short, upper] = withConstants(constants, build);
  expect(names(constants)).toEqual(['length', 'upper']);
  expect([sum!.kind, short!.kind, upper!.kind]).toEqual(['function', 'constant', 'function']);

  constants.settle(
    new Map(constants.pending.map((f) => [f, f.name === 'upper' ? null : { value: evalDatum(f, ctx) }])),
  );
  const [known, , stays] = withConstants(constants, build);
  expect(constants.isPending).toBe(false);
  expect(known).toEqual(build()[0]);
  // One that errs or warns is left to the statement.
  expect(stays!.kind).toBe('function');
});

it('nothing is asked for where nobody waits for it, or where it is short', () => {
  const constants = new ConstantsApart();
  expect(withConstants(constants, () => withConstants(null, long))).toMatchObject({
    kind: 'constant',
    value: 8_000_000,
  });
  withConstants(constants, () => call('json_extract', text('[1,2]'), text('$[1]')));
  // Longer than max_allowed_packet: NULL at once.
  withConstants(constants, () => call('repeat', text('ab'), int(1e12)));
  expect(constants.isPending).toBe(false);
});

it('work in steps meets them in each of its steps, and others between them do not', () => {
  const constants = new ConstantsApart();
  const steps = withConstantsIn(
    constants,
    (function* () {
      yield;
      return long();
    })(),
  );
  steps.next();
  expect(long().kind).toBe('constant');
  expect(steps.next()).toMatchObject({ done: true, value: { kind: 'function' } });
  expect(names(constants)).toEqual(['length']);
});
