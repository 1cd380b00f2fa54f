import type { Awaitable } from '../../types/awaitable.js';
import { interruptible } from './interruptible.js';
import type { RegionError } from '../rpc.js';
import type { RequestAttributes } from '../storage.js';
import type { RegionRoute, Router } from './router.js';

interface SessionRoute extends RegionRoute {
  /** The route as the router below knows it. */
  readonly base: RegionRoute;
}

/** Marks the requests of one session with its attributes. */
export class SessionRouter implements Router {
  readonly whole = null;

  constructor(
    private readonly router: Router,
    private readonly attributes: RequestAttributes,
  ) {}

  private mark(base: RegionRoute): SessionRoute {
    const { requestSource, resourceGroup, priority, maxExecutionMs, notFillCache, txnSource } =
      this.attributes;
    const own = { requestSource, resourceGroup, priority, maxExecutionMs, notFillCache, txnSource };
    return {
      startKey: base.startKey,
      endKey: base.endKey,
      rpc: base.rpc,
      context: { ...base.context, ...own },
      base,
    };
  }

  private found(route: Awaitable<RegionRoute>): Awaitable<RegionRoute> {
    if (!(route instanceof Promise)) return this.mark(route);
    return Promise.resolve(interruptible(route, this.attributes.signal)).then((r) => this.mark(r));
  }

  locate(key: Uint8Array): Awaitable<RegionRoute> {
    return this.found(this.router.locate(key));
  }

  locateEnd(endKey: Uint8Array): Awaitable<RegionRoute> {
    return this.found(this.router.locateEnd(endKey));
  }

  onRegionError(route: RegionRoute, error: RegionError): boolean | void {
    return this.router.onRegionError((route as SessionRoute).base, error);
  }

  onSendFailure(route: RegionRoute, error: unknown): boolean | void {
    return this.router.onSendFailure((route as SessionRoute).base, error);
  }
}
