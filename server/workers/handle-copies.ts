import { type ChildProcess, spawn } from 'node:child_process';

/** A handle of Node's own kind, as `net._createServerHandle` gives it. */
export interface ServerHandle {
  readonly fd: number;
}

/** Sends every handle back that it is sent. */
const MIRROR = "process.on('message', (message, handle) => process.send(message, handle))";

/**
 * Copies of listening sockets under descriptors of their own. A worker that ends takes the descriptors that it listens on with it, so
 * that each needs its own; and Node copies descriptors only on their way between processes. A process that sends them back is there
 * for as long as copies are being made.
 */
export class HandleCopies {
  private child: ChildProcess | null = null;
  private nextId = 1;
  private readonly waiting = new Map<number, { resolve(h: ServerHandle): void; reject(e: Error): void }>();

  copy(handle: ServerHandle): Promise<ServerHandle> {
    const child = (this.child ??= this.start());
    return new Promise((resolve, reject) => {
      const id = this.nextId++;
      this.waiting.set(id, { resolve, reject });
      // Typings know sockets and servers alone; a bare handle goes as it is.
      child.send({ id }, handle as never, (e) => {
        if (e !== null) this.fail(e);
      });
    });
  }

  private start(): ChildProcess {
    const child = spawn(process.execPath, ['-e', MIRROR], { stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    child.on('message', (message, handle) => {
      const { id } = message as { id: number };
      const w = this.waiting.get(id);
      this.waiting.delete(id);
      if (handle === undefined) w?.reject(new Error('a listening socket could not be copied'));
      else w?.resolve(handle as unknown as ServerHandle);
    });
    child.on('error', (e) => this.fail(e));
    child.on('exit', () => this.fail(new Error('the process that copies sockets ended')));
    return child;
  }

  private fail(e: Error): void {
    for (const w of this.waiting.values()) w.reject(e);
    this.waiting.clear();
  }

  /** Ends the process; the next copy starts another. */
  rest(): void {
    this.child?.removeAllListeners();
    this.child?.kill();
    this.child = null;
  }
}
