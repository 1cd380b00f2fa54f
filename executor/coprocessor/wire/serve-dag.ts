import '../../../expression/index.js';
import type { Chunk } from '../../../chunk/chunk.js';
import { PLAIN_CONTEXT, type EvalContext } from '../../../expression/eval-context.js';
import { LockedError, type MvccCursor, type MvccReader } from '../../../kv/mvcc-reader.js';
import type { EmbeddedStore } from '../../../kv/embedded/engine.js';
import type * as cop from '../../../kv/tikv/generated/coprocessor.js';
import * as tipb from '../../../kv/tikv/generated/tipb.js';
import type { WireCoprocessor } from '../../../kv/tikv/server/commands.js';
import { contextFromWire } from '../../../kv/tikv/translate/context.js';
import { lockToWire } from '../../../kv/tikv/translate/key-error.js';
import { nextKey } from '../../../kv/codec/byte-writer.js';
import type { KeyRange } from '../../../kv/rpc.js';
import type { Awaitable } from '../../../types/awaitable.js';
import { MysqlError, type SqlWarning } from '../../../types/error.js';
import type { MemoryTracker, Operator } from '../../exec-context.js';
import type { OperatorContext } from '../../operator.js';
import { buildOperatorOver } from '../build-cop-operator.js';
import { encodeChunk } from './chunk-codec.js';
import { decodeDag } from './decode-dag.js';
import { StatementFlag } from './encode-dag.js';
import { NotDecodable } from './expression-codec.js';
import type { BatchDecoder } from '../record-scan.js';

/** Coprocessor request types. */
const DAG = 103;
const BATCH_ROWS = 1024;
/** Milliseconds of work after which the store's other requests have their turn. */
const SLICE_MS = 5;

/** Answers the DAG requests that the store's clients send: registered with the served store. */
export const wireCoprocessor: WireCoprocessor = async (req, store) => {
  if (req.tp !== DAG) return { otherError: `coprocessor requests of type ${req.tp} are not served` };
  try {
    return await answer(req, store);
  } catch (e) {
    if (e instanceof LockedError) return { locked: lockToWire(e.lock) };
    if (e instanceof MysqlError) {
      const error = { code: e.code, msg: e.message };
      return { data: tipb.SelectResponse.encode({ error, encodeType: 1 }) };
    }
    return { otherError: e instanceof Error ? e.message : String(e) };
  }
};

async function answer(req: cop.Request, store: EmbeddedStore): Promise<cop.ResponseInit> {
  const began = performance.now();
  const request = tipb.DAGRequest.decode(req.data);
  const decoded = decodeDag(request);
  const ranges = req.ranges.map((r): KeyRange => ({ startKey: r.start, endKey: r.end }));
  const reader = store.mvccReader(req.startTs, contextFromWire(req.context!));
  // Whole answers where rows do not stream: a part of the range says nothing of the rest.
  const limit = decoded.streams ? req.pagingSize : 0;
  const scan = new WireScan(reader, decoded.decoder, ranges, decoded.desc, limit, batchOf(request));
  const warnings: SqlWarning[] = [];
  const time = new RequestTime(req.context?.maxExecutionDurationMs ?? 0);
  const ctx = contextOf(request, warnings, time);
  const counted: CountedOperator[] = [];
  const count = (op: Operator): Operator => {
    if (!request.collectExecutionSummaries) return op;
    const c = new CountedOperator(op);
    counted.push(c);
    return c;
  };
  const root = decoded.operators.reduce(
    (child, plan) => count(buildOperatorOver(plan, child, ctx)),
    count(scan),
  );
  const chunks: tipb.ChunkInit[] = [];
  const offsets = request.outputOffsets.length > 0 ? request.outputOffsets : decoded.types.map((_, i) => i);
  if (offsets.some((o) => o >= decoded.types.length))
    throw new NotDecodable('an output offset beyond the columns');
  let rows = 0;
  try {
    await root.open();
    for (;;) {
      const chunk = await root.next();
      if (chunk === null) break;
      await time.checkpoint();
      rows += chunk.rows;
      chunks.push({ rowsData: encodeChunk(chunk, decoded.types, offsets) });
    }
  } finally {
    await root.close();
  }
  const data = tipb.SelectResponse.encode({
    chunks,
    encodeType: 1,
    warnings: warnings.slice(0, request.maxWarningCount).map((w) => ({ code: w.code, msg: w.message })),
    warningCount: warnings.length,
    outputCounts: [rows],
    executionSummaries: counted.map((c) => c.summary()),
  });
  const { covered: rest, seen, bytes } = scan;
  const execDetailsV2 = {
    timeDetailV2: { processWallTimeNs: Math.round((performance.now() - began) * 1e6) },
    // The store's cursors pass over older versions without counting them.
    scanDetailV2: { processedVersions: seen, totalVersions: seen, processedVersionsSize: bytes },
  };
  return rest === null
    ? { data, execDetailsV2 }
    : { data, execDetailsV2, range: { start: rest.startKey, end: rest.endKey } };
}

