import { appendFile, mkdir, readFile, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';

/** A file of this size makes way for a new one (TiDB: log.file.max-size). */
const LARGEST = 300 << 20;

/** A file of entries that are appended whole, so that several threads may share it. What cannot be written is lost, and told. */
export class AppendFile {
  private pending = '';
  private writing: Promise<void> | null = null;

  constructor(
    readonly path: string,
    private readonly failed: (err: unknown) => void,
  ) {}

  add(entry: string): void {
    this.pending += entry;
    this.writing ??= this.write().finally(() => (this.writing = null));
  }

  private async write(): Promise<void> {
    try {
      await mkdir(dirname(this.path), { recursive: true });
      while (this.pending !== '') {
        const text = this.pending;
        this.pending = '';
        await appendFile(this.path, text);
      }
      const { size } = await stat(this.path);
      if (size > LARGEST)
        await rename(this.path, this.path.replace(/(\.[^./]*)?$/, `-${new Date().toISOString()}$1`));
    } catch (err) {
      this.pending = '';
      this.failed(err);
    }
  }

  /** Resolves when all entries are in the file. */
  async flush(): Promise<void> {
    while (this.writing !== null) await this.writing;
  }

  /** All of it; '' where nothing was written yet. */
  async text(): Promise<string> {
    await this.flush();
    return readFile(this.path, 'utf8').catch((err: NodeJS.ErrnoException) => {
      if (err.code === 'ENOENT') return '';
      throw err;
    });
  }
}
