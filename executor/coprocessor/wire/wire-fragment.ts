import { Chunk, type ChunkSource } from '../../../chunk/chunk.js';
import type { WireFigures, WireFragment } from '../../../kv/client/client-context.js';
import { SelectResponse } from '../../../kv/tikv/generated/tipb.js';
import type { Awaitable } from '../../../types/awaitable.js';
import { mysqlError } from '../../../types/error-table.js';
import { MysqlError } from '../../../types/error.js';
import { timeZone, UTC } from '../../../types/timezone.js';
import type { Operator } from '../../exec-context.js';
import type { CopDetails } from '../../../kv/rpc.js';
import { countRequests, countRows } from '../../scan-counts.js';
import { buildCopOperator } from '../build-cop-operator.js';
import { copFigures } from '../cop-figures.js';
import type { DagRequest } from '../dag.js';
import { leafScan } from '../../../planner/physical/leaf-scan.js';
import { OperatorSource } from '../operator-source.js';
import { decodeChunk } from './chunk-codec.js';
import { decodeDatumRows } from './datum-rows.js';
import { encodeDag, type EncodedDag } from './encode-dag.js';

/** tipb.EncodeType. */
const EncodeType = { Default: 0, Chunk: 1 } as const;

/** Rows asked for in the first part of an answer, and at most in a later one. */
const FIRST_PAGE = 1024;
const MAX_PAGE = 50_000;
/** Bytes of a part, about: both sides make and read one in a single turn of their event loops. */
const PAGE_BYTES = 2 << 20;

/** What of a cop subtree goes to the store. Null: all of it runs here, over rows that the store sends. */
export function wireFragment(dag: DagRequest): WireFragment | null {
  const encoded = encodeDag(dag.plan, dag.ctx);
  return encoded === null ? null : new Fragment(dag, encoded);
}

class Fragment implements WireFragment {
  readonly data: Uint8Array;
  readonly figures: WireFigures;
  /** Of the answers so far, at most. */
  private rowBytes = 1;

  constructor(
    private readonly dag: DagRequest,
    private readonly encoded: EncodedDag,
  ) {
    this.data = encoded.data;
    this.figures = figuresOf(dag);
  }

  pageSize(page: number): number {
    if (!this.encoded.streams) return 0;
    const rows = Math.min(MAX_PAGE, FIRST_PAGE * 4 ** Math.min(page, 8));
    return Math.max(64, Math.min(rows, Math.floor(PAGE_BYTES / this.rowBytes)));
  }

  chunks(data: Uint8Array): Chunk[] {
    const res = SelectResponse.decode(data);
    if (res.error !== undefined) throw errorOf(res.error.code, res.error.msg);
    const { eval: e, runtimeStats } = this.dag.ctx;
    for (const w of res.warnings) e.warn({ level: 'Warning', code: w.code, message: w.msg });
    if (runtimeStats !== null) {
      res.executionSummaries.forEach((s, i) => {
        const plan = this.encoded.plans[i];
        // The topmost is measured by whoever reads it.
        if (plan === undefined || plan === this.encoded.top) return;
        const stats = runtimeStats.of(plan);
        stats.rows += s.numProducedRows;
        stats.loops += s.numIterations;
        stats.timeMs += s.timeProcessedNs / 1e6;
      });
    }
    const chunks = res.chunks
      .filter((c) => c.rowsData.length > 0)
      .map((c) => this.decode(c.rowsData, res.encodeType))
      .map((c) => (this.encoded.countOnly ? new Chunk([], c.rows) : c))
      .filter((c) => c.rows > 0);
    const rows = chunks.reduce((n, c) => n + c.rows, 0);
    if (rows > 0) this.rowBytes = Math.max(this.rowBytes, data.length / rows);
    return chunks;
  }

  /** Stores may answer in datums although chunks were asked for. */
  private decode(rows: Uint8Array, encodeType: number): Chunk {
    const { types } = this.encoded;
    if (encodeType === EncodeType.Chunk) return decodeChunk(rows, types);
    if (encodeType !== EncodeType.Default)
      throw mysqlError('ER_UNKNOWN_ERROR', `the store answered in encoding ${encodeType}`);
    return decodeDatumRows(rows, types, timeZone(this.dag.ctx.eval.timeZone) ?? UTC);
  }

  above(source: ChunkSource): ChunkSource {
    const { plan, ctx } = this.dag;
    return new OperatorSource(
      buildCopOperator(plan, ctx, { rows: new SourceOperator(source) }, this.encoded.top),
      undefined,
    );
  }
}

function figuresOf(dag: DagRequest): WireFigures {
  const { plan, ctx } = dag;
  const scan = leafScan(plan);
  countRequests(scan, scan.ranges.ranges.length, ctx);
  const read = (details: CopDetails | undefined): void => countRows(scan, details?.processedKeys ?? 0, ctx);
  const stats = ctx.runtimeStats;
  if (stats === null) return { answered: (_, details) => read(details), finished: () => undefined };
  const reader = stats.of(dag.reader ?? plan);
  const figures = copFigures(reader);
  return {
    answered: (ms, details) => {
      read(details);
      figures.note(ms, details);
    },
    finished: (concurrency) => figures.report(reader, stats.of(scan), concurrency),
  };
}

/** MySQL's error for one that the store gives. */
function errorOf(code: number, message: string): Error {
  return code >= 1000 && code < 10_000
    ? new MysqlError(code, 'HY000', message)
    : mysqlError('ER_UNKNOWN_ERROR', message);
}

/** The stream of a store as an operator. */
class SourceOperator implements Operator {
  constructor(private readonly source: ChunkSource) {}
  open(): void {}
  next(): Awaitable<Chunk | null> {
    return this.source.next();
  }
  close(): Awaitable<void> {
    return this.source.close();
  }
}
