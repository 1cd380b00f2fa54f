import { Metadata, type Client } from '@grpc/grpc-js';
import type { Method } from '../wire/codec.js';
import { TransportError, reasonOf } from './transport-error.js';

/** One call with one answer. Rejects with TransportError, its `code` the gRPC status. */
export function callUnary<Req, ReqInit, Res, ResInit>(
  client: Client,
  address: string,
  method: Method<Req, ReqInit, Res, ResInit>,
  request: ReqInit,
  timeoutMs: number,
  metadata = new Metadata(),
): Promise<Res> {
  return new Promise((resolve, reject) => {
    client.makeUnaryRequest(
      method.path,
      method.requestSerialize,
      method.responseDeserialize,
      request,
      metadata,
      { deadline: Date.now() + timeoutMs },
      (error, response) => {
        if (error !== null)
          reject(Object.assign(new TransportError(address, reasonOf(error)), { code: error.code }));
        else resolve(response!);
      },
    );
  });
}
