import type { MessagePort } from 'node:worker_threads';
import type { StoreAttachment } from '../../kv/embedded/thread-protocol.js';
import type { NodeStart, SharedSockets } from './sql-node.js';

/** What a worker is started with. */
export interface WorkerStart extends NodeStart {
  readonly attachment: StoreAttachment;
}

/** From the main thread to a worker. */
export type ToWorker =
  /** The store has been made ready: a node may open on it. */
  | { readonly kind: 'open' }
  | ({ readonly kind: 'serve' } & SharedSockets)
  /** Another worker has begun, in the place of one that ended: a port to it. */
  | { readonly kind: 'peer'; readonly port: MessagePort }
  /** Another worker has ended, or accepts: whose turn it is to accept has changed. */
  | { readonly kind: 'balance' }
  | { readonly kind: 'stop'; readonly graceMs: number };

/** From a worker to the main thread. */
export type FromWorker =
  | { readonly kind: 'opened' }
  | { readonly kind: 'serving'; readonly statusPort: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly message: string };
