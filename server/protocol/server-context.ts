import type { Engine } from '../../session/client-session.js';
import type { ProtocolMetrics } from './protocol-metrics.js';
import type { TlsUpgrader } from './tls-upgrade.js';

/** What all connections of a server share. */
export interface ServerContext {
  readonly engine: Engine;
  readonly metrics: ProtocolMetrics;
  readonly log: ProtocolLog;
  /** Null when no certificate is configured. */
  readonly tls: TlsUpgrader | null;
  readonly connectTimeoutMs: number;
  /** Set once the server is told to stop: new statements get 1053. */
  readonly stopping: boolean;
}

/** The part of a structured logger that the protocol needs. */
export interface ProtocolLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
