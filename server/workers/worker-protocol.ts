import type { StoreAttachment } from '../../kv/embedded/thread-protocol.js';
import type { NodeStart, SharedSockets } from './sql-node.js';

/** What a worker is started with. */
export interface WorkerStart extends NodeStart {
  readonly attachment: StoreAttachment;
}

/** From the main thread to a worker. */
export type ToWorker =
  ({ readonly kind: 'serve' } & SharedSockets) | { readonly kind: 'stop'; readonly graceMs: number };

/** From a worker to the main thread. */
export type FromWorker =
  | { readonly kind: 'opened' }
  | { readonly kind: 'serving'; readonly statusPort: number }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'failed'; readonly message: string };
