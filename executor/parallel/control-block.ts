/** Most threads that work on one fragment. */
export const MAX_THREADS = 64;

const STOP = 0;
const NEXT = 1;
const RELEASED = 2;
const SHED = 3;
const SENT = 4;
const CONSUMED = 5;
const WAITING = 6;
const DUE = 7;
const TRANSIT = 8;
const ROOM = 9;
const HEADER = 64;

/**
 * What the threads of a fragment share: the next morsel to be taken, how far the results were used, whether to stop, and the bytes
 * that each thread holds.
 */
export class ControlBlock {
  private readonly words: Int32Array;
  private readonly held: Float64Array;

  constructor(readonly memory: SharedArrayBuffer = new SharedArrayBuffer(HEADER + MAX_THREADS * 8)) {
    this.words = new Int32Array(memory, 0, HEADER / 4);
    this.held = new Float64Array(memory, HEADER);
  }

  get stopped(): boolean {
    return Atomics.load(this.words, STOP) !== 0;
  }

  stop(): void {
    Atomics.store(this.words, STOP, 1);
  }

  takeMorsel(): number {
    return Atomics.add(this.words, NEXT, 1);
  }

  /** Morsels whose results have been used, in order. */
  get released(): number {
    return Atomics.load(this.words, RELEASED);
  }

  set released(n: number) {
    Atomics.store(this.words, RELEASED, n);
  }

  /** Times that the threads were asked to give up what they hold. */
  get sheds(): number {
    return Atomics.load(this.words, SHED);
  }

  shed(): void {
    Atomics.add(this.words, SHED, 1);
  }

  /** Batches of results that were sent. */
  get sent(): number {
    return Atomics.load(this.words, SENT);
  }

  countSent(bytes: number): void {
    Atomics.add(this.words, SENT, 1);
    Atomics.add(this.words, TRANSIT, bytes >>> 10);
  }

  countReceived(bytes: number): void {
    Atomics.sub(this.words, TRANSIT, bytes >>> 10);
  }

  /** Kilobytes of results on their way to the main thread. */
  get transit(): number {
    return Atomics.load(this.words, TRANSIT);
  }

  /** Those that were used. */
  get consumed(): number {
    return Atomics.load(this.words, CONSUMED);
  }

  set consumed(n: number) {
    Atomics.store(this.words, CONSUMED, n);
  }

  /** Kilobytes of results, in order, that the main thread has and nobody took as yet. */
  get waiting(): number {
    return Atomics.load(this.words, WAITING);
  }

  /** Those of them that may be taken. */
  get due(): number {
    return Atomics.load(this.words, DUE);
  }

  noteWaiting(bytes: number, due: number): void {
    Atomics.store(this.words, WAITING, bytes >>> 10);
    Atomics.store(this.words, DUE, due >>> 10);
  }

  /** Kilobytes of results that may wait for who takes them. */
  get room(): number {
    return Atomics.load(this.words, ROOM);
  }

  setRoom(bytes: number): void {
    Atomics.store(this.words, ROOM, Math.ceil(bytes / 1024));
  }

  hold(thread: number, bytes: number): void {
    this.held[thread]! += bytes;
  }

  /** Bytes held by all threads. */
  get bytes(): number {
    let n = 0;
    for (const b of this.held) n += b;
    return n;
  }
}
