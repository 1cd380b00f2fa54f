import type { ChunkSource } from '../../chunk/chunk.js';
import type { CoprocessorHandler, DataWatch, MvccReader } from '../../kv/mvcc-reader.js';
import type { LocalCoprocessor } from '../../kv/client/client-context.js';
import type { PagedReader } from '../../kv/paged-reader.js';
import type { CoprocessorRequest, CoprocessorResponse } from '../../kv/rpc.js';
import { timeZone, UTC, type TimeZone } from '../../types/timezone.js';
import type { ZoneOffsets } from '../../kv/codec/time-codec.js';
import type { IndexScan, PhysicalPlan, TableScan } from '../../planner/physical/plan.js';
import type { Operator } from '../exec-context.js';
import type { BlockFilter } from '../columnar/block-filter.js';
import { ColumnScan } from '../columnar/column-scan.js';
import { blockFilters } from '../columnar/condition-bounds.js';
import { boundColumn, TopNBound } from '../topn-bound.js';
import { FilteredScan } from './filtered-scan.js';
import { buildCopOperator, type LookUpBuilder } from './build-cop-operator.js';
import { ColumnarReplica, type ColumnarOptions } from '../columnar/columnar-replica.js';
import type { DagRequest } from './dag.js';
import { leafScan } from '../../planner/physical/leaf-scan.js';
import { LocalLookUpOperator } from './local-lookup.js';
import { OperatorSource } from './operator-source.js';
import { PagedScan } from './paged-scan.js';
import { type BatchDecoder, RecordScan } from './record-scan.js';
import { countedScan, countRows } from '../scan-counts.js';
import { giveDecoder, takeDecoder } from './scan-decoders.js';
import { wireFragment } from './wire/wire-fragment.js';

export interface CoprocessorOptions {
  /** The columnar replica; null for none. */
  readonly columnar?: ColumnarOptions | null;
}

export interface LocalHandler extends CoprocessorHandler {
  /** The columnar replica of a store's data, if it has one. */
  replicaOf(data: DataWatch): ColumnarReplica | null;
}

/** Evaluates the pushed-down part of plans next to the embedded store's data. */
export function createCoprocessorHandler(options: CoprocessorOptions = {}): LocalHandler {
  const replicas = new Map<DataWatch, ColumnarReplica>();
  const replicaOf = (data: DataWatch): ColumnarReplica | null => {
    if (options.columnar === null) return null;
    let replica = replicas.get(data);
    if (replica === undefined) {
      replica = new ColumnarReplica(data, options.columnar ?? {});
      replicas.set(data, replica);
    }
    return replica;
  };
  return {
    replicaOf,
    attach(data) {
      replicaOf(data);
    },
    close() {
      for (const replica of replicas.values()) replica.close();
      replicas.clear();
    },
    handle(req: CoprocessorRequest, reader: MvccReader, data: DataWatch): CoprocessorResponse {
      const dag = req.dag as DagRequest;
      const scan = leafScan(dag.plan);
      const zone = timeZone(dag.ctx.eval.timeZone) ?? UTC;
      let leaf: Operator;
      let bound: TopNBound | null = null;
      if (scan.op === 'IndexScan') {
        leaf = recordScan(scan, req, reader, zone, dag.enough);
      } else {
        const replica = req.desc || scan.rowsOnly === true ? null : replicaOf(data);
        const filters = replica === null ? [] : leafFilters(dag, scan);
        leaf =
          replica?.scan(scan, req, reader, zone, filters) ?? recordScan(scan, req, reader, zone, dag.enough);
        if (leaf instanceof ColumnScan && dag.offer?.(leaf) === true) {
          countRows(scan, leaf.columnRows, dag.ctx);
          const rest = countedScan(leaf, scan, req.ranges, dag.ctx);
          return { chunks: new OperatorSource(rest, req.signal) };
        }
        if (leaf instanceof ColumnScan) {
          bound = boundOf(dag.plan);
          leaf.bound = bound;
        }
        const { joinFilters } = dag.ctx;
        if (joinFilters !== undefined) {
          const columns = leaf;
          leaf = new FilteredScan(leaf, scan.id, joinFilters, bound, (found) => {
            if (columns instanceof ColumnScan)
              columns.addFilters(
                found.map(({ column, filter }) => ({
                  column,
                  mayPass: (min, max) => filter.mayPass(min, max),
                })),
              );
          });
        }
      }
      const lookUp = lookUps(dag, req, reader, zone);
      const rows = countedScan(leaf, scan, req.ranges, dag.ctx);
      const root = buildCopOperator(dag.plan, dag.ctx, { rows, lookUp, bound });
      return { chunks: new OperatorSource(root, req.signal) };
    },
  };
}

