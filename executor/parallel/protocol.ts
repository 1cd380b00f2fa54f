import type { MessagePort } from 'node:worker_threads';
import type { Expression } from '../../expression/expression.js';
import type { FieldType } from '../../types/field-type.js';
import type { Datum } from '../../types/datum.js';
import type { SqlWarning } from '../../types/error.js';
import type { BlockStats } from '../columnar/block-stats.js';
import type { Extent } from '../columnar/column-loader.js';
import type { JoinFilterForm } from '../join-filter.js';
import type { TopNBoundForm } from '../topn-bound.js';
import type { JoinStateForm } from './join-form.js';
import type { FragmentForm } from './fragment.js';
import type { ChunkForm, SharedArray, VectorForm } from './vector-form.js';

/** What a thread is told of the statement and session: see EvalContext. */
export interface EvalForm {
  readonly sqlMode: number;
  readonly timeZone: string;
  readonly nowMicros: number;
  readonly strictErrors: boolean;
  readonly divPrecisionIncrement: number;
  readonly maxAllowedPacket: number;
  readonly groupConcatMaxLen: number;
  readonly defaultWeekFormat: number;
  readonly connectionCharset: string;
  readonly connectionCollation: string;
  readonly lcTimeNames: string;
  readonly lenient: boolean;
  readonly params: readonly { readonly type: FieldType; readonly value: Datum }[];
}

/** Rows of a segment's columns that a scan reads in blocks. */
export interface PartForm {
  readonly columns: readonly VectorForm[];
  /** Rows not to be read, ascending. */
  readonly dropped: Int32Array;
  /** Of the column that `bound` is about. */
  readonly stats: BlockStats | null;
}

export interface StartMessage {
  readonly kind: 'start';
  readonly task: number;
  /** Number of the thread among those of the task. */
  readonly thread: number;
  readonly fragment: number;
  readonly control: SharedArrayBuffer;
  readonly evalForm: EvalForm;
  readonly parts: readonly PartForm[];
  /** Three numbers each: part, first row, end. */
  readonly morsels: Int32Array;
  /** By position among the fragment's steps. */
  readonly joins: readonly (JoinStateForm | null)[];
  readonly filters: readonly { readonly column: number; readonly filter: JoinFilterForm }[];
  /** What the threads' TopN tell each other. */
  readonly bound: TopNBoundForm | null;
  /** More rows come as chunks. */
  readonly more: boolean;
  /** Flags set by the threads: the morsel of this number gave no rows. */
  readonly empty: Uint8Array;
  readonly measured: boolean;
}

/** What an expression came to. */
export type Outcome =
  { readonly value: Datum; readonly warnings: readonly SqlWarning[] } | { readonly failed: Failure };

/** A MysqlError's number and state; absent for an internal error. */
export interface Failure {
  readonly code?: number;
  readonly sqlState?: string;
  readonly message: string;
}

export type ToThread =
  | {
      readonly kind: 'arrays';
      readonly arrays: readonly { readonly id: number; readonly array: SharedArray }[];
    }
  | { readonly kind: 'forget'; readonly arrays: readonly number[]; readonly fragments: readonly number[] }
  | { readonly kind: 'fragment'; readonly id: number; readonly form: FragmentForm }
  | { readonly kind: 'load'; readonly load: number; readonly file: string; readonly at: Extent }
  /** Expressions without columns to be computed. */
  | {
      readonly kind: 'evaluate';
      readonly exprs: readonly Expression[];
      readonly evalForm: EvalForm;
    }
  | StartMessage
  /** Somebody else to work for, at the other end of the port. */
  | { readonly kind: 'client'; readonly port: MessagePort }
  /** Rows outside of the columns, as one more morsel; null: there are no more. */
  | {
      readonly kind: 'rows';
      readonly task: number;
      readonly morsel: number;
      readonly rows: ChunkForm | null;
    };

/** Actual figures of a step in one thread. */
export interface StepFigures {
  readonly rows: number;
  readonly loops: number;
  readonly timeMs: number;
  readonly memoryBytes: number;
}

export type FromThread =
  /** `load`: see ThreadPool. */
  | { readonly kind: 'ready'; readonly load: Int32Array }
  /** A column of a segment's file; null: it cannot be read. */
  | {
      readonly kind: 'loaded';
      readonly load: number;
      readonly column: { readonly vector: VectorForm; readonly stats: BlockStats | null } | null;
    }
  | {
      readonly kind: 'batch';
      readonly task: number;
      /** Three numbers each: a morsel, the end of its rows in this batch, and 1 when it has no more. None: rows of any order. */
      readonly spans: readonly number[];
      readonly rows: ChunkForm;
      readonly bytes: number;
    }
  /** A morsel far ahead waits for those before it: perhaps all of them gave nothing. */
  | { readonly kind: 'ahead'; readonly task: number }
  /** A chunk of rows was taken. */
  | { readonly kind: 'taken'; readonly task: number }
  | {
      readonly kind: 'done';
      readonly task: number;
      readonly figures: readonly StepFigures[];
      readonly warnings: readonly SqlWarning[];
    }
  | { readonly kind: 'evaluated'; readonly outcomes: readonly Outcome[] }
  | ({ readonly kind: 'failed'; readonly task: number } & Failure);
