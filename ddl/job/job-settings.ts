import type { DdlContext } from '../ddl-context.js';
import type { JobSettings } from './job.js';

/** What the session's variables ask of its jobs. */
export function settingsOf(ctx: Pick<DdlContext, 'variable'>): JobSettings {
  return {
    thread: Number(ctx.variable('tidb_ddl_reorg_worker_cnt')),
    batchSize: Number(ctx.variable('tidb_ddl_reorg_batch_size')),
    maxWriteSpeed: byteSize(ctx.variable('tidb_ddl_reorg_max_write_speed')),
  };
}

/** Bytes of a size such as `16MiB`, as tidb_ddl_reorg_max_write_speed takes it. */
export function byteSize(text: string): number {
  const m = /^\s*(\d+(?:\.\d+)?)\s*([kmgt]?)i?b?\s*$/i.exec(text);
  if (m === null) return 0;
  const power = ['', 'k', 'm', 'g', 't'].indexOf(m[2]!.toLowerCase());
  return Math.round(Number(m[1]) * 1024 ** power);
}
