import type { status } from '@grpc/grpc-js';

/** Ends a call with a gRPC status, where the protocol has no error of its own for it. */
export class RpcError extends Error {
  constructor(
    readonly code: status,
    message: string,
  ) {
    super(message);
    this.name = 'RpcError';
  }
}