/** Rows that the operator above the scan is given at a time: a limit need not read far beyond itself. */
function batchOf({ executors }: tipb.DAGRequest): number {
  const limit = executors[1]?.limit?.limit ?? 0;
  return limit > 0 ? Math.min(BATCH_ROWS, limit) : BATCH_ROWS;
}

/** Keeps a request within its time, and from keeping others waiting. */
class RequestTime {
  private readonly until: number;
  private lastYield = performance.now();

  /** `limitMs`: Context.max_execution_duration_ms; 0 = none. */
  constructor(limitMs: number) {
    this.until = limitMs === 0 ? Infinity : performance.now() + limitMs;
  }

  checkpoint(): Promise<void> | undefined {
    const now = performance.now();
    if (now > this.until) throw new Error('Coprocessor task terminated due to exceeding the deadline');
    if (now - this.lastYield < SLICE_MS) return undefined;
    return new Promise((resolve) =>
      setImmediate(() => {
        this.lastYield = performance.now();
        resolve();
      }),
    );
  }
}

/** What an operator and those below it did. */
class CountedOperator implements Operator {
  private rows = 0;
  private loops = 0;
  private ms = 0;

  constructor(private readonly op: Operator) {}

  open(): Awaitable<void> {
    return this.op.open();
  }

  async next(): Promise<Chunk | null> {
    const began = performance.now();
    const chunk = await this.op.next();
    this.ms += performance.now() - began;
    this.loops++;
    this.rows += chunk?.rows ?? 0;
    return chunk;
  }

  close(): Awaitable<void> {
    return this.op.close();
  }

  summary(): tipb.ExecutorExecutionSummaryInit {
    return {
      timeProcessedNs: Math.round(this.ms * 1e6),
      numProducedRows: this.rows,
      numIterations: this.loops,
      concurrency: 1,
    };
  }
}

/** Scans ranges in order, up to a number of rows. */
class WireScan implements Operator {
  /** Rows, and bytes of their keys and values. */
  seen = 0;
  bytes = 0;
  /** The part of the ranges that was scanned when there may be more; null at the end. */
  covered: KeyRange | null = null;
  private at = 0;
  private cursor: MvccCursor | null = null;

  constructor(
    private readonly reader: MvccReader,
    private readonly decoder: BatchDecoder,
    private readonly ranges: readonly KeyRange[],
    private readonly desc: boolean,
    private readonly limit: number,
    private readonly batch: number,
  ) {}

  open(): void {}

  next(): Chunk | null {
    const { decoder, ranges, limit } = this;
    while (this.at < ranges.length && this.covered === null) {
      const range = ranges[this.desc ? ranges.length - 1 - this.at : this.at]!;
      this.cursor ??= this.reader.scan(range.startKey, range.endKey, this.desc, false);
      const c = this.cursor;
      while (c.next()) {
        decoder.append(c.keyBuffer, c.keyLength, c.valueBuffer, c.valueStart, c.valueEnd);
        this.seen++;
        this.bytes += c.keyLength + c.valueEnd - c.valueStart;
        if (limit > 0 && this.seen >= limit) {
          this.covered = this.upTo(c.keyBuffer.slice(0, c.keyLength));
          break;
        }
        if (decoder.rows >= this.batch) {
          c.pause();
          return decoder.take();
        }
      }
      c.close();
      this.cursor = null;
      this.at++;
    }
    return decoder.rows > 0 ? decoder.take() : null;
  }

  private upTo(key: Uint8Array): KeyRange {
    return this.desc
      ? { startKey: key, endKey: this.ranges[this.ranges.length - 1]!.endKey }
      : { startKey: this.ranges[0]!.startKey, endKey: nextKey(key) };
  }

  close(): void {
    this.cursor?.close();
    this.cursor = null;
    this.at = this.ranges.length;
  }
}

const memory: MemoryTracker = {
  quota: Infinity,
  consume: () => undefined,
  release: () => undefined,
  addSpillable: () => () => undefined,
  get root() {
    return memory;
  },
};

const WRITES = StatementFlag.InInsert | StatementFlag.InUpdateOrDelete;
const LENIENT = StatementFlag.IgnoreTruncate | StatementFlag.TruncateAsWarning;

function contextOf(request: tipb.DAGRequest, warnings: SqlWarning[], time: RequestTime): OperatorContext {
  const evalContext: EvalContext = {
    ...PLAIN_CONTEXT,
    sqlMode: request.sqlMode,
    timeZone: request.timeZoneName === '' ? 'UTC' : request.timeZoneName,
    nowMicros: Date.now() * 1000,
    strictErrors: (request.flags & WRITES) !== 0 && (request.flags & LENIENT) === 0,
    divPrecisionIncrement: request.divPrecisionIncrement || PLAIN_CONTEXT.divPrecisionIncrement,
    maxAllowedPacket: request.maxAllowedPacket || PLAIN_CONTEXT.maxAllowedPacket,
    warn: (w) => warnings.push(w),
  };
  return { eval: evalContext, memory, disk: null, checkpoint: () => time.checkpoint(), runtimeStats: null };
}
