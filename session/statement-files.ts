import type { TempFiles } from '../executor/exec-context.js';
import type { TempFile, TempStorage } from '../executor/spill/temp-storage.js';
import type { StatementContext } from './statement-context.js';

/** Temporary files of one statement: closed when it ends, however it does. */
export class StatementFiles implements TempFiles {
  private readonly open: TempFile[] = [];

  constructor(
    private readonly storage: TempStorage,
    private readonly statement: StatementContext,
    /** Called for each file. */
    private readonly opened: () => void,
  ) {}

  create(): TempFile {
    if (this.open.length === 0)
      this.statement.onFinish(() => {
        for (const file of this.open.splice(0)) file.close();
      });
    this.opened();
    const file = this.storage.create();
    this.open.push(file);
    return file;
  }
}
