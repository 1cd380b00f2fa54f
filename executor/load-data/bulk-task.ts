import { TableMutations } from '../../catalog/table-mutations.js';
import { RunBuilder, RunFile, RunReader, type EntryRun } from '../../ddl/ingest/entry-run.js';
import { DuplicateEntryError, type BlockGroup } from '../../ddl/ingest/block-groups.js';
import { mergeRuns, type MergeRange } from '../../ddl/ingest/merge-runs.js';
import type { StepReply, StepRequest, StepTask } from '../../ddl/ingest/step-threads.js';
import { compareBytes } from '../../kv/codec/byte-writer.js';
import { recordPrefix } from '../../kv/codec/table-key.js';
import { PackedBlockWriter } from '../../kv/embedded/packed-block.js';
import { highHalf, lowHalf } from '../../kv/embedded/timestamp.js';
import { compareRange } from '../../types/collation-bytes.js';
import { charset as charsetOf } from '../../types/charset.js';
import { timeZone, UTC } from '../../types/timezone.js';
import { Assigner } from '../dml/assignment.js';
import type { EvalForm } from '../parallel/protocol.js';
import { NO_SESSION } from '../../expression/eval-context.js';
import { fieldReader } from './field-reader.js';
import { LineParser } from './line-parser.js';
import type { LineTarget } from './line-task.js';
import { RowEncoder } from './row-encoder.js';

/** What the lines of a load in bulk are to become. Plain data: it goes to other threads. */
export interface BulkTarget extends LineTarget {
  readonly eval: EvalForm;
  /** The load's mark, which blocks carry for their commit. */
  readonly mark: bigint;
  /** Folder for runs that are not kept in memory. */
  readonly folder: string;
  /** The first line that is no plain row, or whose key is not behind that of the row before, ends the reading. */
  readonly ordered: boolean;
}

export type BulkRequest =
  | { readonly kind: 'open'; readonly target: BulkTarget }
  | {
      readonly kind: 'lines';
      readonly piece: Uint8Array;
      /** No more lines come. */
      readonly last: boolean;
      /** Id of the first row, for tables without a key. */
      readonly rowId: number;
      /** Records are wanted as blocks at once, or as runs. */
      readonly direct: boolean;
      readonly spill: boolean;
    }
  | { readonly kind: 'finish'; readonly spill: boolean }
  /** Runs of an index, by its position among the table's, or of records behind those. */
  | {
      readonly kind: 'merge';
      readonly prefix: Uint8Array;
      readonly unique: boolean;
      readonly range: MergeRange;
    };

/** Records in key order, the first and the last of them. */
export interface RecordBlocks {
  readonly group: BlockGroup;
  readonly first: Uint8Array;
  readonly last: Uint8Array;
}

/** What became of a piece's lines. */
export interface LinesRead {
  readonly kind: 'lines';
  readonly lines: number;
  readonly blocks: RecordBlocks | null;
  readonly runs: readonly EntryRun[];
  /** Lines that are no plain rows, by their position in the piece, and the ids that tables without a key have for them. */
  readonly odd: readonly { readonly line: number; readonly text: Uint8Array; readonly rowId: number }[];
  /** Text behind the line that ended the reading; null: it goes on. */
  readonly rest: Uint8Array | null;
  /** Largest value given for an AUTO_INCREMENT column, 0 for none. */
  readonly maxAuto: number;
}

export type BulkReply =
  | StepReply
  | LinesRead
  | { readonly kind: 'rows'; readonly runs: readonly EntryRun[] }
  /** Two rows have this key (without prefix): in the index, or the table where there is none. */
  | { readonly kind: 'duplicate'; readonly key: Uint8Array; readonly value: Uint8Array };

/** Thrown by a conversion that has something to say: the line goes where that can be said. */
class OddFieldError extends Error {}

/** A thread's work on a load in bulk: from text to sorted entries, and from those to blocks. */
export class BulkTask implements StepTask<BulkRequest, BulkReply> {
  private reader: BulkReader | null = null;

  *run(request: BulkRequest | StepRequest): Generator<BulkReply | null, void, void> {
    try {
      switch (request.kind) {
        case 'open':
          this.reader = new BulkReader(request.target);
          break;
        case 'lines':
          yield this.reader!.read(request.piece, request);
          return;
        case 'finish':
          yield { kind: 'rows', runs: this.reader!.finish(request.spill) };
          break;
        case 'merge': {
          const { mark } = this.reader!.target;
          const output = {
            prefix: request.prefix,
            commitHi: highHalf(mark),
            commitLo: lowHalf(mark),
            unique: request.unique,
          };
          for (const group of mergeRuns(request.range, output)) yield { kind: 'blocks', group };
          break;
        }
        case 'close':
          this.reader = null;
      }
      yield { kind: 'done' };
    } catch (e) {
      if (e instanceof DuplicateEntryError) yield { kind: 'duplicate', key: e.key, value: e.value };
      else yield { kind: 'failed', message: e instanceof Error ? (e.stack ?? e.message) : String(e) };
    }
  }
}

