import type { AggFunc, ByItem, Expression } from '../../../expression/expression.js';
import { partialTypes } from '../../../expression/aggregate/create.js';
import { intType } from '../../../expression/type-inference.js';
import { decodeKeyDatum } from '../../../kv/codec/datum-codec.js';
import { IndexBatchDecoder, type IndexScanColumn } from '../../../kv/codec/index-batch-decoder.js';
import { readVarint, varintLength } from '../../../kv/codec/number-codec.js';
import { RowBatchDecoder, type ScanColumn } from '../../../kv/codec/row-batch-decoder.js';
import { UTC_OFFSETS } from '../../../kv/codec/time-codec.js';
import type * as tipb from '../../../kv/tikv/generated/tipb.js';
import type {
  HashAgg,
  Limit,
  PhysicalPlan,
  Selection,
  StreamAgg,
  TopN,
} from '../../../planner/physical/plan.js';
import { collationById } from '../../../types/collation.js';
import type { Datum } from '../../../types/datum.js';
import type { FieldType } from '../../../types/field-type.js';
import { timeZone, UTC, type TimeZone } from '../../../types/timezone.js';
import type { BatchDecoder } from '../record-scan.js';
import { AGGREGATES } from '../../../expression/pushdown/store-form.js';
import { ExecType } from './encode-dag.js';
import { decodeExpression, decodeType, NotDecodable } from './expression-codec.js';

/** A request's plan: a decoder for the rows that it scans, and the operators above. */
export interface DecodedDag {
  readonly decoder: BatchDecoder;
  readonly desc: boolean;
  readonly zone: TimeZone;
  /** From below; their `child` is the one before, the first one's is the scan. */
  readonly operators: readonly (Selection | HashAgg | StreamAgg | TopN | Limit)[];
  /** Types of what the topmost gives, of which `outputOffsets` go back. */
  readonly types: readonly FieldType[];
  /** Rows stream: the answer may be given in parts. */
  readonly streams: boolean;
}

const AGGREGATE_NAMES = new Map([...AGGREGATES].map(([name, number]) => [number, name]));

/** The zone in which a request shows TIMESTAMPs. */
export function zoneOfRequest(dag: tipb.DAGRequest): TimeZone {
  if (dag.timeZoneName !== '') return timeZone(dag.timeZoneName) ?? UTC;
  const minutes = Math.abs(dag.timeZoneOffset) / 60;
  const two = (n: number): string => String(Math.floor(n)).padStart(2, '0');
  return timeZone(`${dag.timeZoneOffset < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`) ?? UTC;
}

/** Throws NotDecodable. */
export function decodeDag(dag: tipb.DAGRequest): DecodedDag {
  const zone = zoneOfRequest(dag);
  const [first, ...above] = dag.executors;
  if (first === undefined) throw new NotDecodable('no executors');
  const scan = decodeScan(first, zone);
  let { types } = scan;
  const operators: DecodedDag['operators'][number][] = [];
  for (const e of above) {
    const made = decodeOperator(e, types, operators.length + 1, zone);
    operators.push(made.plan);
    types = made.types;
  }
  const streams = operators.every((o) => o.op === 'Selection');
  return { ...scan, zone, operators, types, streams };
}

interface DecodedScan {
  readonly decoder: BatchDecoder;
  readonly desc: boolean;
  readonly types: readonly FieldType[];
}

function decodeScan(e: tipb.Executor, zone: TimeZone): DecodedScan {
  if (e.tp === ExecType.TableScan && e.tblScan !== undefined) {
    const { columns, primaryColumnIds, desc } = e.tblScan;
    const types = columns.map(columnType);
    const out: ScanColumn[] = columns.map((c, i) => {
      if (c.pkHandle) return { id: c.columnId, ft: types[i]!, isHandle: true };
      const part = primaryColumnIds.indexOf(c.columnId);
      const plain = { id: c.columnId, ft: types[i]!, originDefault: defaultOf(c, types[i]!) };
      return part < 0 ? plain : { ...plain, handlePart: part };
    });
    return { decoder: new RowBatchDecoder(out, { zone }), desc, types };
  }
  if (e.tp === ExecType.IndexScan && e.idxScan !== undefined) {
    const { columns, desc, primaryColumnIds } = e.idxScan;
    const types = columns.map(columnType);
    const shapeOf = (from: number, to: number): { id: number; ft: FieldType }[] =>
      columns.slice(from, to).map((c, i) => ({ id: c.columnId, ft: types[from + i]! }));
    // The columns of the clustered key come last.
    const end = columns.filter((c) => !c.pkHandle).length - primaryColumnIds.length;
    const out: IndexScanColumn[] = columns.map((c, i) => {
      const ft = types[i]!;
      if (c.pkHandle) return { from: 'handle', ft };
      return i < end ? { from: 'index', position: i, ft } : { from: 'commonHandle', position: i - end, ft };
    });
    const shape = {
      columns: shapeOf(0, end),
      ...(primaryColumnIds.length === 0 ? {} : { handleColumns: shapeOf(end, columns.length) }),
    };
    return { decoder: new IndexBatchDecoder(shape, out, { zone }), desc, types };
  }
  throw new NotDecodable(`executor ${e.tp} at the bottom`);
}

