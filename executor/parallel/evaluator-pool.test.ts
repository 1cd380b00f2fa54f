import type { Expression } from '../../expression/expression.js';
import { intType, stringType } from '../../expression/type-inference.js';
import { testContext } from '../../expression/test-context.js';
import { EvaluatorPool, type Asker } from './evaluator-pool.js';

/** Answers with the number of expressions and what the first one is; hangs on two of them, and fails on three. */
const THREAD = `
import { parentPort } from 'node:worker_threads';
parentPort.on('message', ({ exprs }) => {
  if (exprs.length === 2) for (;;);
  if (exprs.length === 3) throw new Error('broken');
  const { value } = exprs[0];
  parentPort.postMessage({ kind: 'evaluated', outcomes: [{ value: value.length ?? value, warnings: [] }] });
});
parentPort.postMessage({ kind: 'ready' });`;
const entry = new URL(`data:text/javascript,${encodeURIComponent(THREAD)}`);

const number = (value: number): Expression => ({ kind: 'constant', type: intType(), value });
const asker = (signal = new AbortController().signal): Asker => ({ signal, checkpoint: () => undefined });
const ctx = testContext();

let pool: EvaluatorPool;
const crashes: string[] = [];
beforeEach(() => {
  // None is meant as one.
  pool = new EvaluatorPool(entry, 0, (e) => crashes.push(e.message));
});
afterEach(() => pool.close());

const value = async (e: Expression): Promise<unknown> => (await pool.evaluate([e], ctx, asker()))[0];

test('values come one after the other, long texts too', async () => {
  const text: Expression = { kind: 'constant', type: stringType(), value: new Uint8Array(3_000_000) };
  expect(await Promise.all([value(number(5)), value(text), value(number(7))])).toEqual(
    [5, 3_000_000, 7].map((v) => ({ value: v, warnings: [] })),
  );
});

test('who is interrupted waits for no thread, and those after get another', async () => {
  const [running, queued] = [new AbortController(), new AbortController()];
  const hanging = pool.evaluate([number(1), number(2)], ctx, asker(running.signal));
  const waiting = pool.evaluate([number(1)], ctx, asker(queued.signal));
  const last = value(number(9));
  // Both have asked for a thread by then.
  await new Promise((resolve) => setImmediate(resolve));
  queued.abort(new Error('killed in the queue'));
  await expect(waiting).rejects.toThrow('killed in the queue');
  running.abort(new Error('killed'));
  await expect(hanging).rejects.toThrow('killed');
  expect(await last).toEqual({ value: 9, warnings: [] });
  await expect(pool.evaluate([number(1)], ctx, asker(running.signal))).rejects.toThrow('killed');
});

test('a thread that fails takes its statement along, not the others', async () => {
  const three = [number(1), number(2), number(3)];
  await expect(pool.evaluate(three, ctx, asker())).rejects.toThrow('broken');
  expect(crashes).toEqual(['broken']);
  expect(pool.available).toBe(true);
  expect(await value(number(4))).toEqual({ value: 4, warnings: [] });
});

test('nobody waits for ever when the server stops', async () => {
  const refused = [pool.evaluate([number(1), number(2)], ctx, asker()), value(number(1))].map((p) =>
    expect(p).rejects.toMatchObject({ code: 1053 }),
  );
  await new Promise((resolve) => setImmediate(resolve));
  await pool.close();
  await Promise.all(refused);
  expect(pool.available).toBe(false);
});
