import type { MessagePort } from 'node:worker_threads';
import type { StoreAttachment } from '../../kv/embedded/thread-protocol.js';
import type { Config } from '../config/settings.js';

/** What a worker is started with. */
export interface WorkerStart {
  readonly config: Config;
  readonly version: string;
  readonly index: number;
  readonly serverUuid: string;
  readonly attachment: StoreAttachment;
  /** To the other workers. */
  readonly peers: readonly MessagePort[];
  readonly counts: SharedArrayBuffer;
}

/** From the main thread to a worker. */
export type ToWorker =
  /** Accept clients from these sockets, which listen already. The status API is served by one worker alone. */
  | {
      readonly kind: 'serve';
      readonly tcpFd: number;
      readonly unixFd: number | null;
      readonly status: boolean;
    }
  | { readonly kind: 'stop'; readonly graceMs: number };

/** From a worker to the main thread. */
export type FromWorker =
  | { readonly kind: 'opened' }
  | { readonly kind: 'serving'; readonly statusPort: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly message: string };