function columnType(c: tipb.ColumnInfo): FieldType {
  const collate = collationById(Math.abs(c.collation));
  if (collate === undefined) throw new NotDecodable(`collation ${c.collation}`);
  return {
    tp: c.tp as FieldType['tp'],
    flag: c.flag,
    flen: c.columnLen,
    decimal: c.decimal,
    charset: collate.charset,
    collate: collate.name,
    ...(c.elems.length > 0 ? { elems: c.elems } : {}),
  };
}

const COMPACT_BYTES = 2;

function defaultOf(c: tipb.ColumnInfo, type: FieldType): Datum {
  const b = c.defaultVal;
  if (b.length === 0) return null;
  if (b[0] !== COMPACT_BYTES) return decodeKeyDatum(b, 0, type, UTC_OFFSETS);
  const from = 1 + varintLength(b, 1);
  return b.slice(from, from + Number(readVarint(b, 1)));
}

/** What every node has; the store's figures are not shown by anyone. */
const BASE = { estRows: 0, task: 'cop[tikv]' } as const;

function decodeOperator(
  e: tipb.Executor,
  input: readonly FieldType[],
  id: number,
  zone: TimeZone,
): { plan: DecodedDag['operators'][number]; types: readonly FieldType[] } {
  const expression = (x: tipb.Expr): Expression => decodeExpression(x, input, zone);
  const schema = (types: readonly FieldType[]): PhysicalPlan['schema'] =>
    types.map((type, index) => ({ kind: 'column', id: index, type, index, name: `Column#${index}` }));
  // The child is found by the position in the chain.
  const child = { op: 'TableDual', id: 0, schema: schema(input), rowCount: 0, ...BASE } as const;
  const base = { ...BASE, id, child };
  const count = (n: number): Expression => ({ kind: 'constant', type: intType(), value: n });
  switch (e.tp) {
    case ExecType.Selection:
      return {
        plan: {
          ...base,
          op: 'Selection',
          schema: schema(input),
          conditions: (e.selection?.conditions ?? []).map(expression),
        },
        types: input,
      };
    case ExecType.TopN: {
      const by: ByItem[] = (e.topN?.orderBy ?? []).map((b) => ({ expr: expression(b.expr!), desc: b.desc }));
      const limit = count(e.topN?.limit ?? 0);
      return {
        plan: { ...base, op: 'TopN', schema: schema(input), by, offset: count(0), count: limit },
        types: input,
      };
    }
    case ExecType.Limit: {
      const limit = count(e.limit?.limit ?? 0);
      return {
        plan: { ...base, op: 'Limit', schema: schema(input), offset: count(0), count: limit },
        types: input,
      };
    }
    case ExecType.Aggregation:
    case ExecType.StreamAgg: {
      const groupBy = (e.aggregation?.groupBy ?? []).map(expression);
      const functions = (e.aggregation?.aggFunc ?? []).map((a) => aggregate(a, expression));
      // The group's values come last.
      const keys = groupBy.map((g): AggFunc => ({
        name: 'first_row',
        args: [g],
        distinct: false,
        type: g.type,
        mode: 'partial1',
      }));
      const aggs = [...functions, ...keys];
      const types = aggs.flatMap((a) => [...(partialTypes(a) ?? [a.type])]);
      const op = e.tp === ExecType.StreamAgg ? 'StreamAgg' : 'HashAgg';
      return { plan: { ...base, op, schema: schema(types), groupBy, aggs }, types };
    }
    default:
      throw new NotDecodable(`executor ${e.tp}`);
  }
}

function aggregate(e: tipb.Expr, expression: (x: tipb.Expr) => Expression): AggFunc {
  const name = AGGREGATE_NAMES.get(e.tp);
  if (name === undefined) throw new NotDecodable(`aggregate ${e.tp}`);
  return {
    name,
    args: e.children.map(expression),
    distinct: false,
    type: decodeType(e.fieldType),
    mode: 'partial1',
  };
}