/** What a TopN of a scan's rows tells it. */
function boundOf(plan: PhysicalPlan): TopNBound | null {
  const column = plan.op === 'TopN' ? boundColumn(plan) : null;
  return column === null ? null : TopNBound.of(column);
}

/** How a request looks up the rows of index entries. */
function lookUps(
  dag: DagRequest,
  req: CoprocessorRequest,
  reader: MvccReader,
  zone: TimeZone,
): LookUpBuilder {
  return (plan, entries) => {
    const stats = dag.ctx.runtimeStats?.of(plan.rows);
    return new LocalLookUpOperator(
      plan,
      entries,
      (ranges) => recordScan(plan.rows, { ...req, ranges, desc: false }, reader, zone, undefined),
      zone,
      (rows) => {
        if (stats !== undefined) stats.rows += rows;
      },
    );
  };
}

/** What the conditions right above a scan say of whole blocks. */
function leafFilters(dag: DagRequest, scan: TableScan): readonly BlockFilter[] {
  let p: PhysicalPlan = dag.plan;
  while (p !== scan && 'child' in p) {
    if (p.op === 'Selection' && p.child === scan) return blockFilters(p.conditions, dag.ctx.eval);
    p = p.child;
  }
  return [];
}

/** Of so few ranges no more rows are read at first than are expected: a LIMIT above may need no more. */
const FEW_RANGES = 4;
const LEAST_ROWS = 8;

function recordScan(
  scan: TableScan | IndexScan,
  req: CoprocessorRequest,
  reader: MvccReader,
  zone: ZoneOffsets,
  wanted: number | undefined,
): RecordScan {
  const enough =
    wanted ?? (req.ranges.length <= FEW_RANGES ? Math.max(LEAST_ROWS, Math.ceil(scan.estRows)) : undefined);
  const decoder = takeDecoder(scan, zone);
  const give = (d: BatchDecoder): void => giveDecoder(scan, zone, d);
  return new RecordScan(reader, decoder, req.ranges, req.desc, !decoder.needsValue, give, enough);
}

/** Sends to a store elsewhere what it understands of the pushed-down part of plans, and evaluates the rest in this process. */
export const localCoprocessor: LocalCoprocessor = {
  fragment: (dag) => wireFragment(dag as DagRequest),
  run: runOverRows,
};

function runOverRows(req: CoprocessorRequest, reader: PagedReader): ChunkSource {
  const dag = req.dag as DagRequest;
  const scan = leafScan(dag.plan);
  const zone = timeZone(dag.ctx.eval.timeZone) ?? UTC;
  const decoder = takeDecoder(scan, zone);
  const give = (d: BatchDecoder): void => giveDecoder(scan, zone, d);
  const leaf = new PagedScan(
    reader,
    decoder,
    req.ranges,
    req.desc,
    !decoder.needsValue,
    req.pagingSize,
    give,
  );
  return new OperatorSource(
    buildCopOperator(dag.plan, dag.ctx, { rows: countedScan(leaf, scan, req.ranges, dag.ctx) }),
    req.signal,
  );
}