/** The encoder of a load's plain rows. Its conversions throw instead of warning. */
export function bulkEncoder(target: BulkTarget): RowEncoder | null {
  const { table, offsets, defaults, charset } = target;
  const zone = timeZone(target.eval.timeZone) ?? UTC;
  const assigner = new Assigner(
    {
      eval: {
        ...target.eval,
        session: NO_SESSION,
        warn: () => {
          throw new OddFieldError();
        },
      },
    },
    false,
  );
  const collate = charsetOf(charset)?.binCollation ?? 'binary';
  const targets = offsets.map((o) => {
    const column = table.columns[o]!;
    return { column, reader: fieldReader(column, charset, collate, assigner) };
  });
  return RowEncoder.of(
    table,
    targets,
    defaults,
    new TableMutations(table, table.id, zone),
    assigner,
    zone,
    charset,
  );
}

class BulkReader {
  private readonly parser: LineParser;
  private readonly encoder: RowEncoder;
  private readonly entries: readonly RunBuilder[];
  /** Records of a piece, and those that are gathered in runs. */
  private readonly piece: RunBuilder;
  private readonly records: RunBuilder;
  private file: RunFile | null = null;
  private lastKey: Uint8Array | null = null;
  private ended = false;

  constructor(readonly target: BulkTarget) {
    this.parser = new LineParser(target.format, target.ignoreLines);
    this.encoder = bulkEncoder(target)!;
    const { indexes } = new TableMutations(target.table, target.table.id);
    this.entries = indexes.map((_, i) => new RunBuilder(i));
    this.records = new RunBuilder(indexes.length);
    this.piece = new RunBuilder(indexes.length, Infinity);
  }

  read(bytes: Uint8Array, request: BulkRequest & { kind: 'lines' }): LinesRead {
    const { parser, encoder, target, entries } = this;
    const { ordered } = target;
    const records = request.direct ? this.piece : this.records;
    if (bytes.length > 0) parser.feed(bytes);
    if (request.last) parser.end();
    const odd: { line: number; text: Uint8Array; rowId: number }[] = [];
    let lines = 0;
    let { rowId } = request;
    let rest: Uint8Array | null = this.ended ? parser.takeRest() : null;
    while (rest === null && parser.next()) {
      const plain = this.encode();
      if (ordered && !(plain && (!encoder.hasHandle || this.isBehind(encoder.recordKey)))) {
        this.ended = true;
        rest = Buffer.concat([parser.line(), parser.takeRest()]);
        break;
      }
      if (plain) encoder.gather(records, entries, encoder.hasHandle ? null : rowId++);
      else odd.push({ line: lines, text: parser.line().slice(), rowId: rowId++ });
      lines++;
    }
    return this.answer(request, lines, odd, rest);
  }

  private answer(
    request: BulkRequest & { kind: 'lines' },
    lines: number,
    odd: LinesRead['odd'],
    rest: Uint8Array | null,
  ): LinesRead {
    const runs: EntryRun[] = [];
    for (const b of [...this.entries, this.records]) if (b.full) runs.push(this.take(b, request.spill)!);
    const blocks = this.piece.count === 0 ? null : this.pack();
    return { kind: 'lines', lines, blocks, runs, odd, rest, maxAuto: this.encoder.takeMaxAuto() };
  }

  /** False for a line that is no plain row. */
  private encode(): boolean {
    try {
      return this.encoder.encode(this.parser);
    } catch {
      // Errors and warnings alike are told by who has the statement.
      return false;
    }
  }

  private isBehind(key: Uint8Array): boolean {
    if (this.lastKey !== null && compareBytes(key, this.lastKey) <= 0) return false;
    this.lastKey = key;
    return true;
  }

  /** What is left, as runs. */
  finish(spill: boolean): EntryRun[] {
    return [...this.entries, this.records].map((b) => this.take(b, spill)).filter((r) => r !== null);
  }

  private take(builder: RunBuilder, spill: boolean): EntryRun | null {
    if (spill) this.file ??= RunFile.create(this.target.folder);
    return builder.take(spill ? this.file : null);
  }

  /** The piece's records as blocks. Throws DuplicateEntryError. */
  private pack(): RecordBlocks {
    const { target } = this;
    const parts: Uint8Array[] = [];
    const ends: number[] = [];
    let length = 0;
    const writer = new PackedBlockWriter(
      recordPrefix(target.table.id),
      highHalf(target.mark),
      lowHalf(target.mark),
      (block) => {
        parts.push(block);
        ends.push((length += block.length));
      },
    );
    let first: Uint8Array | null = null;
    let source: Uint8Array = NONE;
    let lastStart = 0;
    let lastEnd = 0;
    const add = (entries: Uint8Array, keyStart: number, keyEnd: number, valueEnd: number): void => {
      if (first === null) first = entries.slice(keyStart, keyEnd);
      else if (compareRange(entries, lastStart, lastEnd, entries, keyStart, keyEnd) === 0)
        throw new DuplicateEntryError(entries.slice(keyStart, keyEnd), entries.slice(keyEnd, valueEnd));
      source = entries;
      lastStart = keyStart;
      lastEnd = keyEnd;
      writer.add(entries, keyStart, keyEnd, valueEnd);
    };
    if (!this.piece.takeOrdered(add)) {
      const entry = new RunReader(this.piece.take(null)!, 0);
      while (entry.next()) add(entry.bytes, entry.keyStart, entry.keyEnd, entry.valueEnd);
    }
    writer.flush();
    const bytes = new Uint8Array(length);
    parts.forEach((part, i) => bytes.set(part, i === 0 ? 0 : ends[i - 1]));
    return { group: { bytes, ends }, first: first!, last: source.slice(lastStart, lastEnd) };
  }
}

const NONE = new Uint8Array(0);
