import { parentPort, type MessagePort } from 'node:worker_threads';
import '../../expression/index.js';
import { readLoadedColumn, type Extent } from '../columnar/column-loader.js';
import { sharedInt32 } from '../columnar/shared-array.js';
import { ControlBlock } from './control-block.js';
import { evaluateHere, failureOf } from './evaluate-here.js';
import type { FragmentForm } from './fragment.js';
import { unpackLists } from './long-lists.js';
import type { FromThread, ToThread } from './protocol.js';
import { FragmentTask } from './run-fragment.js';
import { chunkOfForm, vectorForm, type ArrayWriter, type SharedArray } from './vector-form.js';

/** A thread that runs fragments of analytic statements: see thread-pool.ts. */

/** One number: the fragments that the thread runs, whoever's they are. */
const load = sharedInt32(1);

const failed = (task: number, e: unknown): FromThread => ({ kind: 'failed', task, ...failureOf(e) });

/** Everything in a message of columns goes as it is: what is in shared memory, by reference. */
const asItIs: ArrayWriter = { rows: (a) => a, dictionary: (a) => a };

function readColumn(file: string, at: Extent): Extract<FromThread, { kind: 'loaded' }>['column'] {
  try {
    const { vector, stats } = readLoadedColumn(file, at);
    return { vector: vectorForm(vector, asItIs), stats };
  } catch {
    return null;
  }
}

interface Task {
  readonly work: FragmentTask;
  readonly control: SharedArrayBuffer;
}

/** One of those that the thread works for, with numbers of its own for arrays, fragments and tasks. */
class Client {
  private readonly arrays = new Map<number, SharedArray>();
  private readonly ids = new WeakMap<SharedArray, number>();
  private readonly fragments = new Map<number, FragmentForm>();
  private readonly tasks = new Map<number, Task>();

  constructor(private readonly port: MessagePort) {
    port.on('message', (m: ToThread) => this.receive(m));
    port.on('close', () => this.gone());
    this.post({ kind: 'ready', load });
  }

  private readonly post = (message: FromThread): void => this.port.postMessage(message);

  private readonly lasting = (id: number): SharedArray => {
    const a = this.arrays.get(id);
    if (a === undefined) throw new Error(`array ${id} is not known to the thread`);
    return a;
  };

  private receive(m: ToThread): void {
    switch (m.kind) {
      case 'arrays':
        for (const { id, array } of m.arrays) {
          this.arrays.set(id, array);
          this.ids.set(array, id);
        }
        return;
      case 'forget':
        for (const id of m.arrays) this.arrays.delete(id);
        for (const id of m.fragments) this.fragments.delete(id);
        return;
      case 'fragment':
        this.fragments.set(m.id, { ...m.form, steps: m.form.steps.map(unpackLists) });
        return;
      case 'load':
        this.post({ kind: 'loaded', load: m.load, column: readColumn(m.file, m.at) });
        return;
      case 'evaluate': {
        const { outcomes, buffers } = evaluateHere(m.exprs, m.evalForm);
        this.port.postMessage({ kind: 'evaluated', outcomes } satisfies FromThread, buffers);
        return;
      }
      case 'start':
        this.start(m);
        return;
      case 'rows':
        this.tasks
          .get(m.task)
          ?.work.scan.give(m.morsel, m.rows === null ? null : chunkOfForm(m.rows, this.lasting));
        return;
      case 'client':
        new Client(m.port);
        return;
    }
  }

  private start(m: Extract<ToThread, { kind: 'start' }>): void {
    const idOf = (a: SharedArray): number | undefined => this.ids.get(a);
    try {
      const work = new FragmentTask(m, this.fragments.get(m.fragment)!, this.lasting, idOf, this.post);
      this.tasks.set(m.task, { work, control: m.control });
      Atomics.add(load, 0, 1);
      work
        .run()
        .catch((e: unknown) => this.post(failed(m.task, e)))
        .finally(() => {
          Atomics.sub(load, 0, 1);
          this.tasks.delete(m.task);
        });
    } catch (e) {
      this.post(failed(m.task, e));
    }
  }

  /** Nobody waits for its tasks any more. */
  private gone(): void {
    for (const { work, control } of this.tasks.values()) {
      new ControlBlock(control).stop();
      work.scan.give(-1, null);
    }
  }
}

new Client(parentPort!);
