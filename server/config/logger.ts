import type { Logger } from 'pino';
import { pino } from 'pino';

export interface LogOutput {
  readonly log: Logger;
  /** Writes out what is buffered; to be called before the process ends. */
  flush(): void;
}

/** Structured log, JSON lines (pino), to the configured file or standard error. Throws the system's error for a file that cannot be written. */
export function openLog(config: { readonly 'log-file': string; readonly 'log-level': string }): LogOutput {
  const toFile = config['log-file'] !== '';
  const level = config['log-level'] || (toFile ? 'info' : 'warn');
  const destination = toFile
    ? pino.destination({ dest: config['log-file'], mkdir: true, sync: true })
    : pino.destination({ fd: 2, sync: true });
  // A log that cannot be written must not stop the server, nor be reported to itself.
  destination.on('error', () => {});
  const log = pino(
    { level, base: { pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    destination,
  );
  return { log, flush: () => destination.flushSync() };
}
