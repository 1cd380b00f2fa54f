import { IngestTask, type IngestReply, type IngestRequest } from './ingest-task.js';
import type { IngestSource } from './scan-entries.js';
import { StepThreads, type StepThread } from './step-threads.js';

export type IngestThread = StepThread<IngestRequest, IngestReply>;

const threads = new StepThreads(
  new URL('./ingest.js', import.meta.url),
  () => new IngestTask(() => () => undefined),
);

/** `wanted` worker threads, or this one. */
export function openThreads(source: IngestSource, wanted: number): Promise<IngestThread[]> {
  return threads.open({ kind: 'open', source }, wanted);
}
