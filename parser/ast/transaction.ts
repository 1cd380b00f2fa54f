import type { Expr, UserVariable } from './expression.js';

/** BEGIN [PESSIMISTIC|OPTIMISTIC], START TRANSACTION […]. */
export interface BeginStmt {
  kind: 'Begin';
  mode: 'PESSIMISTIC' | 'OPTIMISTIC' | null;
  /** READ ONLY or READ WRITE; null: not said. */
  readOnly: boolean | null;
  consistentSnapshot: boolean;
  /** WITH CAUSAL CONSISTENCY ONLY. */
  causalConsistencyOnly: boolean;
  /** START TRANSACTION READ ONLY AS OF TIMESTAMP e. */
  asOf: Expr | null;
}

export type Completion =
  | 'CHAIN'
  | 'RELEASE'
  | 'NO CHAIN'
  | 'NO RELEASE'
  | 'NO CHAIN NO RELEASE'
  | 'CHAIN NO RELEASE'
  | 'NO CHAIN RELEASE';

export interface CommitStmt {
  kind: 'Commit';
  completion: Completion | null;
}

/** savepoint not null: ROLLBACK TO [SAVEPOINT] name. */
export interface RollbackStmt {
  kind: 'Rollback';
  completion: Completion | null;
  savepoint: string | null;
}

export interface SavepointStmt {
  kind: 'Savepoint';
  name: string;
}

export interface ReleaseSavepointStmt {
  kind: 'ReleaseSavepoint';
  name: string;
}

/** XA …: recognised so that it can be refused clearly. */
export interface XaStmt {
  kind: 'Xa';
  action: 'START' | 'END' | 'PREPARE' | 'COMMIT' | 'ROLLBACK' | 'RECOVER';
}

/** PREPARE name FROM 'text' | @var: exactly one of text and variable is not null. */
export interface PrepareStmt {
  kind: 'Prepare';
  name: string;
  sql: string | null;
  variable: UserVariable | null;
}

export interface ExecuteStmt {
  kind: 'Execute';
  name: string;
  using: UserVariable[];
}

export interface DeallocateStmt {
  kind: 'Deallocate';
  name: string;
}

export type TransactionStatement =
  | BeginStmt
  | CommitStmt
  | RollbackStmt
  | SavepointStmt
  | ReleaseSavepointStmt
  | XaStmt
  | PrepareStmt
  | ExecuteStmt
  | DeallocateStmt;
