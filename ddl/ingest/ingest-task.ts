import { highHalf, lowHalf } from '../../kv/embedded/timestamp.js';
import type { EntryRun } from './entry-run.js';
import { DuplicateEntryError } from './block-groups.js';
import { packPart, PartMemory, type RunSlice } from './pack-part.js';
import { EntryScanner, type IngestSource } from './scan-entries.js';
import type { StepReply, StepRequest, StepTask } from './step-threads.js';

/** What the thread that adds an index asks of the threads that make its entries: `open` first. */
export type IngestRequest = (
  | { readonly kind: 'open'; readonly source: IngestSource }
  | {
      readonly kind: 'scan';
      readonly startKey: Uint8Array;
      readonly endKey: Uint8Array;
      readonly spill: boolean;
    }
  | { readonly kind: 'finish'; readonly spill: boolean }
  | {
      readonly kind: 'pack';
      readonly index: number;
      readonly unique: boolean;
      readonly slices: readonly RunSlice[];
    }
  /** Before the first scan: keys of rows behind these places, and by what keys entries are divided. */
  | { readonly kind: 'sample'; readonly places: readonly Uint8Array[]; readonly endKey: Uint8Array }
  | { readonly kind: 'divide'; readonly keys: readonly (readonly Uint8Array[])[] }
) & {
  /** Whether statements need the processor more; without it: as before. */
  readonly yielding?: boolean;
};

export type IngestReply =
  | StepReply
  | { readonly kind: 'rows'; readonly rows: number; readonly runs: readonly EntryRun[] }
  /** Keys of each index. */
  | { readonly kind: 'sample'; readonly keys: Uint8Array[][] }
  | { readonly kind: 'duplicate'; readonly key: Uint8Array; readonly value: Uint8Array };

/** Rows after which a scan says how far it is. */
const TELL_ROWS = 16384;

/** The work of one such thread. */
export class IngestTask implements StepTask<IngestRequest, IngestReply> {
  private opened: { readonly source: IngestSource; readonly scanner: EntryScanner } | null = null;
  private checkpoint: () => void = () => undefined;
  private memory = new PartMemory();

  /** `checkpointOf`: what is called between small pieces of the work, by the source's pacing. */
  constructor(private readonly checkpointOf: (pacing: SharedArrayBuffer) => () => void) {}

  *run(request: IngestRequest | StepRequest): Generator<IngestReply | null, void, void> {
    try {
      if (request.kind === 'open') {
        const { source } = request;
        this.checkpoint = this.checkpointOf(source.pacing);
        this.opened = { source, scanner: new EntryScanner(source, this.checkpoint) };
      } else if (request.kind === 'close') {
        this.opened?.scanner.close();
        this.opened = null;
        this.memory = new PartMemory();
      } else if (request.kind === 'scan') yield* this.scan(request.startKey, request.endKey, request.spill);
      else if (request.kind === 'finish')
        yield { kind: 'rows', rows: 0, runs: this.opened!.scanner.finish(request.spill) };
      else if (request.kind === 'divide') this.opened!.scanner.divide(request.keys);
      else if (request.kind === 'sample') {
        yield { kind: 'sample', keys: this.opened!.scanner.sample(request.places, request.endKey) };
        return;
      } else if (request.kind === 'pack') {
        const { source, scanner } = this.opened!;
        const { ts } = source.snapshot;
        const output = {
          prefix: scanner.prefixes[request.index]!,
          commitHi: highHalf(ts),
          commitLo: lowHalf(ts),
          unique: request.unique,
        };
        for (const group of packPart(request.slices, output, this.memory, this.checkpoint))
          yield { kind: 'blocks', group };
      }
      yield { kind: 'done' };
    } catch (e) {
      if (e instanceof DuplicateEntryError) yield { kind: 'duplicate', key: e.key, value: e.value };
      else yield { kind: 'failed', message: e instanceof Error ? (e.stack ?? e.message) : String(e) };
    }
  }

  private *scan(
    startKey: Uint8Array,
    endKey: Uint8Array,
    spill: boolean,
  ): Generator<IngestReply | null, void, void> {
    let rows = 0;
    for (const step of this.opened!.scanner.scan(startKey, endKey, spill)) {
      rows += step.rows;
      if (step.runs.length === 0 && rows < TELL_ROWS) {
        yield null;
        continue;
      }
      yield { kind: 'rows', rows, runs: step.runs };
      rows = 0;
    }
    if (rows > 0) yield { kind: 'rows', rows, runs: [] };
  }
}
