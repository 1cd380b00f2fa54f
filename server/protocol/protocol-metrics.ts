import { COMMAND_NAMES } from './command-codes.js';

/** Upper bounds of the latency buckets, in milliseconds. */
export const LATENCY_BUCKETS_MS: readonly number[] = [
  0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000, 10000, 60000,
];

/** Counters of the frontend, kept in flat arrays because they are touched once a statement. */
export class ProtocolMetrics {
  readonly commands = new Float64Array(COMMAND_NAMES.length);
  readonly errors = new Map<number, number>();
  /** One more than the bounds: the last counts what exceeds them all. */
  readonly latency = new Float64Array(LATENCY_BUCKETS_MS.length + 1);
  latencySumMs = 0;
  connectionsAccepted = 0;
  connectionsRefused = 0;
  authFailures = 0;
  /** Of connections that are closed. */
  bytesReceived = 0;
  bytesSent = 0;

  finished(command: number, ms: number): void {
    if (command < this.commands.length) this.commands[command]!++;
    this.latencySumMs += ms;
    let i = 0;
    while (i < LATENCY_BUCKETS_MS.length && ms > LATENCY_BUCKETS_MS[i]!) i++;
    this.latency[i]!++;
  }

  failed(code: number): void {
    this.errors.set(code, (this.errors.get(code) ?? 0) + 1);
  }
}
