import type { Expr } from './expression.js';

/** GET [CURRENT | STACKED] DIAGNOSTICS: what statement before said, or one of its conditions, into user variables. */
export interface GetDiagnosticsStmt {
  kind: 'GetDiagnostics';
  stacked: boolean;
  /** The condition's number; null for what is said of the statement as a whole. */
  condition: Expr | null;
  items: { variable: string; item: string }[];
}

/** SIGNAL SQLSTATE 'xxxxx' [SET item = value, …]; RESIGNAL, whose state may be left out. */
export interface SignalStmt {
  kind: 'Signal';
  resignal: boolean;
  sqlState: string | null;
  items: { item: string; value: Expr }[];
}

export type DiagnosticsStatement = GetDiagnosticsStmt | SignalStmt;
