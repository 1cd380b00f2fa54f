/** What statements ask of the process that serves them. */
export interface ServerControl {
  /** Reads the certificates for clients anew. Throws and keeps the old ones when that fails. */
  reloadTls(): void;
  /** Ends the process as a signal would: statements that run are waited for. */
  stop(): void;
}
