import { ProtoFormatError, ProtoReader } from './proto-reader.js';
import { ProtoWriter } from './proto-writer.js';

/** Bytes and lists that are absent read as these. */
export const NO_BYTES = new Uint8Array(0);
export const NONE: readonly never[] = Object.freeze([]);

/** A message type: `T` as it is read, with every field there, `I` as it may be given. */
export interface Codec<T, I = T> {
  readonly name: string;
  decode(bytes: Uint8Array): T;
  encode(message: I): Buffer;
}

const writer = new ProtoWriter();

export function codec<T, I>(
  name: string,
  read: (r: ProtoReader, end: number) => T,
  write: (w: ProtoWriter, m: I) => void,
): Codec<T, I> {
  return {
    name,
    decode(bytes) {
      const r = new ProtoReader(bytes);
      const m = read(r, bytes.length);
      if (r.pos !== bytes.length) throw new ProtoFormatError(`${name}: a field reaches beyond its message`);
      return m;
    },
    encode(message) {
      try {
        write(writer, message);
        return writer.finish();
      } catch (e) {
        writer.reset();
        throw e;
      }
    },
  };
}

/** A method of a gRPC service, in the form that @grpc/grpc-js takes. */
export interface Method<Req, ReqInit, Res, ResInit> {
  readonly path: string;
  readonly requestStream: boolean;
  readonly responseStream: boolean;
  readonly requestSerialize: (m: ReqInit) => Buffer;
  readonly requestDeserialize: (b: Buffer) => Req;
  readonly responseSerialize: (m: ResInit) => Buffer;
  readonly responseDeserialize: (b: Buffer) => Res;
}

export function method<Req, ReqInit, Res, ResInit>(
  path: string,
  requestStream: boolean,
  responseStream: boolean,
  request: Codec<Req, ReqInit>,
  response: Codec<Res, ResInit>,
): Method<Req, ReqInit, Res, ResInit> {
  return {
    path,
    requestStream,
    responseStream,
    requestSerialize: request.encode,
    requestDeserialize: request.decode,
    responseSerialize: response.encode,
    responseDeserialize: response.decode,
  };
}
