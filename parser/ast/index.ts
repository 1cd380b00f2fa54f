import type { AdministrationStatement } from './admin.js';
import type { DdlStatement } from './ddl.js';
import type { DiagnosticsStatement } from './diagnostics.js';
import type {
  BatchStmt,
  CallStmt,
  DeleteStmt,
  DoStmt,
  HandlerStmt,
  ImportIntoStmt,
  InsertStmt,
  LoadDataStmt,
  UpdateStmt,
} from './dml.js';
import type { Expr } from './expression.js';
import type { Query } from './select.js';
import type { SetStatement } from './set.js';
import type { ShowStmt } from './show.js';
import type { TransactionStatement } from './transaction.js';

export type * from './admin.js';
export type * from './column-type.js';
export type * from './ddl.js';
export type * from './diagnostics.js';
export type * from './dml.js';
export type * from './expression.js';
export type * from './hint.js';
export type * from './select.js';
export type * from './set.js';
export type * from './show.js';
export type * from './transaction.js';
export { stripParens } from './expression.js';

export type DmlStatement =
  | InsertStmt
  | UpdateStmt
  | DeleteStmt
  | LoadDataStmt
  | ImportIntoStmt
  | DoStmt
  | CallStmt
  | HandlerStmt
  | BatchStmt;

/** A statement's tree. */
export type Statement =
  | Query
  | DmlStatement
  | DdlStatement
  | ShowStmt
  | SetStatement
  | TransactionStatement
  | DiagnosticsStatement
  | AdministrationStatement;

export interface ParseWarning {
  readonly code: number;
  readonly message: string;
}

/** One statement of a (possibly multi-statement) source, as `parse` returns it. */
export interface ParsedStatement {
  stmt: Statement;
  /** The statement's source text without the semicolon and surrounding blanks. */
  text: string;
  /** Number of `?` markers. */
  paramCount: number;
  /** The AS OF TIMESTAMP clauses, where there are any, and how many tables the statement names. */
  asOf?: { readonly times: readonly Expr[]; readonly tables: number };
  /** What the statement says in vain. */
  warnings?: readonly ParseWarning[];
  /** What those who run it keep of it from one execution to the next. */
  traits?: object;
}
