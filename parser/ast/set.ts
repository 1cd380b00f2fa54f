import type { Expr, VariableScope } from './expression.js';
import type { AuthOption, UserSpec } from './admin.js';

/** SET a = 1, @b = 2, NAMES utf8, …: each item on its own. */
export interface SetStmt {
  kind: 'Set';
  items: SetItem[];
}

export type SetItem =
  /** [GLOBAL|SESSION|…] name = value, or @@scope.name = value. scope null: session. `value` null is DEFAULT. A bare word (`ON`, `utf8`) is a StringLiteral. */
  | { kind: 'SystemVariable'; scope: VariableScope | null; name: string; value: Expr | null }
  | { kind: 'UserVariable'; name: string; value: Expr }
  /** SET NAMES charset [COLLATE c]; charset null is DEFAULT. */
  | { kind: 'Names'; charset: string | null; collate: string | null }
  /** SET CHARACTER SET charset; null is DEFAULT. */
  | { kind: 'Charset'; charset: string | null };

/** SET [GLOBAL|SESSION] TRANSACTION characteristics; scope null: the next transaction only. */
export interface SetTransactionStmt {
  kind: 'SetTransaction';
  scope: 'GLOBAL' | 'SESSION' | null;
  isolation: IsolationLevel | null;
  readOnly: boolean | null;
  /** SET TRANSACTION READ ONLY AS OF TIMESTAMP e. */
  asOf: Expr | null;
}

export type IsolationLevel = 'READ-UNCOMMITTED' | 'READ-COMMITTED' | 'REPEATABLE-READ' | 'SERIALIZABLE';

/** user null: the current user. */
export interface SetPasswordStmt {
  kind: 'SetPassword';
  user: UserSpec | null;
  auth: AuthOption;
}

export interface SetRoleStmt {
  kind: 'SetRole';
  mode: 'DEFAULT' | 'NONE' | 'ALL' | 'ALL EXCEPT' | 'LIST';
  roles: UserSpec[];
}

export interface SetDefaultRoleStmt {
  kind: 'SetDefaultRole';
  mode: 'NONE' | 'ALL' | 'LIST';
  roles: UserSpec[];
  users: UserSpec[];
}

export interface SetConfigStmt {
  kind: 'SetConfig';
  /** TIKV, PD, TIDB, TIFLASH or an instance address. */
  target: string;
  name: string;
  value: Expr;
}

export interface SetResourceGroupStmt {
  kind: 'SetResourceGroup';
  name: string;
}

/** SET SESSION_STATES 'json'. */
export interface SetSessionStatesStmt {
  kind: 'SetSessionStates';
  value: string;
}

export interface UseStmt {
  kind: 'Use';
  schema: string;
}

export type SetStatement =
  | SetStmt
  | SetTransactionStmt
  | SetPasswordStmt
  | SetRoleStmt
  | SetDefaultRoleStmt
  | SetConfigStmt
  | SetResourceGroupStmt
  | SetSessionStatesStmt
  | UseStmt;
