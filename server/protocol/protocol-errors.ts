import { mysqlError } from '../../types/error-table.js';
import type { MysqlError } from '../../types/error.js';

/** A packet whose bytes do not mean what its command says they mean: 1835. The connection stays usable. */
export const malformedPacket = (): MysqlError => mysqlError('ER_MALFORMED_PACKET');

/**
 * An error after which the stream of packets cannot be trusted any more: `error` is sent (when there is one) and the
 * connection closed.
 */
export class FatalProtocolError extends Error {
  constructor(readonly error: MysqlError | null) {
    super(error?.message ?? 'connection lost');
    this.name = 'FatalProtocolError';
  }
}

/** The client is gone: nobody is left to report to. */
export class ConnectionLost extends FatalProtocolError {
  constructor() {
    super(null);
    this.name = 'ConnectionLost';
  }
}
