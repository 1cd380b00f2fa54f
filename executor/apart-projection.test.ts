import { Chunk } from '../chunk/chunk.js';
import { vectorOf } from '../chunk/vector-builder.js';
import '../expression/index.js';
import { newFunction } from '../expression/build.js';
import { compileProjection, evalDatum } from '../expression/compile.js';
import type { Column, Expression } from '../expression/expression.js';
import { NO_SESSION } from '../expression/eval-context.js';
import { visit } from '../expression/traverse.js';
import { testContext, type TestContext } from '../expression/test-context.js';
import { intType, stringType } from '../expression/type-inference.js';
import { encodeUtf8 } from '../types/charset.js';
import type { MysqlError } from '../types/error.js';
import type { FieldType } from '../types/field-type.js';
import { ApartProjection } from './apart-projection.js';
import type { Evaluator } from './exec-context.js';

const TEXT = stringType();
const NUMBER = intType();
const column = (index: number, type: FieldType): Column => ({
  kind: 'column',
  id: index + 1,
  type,
  index,
  name: `c${index}`,
});
const text = (s: string): Expression => ({ kind: 'constant', type: TEXT, value: encodeUtf8(s) });
const ctx = testContext();
const call = (name: string, ...args: Expression[]): Expression => newFunction(name, args, ctx);

/** In this thread, from literals alone and without a session; notes what it was asked for. */
function evaluator(): Evaluator & { readonly asked: number[] } {
  const asked: number[] = [];
  return {
    asked,
    checkpoint: () => undefined,
    evaluate(exprs) {
      asked.push(exprs.length);
      for (const e of exprs)
        visit(e, (x) =>
          expect(x.kind === 'function' ? x.name : x.kind).not.toMatch(/^(column|correlated|getvar)$/),
        );
      return Promise.resolve(
        exprs.map((e) => (to) => evalDatum(e, { ...to, warn: (w) => to.warn(w), session: NO_SESSION })),
      );
    },
  };
}

const LONG = `[${Array.from({ length: 60_000 }, (_, i) => i).join(',')}]`;
const documents = new Chunk(
  [
    vectorOf(
      ['[1,2,3]', LONG, null, `{"a":${LONG}}`, '[7]'].map((s) => (s === null ? null : encodeUtf8(s))),
      TEXT,
    ),
    vectorOf([1, 2, 3, 4, 5], NUMBER),
  ],
  5,
);

const cellsOf = (vectors: readonly { get(i: number): unknown }[], chunk: Chunk): unknown[][] =>
  Array.from({ length: chunk.rows }, (_, q) =>
    vectors.map((v) => v.get(chunk.sel === null ? q : chunk.sel[q]!)),
  );

/** Values and warnings, or the error. */
async function result(run: (to: TestContext) => unknown): Promise<unknown> {
  const to = testContext();
  to.session.setUserVariable('doc', TEXT, encodeUtf8(LONG));
  try {
    return { out: await run(to), warnings: to.warnings };
  } catch (e) {
    return { code: (e as MysqlError).code, message: (e as Error).message };
  }
}

describe('rows with values that take long', () => {
  const doc = column(0, TEXT);
  const n = column(1, NUMBER);
  const variable = call('getvar', text('doc'));
  it.each<[string, Expression[], Chunk, number]>([
    ['of a column', [n, call('json_length', doc), call('json_extract', doc, text('$[2]'))], documents, 2],
    ['selected', [call('json_length', doc), n], documents.withSel(Int32Array.of(1, 2, 4)), 1],
    ['of a user variable', [call('json_extract', variable, text('$[5]')), variable], new Chunk([], 1), 1],
    ['with warnings', [call('plus', call('json_pretty', doc), n)], documents.withSel(Int32Array.of(1)), 1],
    [
      'with an error',
      [n, call('json_length', call('concat', doc, text('x')))],
      documents.withSel(Int32Array.of(1)),
      1,
    ],
    ['that grow', [call('length', call('repeat', doc, n))], documents.withSel(Int32Array.of(1, 3)), 0],
  ])('are computed elsewhere as in place: %s', async (_, exprs, chunk, asked) => {
    const apart = ApartProjection.of(exprs)!;
    const e = evaluator();
    const elsewhere = await result(async (to) => cellsOf(await apart.run(chunk, to, e), chunk));
    const here = await result(async (to) => cellsOf(await compileProjection(exprs).run(chunk, to), chunk));
    expect(elsewhere).toEqual(here);
    expect(e.asked.length).toBe(asked);
    const to = testContext();
    to.session.setUserVariable('doc', TEXT, encodeUtf8(LONG));
    expect(apart.isLong(chunk, to)).toBe(asked > 0);
  });

  it('stay where their order matters, or where nothing takes long', () => {
    const set = call('setvar', text('doc'), text('[1]'));
    expect(ApartProjection.of([set, call('json_length', variable)])).toBeNull();
    expect(ApartProjection.of([call('plus', n, n)])).toBeNull();
    expect(ApartProjection.of([call('sleep', n), call('json_length', doc)])).toBeNull();
    expect(ApartProjection.of([call('json_length', call('concat', doc, call('uuid')))])).toBeNull();
    const short = ApartProjection.of([call('json_length', doc)])!;
    expect(short.isLong(documents.withSel(Int32Array.of(0, 2, 4)), ctx)).toBe(false);
  });
});
