import { closeSync, mkdirSync, openSync, readdirSync, read, rmSync, unlinkSync, write } from 'node:fs';
import { join } from 'node:path';
import { threadId } from 'node:worker_threads';
import { mysqlError } from '../../types/error-table.js';

/** Directories of processes: `rutile-<pid>`. */
const OWNED = /^rutile-(\d+)$/;

/**
 * Temporary files of operators that hold more than their statement may. A file loses its name as soon as it is open, so that it
 * is gone when the process is, however that ends; what a crash between the two calls (or a system that refuses to
 * unlink open files) leaves behind is swept by the next process that starts with the directory.
 */
export class TempStorage {
  private readonly dir: string;
  private made = false;
  private next = 0;
  /** Bytes in all files. */
  used = 0;

  constructor(
    /** Directory for the files of this and other processes. */
    private readonly root: string,
    /** Bytes allowed in all; negative = no limit. */
    private readonly quota: number,
  ) {
    this.dir = join(root, `rutile-${process.pid}`);
  }

  /** Removes what processes that are no more have left. */
  sweep(): void {
    let names: string[];
    try {
      names = readdirSync(this.root);
    } catch {
      return;
    }
    for (const name of names) {
      const pid = OWNED.exec(name)?.[1];
      if (pid === undefined) continue;
      // A predecessor may have had our own number (the first process of a container).
      if (Number(pid) !== process.pid && alive(Number(pid))) continue;
      rmSync(join(this.root, name), { recursive: true, force: true });
    }
  }

  /** The folder of this process's files, for who makes files of other kinds. */
  folder(): string {
    mkdirSync(this.dir, { recursive: true, mode: 0o700 });
    this.made = true;
    return this.dir;
  }

  create(): TempFile {
    this.folder();
    const path = join(this.dir, `${threadId}-${this.next++}`);
    const fd = openSync(path, 'wx+', 0o600);
    try {
      unlinkSync(path);
      return new TempFile(this, fd, null);
    } catch {
      return new TempFile(this, fd, path);
    }
  }

  /** Throws when `bytes` more would pass the quota. */
  reserve(bytes: number): void {
    if (this.quota >= 0 && this.used + bytes > this.quota)
      throw mysqlError('ER_UNKNOWN_ERROR', 'Out Of Quota For Local Temporary Space!');
    this.used += bytes;
  }

  /** Removes the directory; files that are still open stay readable. */
  close(): void {
    if (this.made) rmSync(this.dir, { recursive: true, force: true });
    this.made = false;
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (e) {
    return (e as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A file that is only appended to and read. */
export class TempFile {
  private size = 0;
  private busy = 0;
  private closed = false;
  /** Told of each write, for the figures of EXPLAIN ANALYZE. */
  onWrite: ((bytes: number) => void) | null = null;

  constructor(
    private readonly storage: TempStorage,
    private readonly fd: number,
    private readonly path: string | null,
  ) {}

  get bytes(): number {
    return this.size;
  }

  /** Gives the offset of what was written. */
  async append(data: Uint8Array): Promise<number> {
    this.storage.reserve(data.length);
    const at = this.size;
    this.size += data.length;
    this.onWrite?.(data.length);
    for (let from = 0; from < data.length;) {
      from += await this.io((done) =>
        write(this.fd, data, from, data.length - from, at + from, (e, n) => done(e, n)),
      );
    }
    return at;
  }

  async read(at: number, length: number): Promise<Uint8Array> {
    const out = new Uint8Array(length);
    for (let from = 0; from < length;) {
      const n = await this.io((done) =>
        read(this.fd, out, from, length - from, at + from, (e, got) => done(e, got)),
      );
      if (n === 0) throw new Error('a temporary file is shorter than what was written to it');
      from += n;
    }
    return out;
  }

  /** Frees the space, once what is under way has ended. Safe to call twice. */
  close(): void {
    if (this.closed) return;
    this.closed = true;
    this.storage.used -= this.size;
    if (this.busy === 0) this.release();
  }

  private io(run: (done: (e: Error | null, n: number) => void) => void): Promise<number> {
    if (this.closed) return Promise.reject(new Error('the temporary file is closed'));
    this.busy++;
    return new Promise((resolve, reject) =>
      run((e, n) => {
        if (--this.busy === 0 && this.closed) this.release();
        if (e === null) resolve(n);
        else reject(e);
      }),
    );
  }

  private release(): void {
    closeSync(this.fd);
    if (this.path !== null) rmSync(this.path, { force: true });
  }
}
