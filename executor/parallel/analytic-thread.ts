import { parentPort } from 'node:worker_threads';
import '../../expression/index.js';
import { readLoadedColumn, type Extent } from '../columnar/column-loader.js';
import { evaluateHere, failureOf } from './evaluate-here.js';
import type { FragmentForm } from './fragment.js';
import { unpackLists } from './long-lists.js';
import type { FromThread, ToThread } from './protocol.js';
import { FragmentTask, type Post } from './run-fragment.js';
import { chunkOfForm, vectorForm, type ArrayWriter, type SharedArray } from './vector-form.js';

/** A thread that runs fragments of analytic statements: see thread-pool.ts. */
const port = parentPort!;
const arrays = new Map<number, SharedArray>();
const ids = new WeakMap<SharedArray, number>();
const fragments = new Map<number, FragmentForm>();
const tasks = new Map<number, FragmentTask>();

const lasting = (id: number): SharedArray => {
  const a = arrays.get(id);
  if (a === undefined) throw new Error(`array ${id} is not known to the thread`);
  return a;
};
const post: Post = (message) => port.postMessage(message);

const failed = (task: number, e: unknown): FromThread => ({ kind: 'failed', task, ...failureOf(e) });

/** Everything in a message of columns goes as it is: what is in shared memory, by reference. */
const asItIs: ArrayWriter = { rows: (a) => a, dictionary: (a) => a };

function load(file: string, at: Extent): Extract<FromThread, { kind: 'loaded' }>['column'] {
  try {
    const { vector, stats } = readLoadedColumn(file, at);
    return { vector: vectorForm(vector, asItIs), stats };
  } catch {
    return null;
  }
}

function receive(m: ToThread): void {
  switch (m.kind) {
    case 'arrays':
      for (const { id, array } of m.arrays) {
        arrays.set(id, array);
        ids.set(array, id);
      }
      return;
    case 'forget':
      for (const id of m.arrays) arrays.delete(id);
      for (const id of m.fragments) fragments.delete(id);
      return;
    case 'fragment':
      fragments.set(m.id, { ...m.form, steps: m.form.steps.map(unpackLists) });
      return;
    case 'load':
      post({ kind: 'loaded', load: m.load, column: load(m.file, m.at) });
      return;
    case 'evaluate': {
      const { outcomes, buffers } = evaluateHere(m.exprs, m.evalForm);
      port.postMessage({ kind: 'evaluated', outcomes } satisfies FromThread, buffers);
      return;
    }
    case 'start':
      try {
        const task = new FragmentTask(m, fragments.get(m.fragment)!, lasting, (a) => ids.get(a), post);
        tasks.set(m.task, task);
        task
          .run()
          .catch((e: unknown) => post(failed(m.task, e)))
          .finally(() => tasks.delete(m.task));
      } catch (e) {
        post(failed(m.task, e));
      }
      return;
    case 'rows':
      tasks.get(m.task)?.scan.give(m.morsel, m.rows === null ? null : chunkOfForm(m.rows, lasting));
      return;
  }
}

port.on('message', receive);
post({ kind: 'ready' });
