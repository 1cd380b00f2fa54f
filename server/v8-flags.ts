import { setFlagsFromString } from 'node:v8';
import { isMainThread } from 'node:worker_threads';

/** Flags of V8, each with its reason. They hold for all threads and belong to what a code cache is bound to: set before all else. */
const FLAGS: readonly string[] = [
  // Batches of rows are arrays outside of V8's heap. Beside a small heap they make it collect all garbage several times a second,
  // unless the heap may grow to several times of what was left by the last collection.
  '--heap-growing-percent=300',
  // Bytes of bytecode that a function runs before it is compiled for speed; V8 waits for nearly seven times as many. Statements go through
  // thousands of functions, each of which runs for a short time: in its first ten seconds a server does up to a fifth more of short
  // transactions, and later as many.
  '--interrupt-budget=20000',
  // Bytes of bytecode that are compiled into a function of what it calls, a third of what V8 allows. The functions of operators are hot in
  // every thread, and being compiled takes cores from the first queries after a start, which end in four fifths of the time; nothing
  // is slower later.
  '--max-inlined-bytecode-size-cumulative=300',
];

if (isMainThread) for (const flag of FLAGS) setFlagsFromString(flag);
