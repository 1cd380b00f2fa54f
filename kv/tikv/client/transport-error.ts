import type { ServiceError } from '@grpc/grpc-js';

/** No answer came: the connection broke, could not be made, or the time was over. Whether the request took effect is unknown. */
export class TransportError extends Error {
  constructor(
    readonly address: string,
    reason: string,
  ) {
    super(`${address}: ${reason}`);
    this.name = 'TransportError';
  }
}

export const reasonOf = (e: unknown): string =>
  (e as Partial<ServiceError>).details ?? (e instanceof Error ? e.message : String(e));
