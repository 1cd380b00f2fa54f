import { compareBytes } from '../../codec/byte-writer.js';
import type { Random } from '../../../testing/random.js';
import type { KvRpc, RegionError, RpcContext } from '../../rpc.js';
import { covers, type RegionRoute, type Router } from '../router.js';

export interface Faults {
  /** Chances of each per request. */
  readonly regionError: number;
  readonly loseRequest: number;
  readonly loseReply: number;
  /** Greatest delay of a reply in milliseconds. */
  readonly delayMs: number;
}

export const NO_FAULTS: Faults = { regionError: 0, loseRequest: 0, loseReply: 0, delayMs: 0 };

const EMPTY = new Uint8Array(0);

type Method = (req: { readonly context: RpcContext }) => unknown;

/**
 * A store cut into regions that split and merge under the client's feet, whose requests and replies get lost: what a
 * TiKV cluster may do to the client, at will.
 */
export class FaultyCluster implements Router {
  readonly whole = null;
  private borders: Uint8Array[];
  private version = 1;
  private readonly rpc: KvRpc;

  constructor(
    store: KvRpc,
    private readonly random: Random,
    private readonly faults: Faults,
    borders: readonly Uint8Array[],
  ) {
    this.borders = [...borders].sort(compareBytes);
    const methods = {} as Record<string, unknown>;
    const names = Object.getOwnPropertyNames(Object.getPrototypeOf(store)) as (keyof KvRpc)[];
    for (const name of names) {
      const method = store[name];
      if (typeof method === 'function')
        methods[name] = this.wrap((method as unknown as Method).bind(store), name);
    }
    this.rpc = methods as unknown as KvRpc;
  }

  private wrap(call: Method, name: string): Method {
    return async (req) => {
      await this.pause();
      if (req.context.regionEpoch.version !== this.version)
        return this.refusal(name, { kind: 'epochNotMatch' });
      if (this.random.next() < this.faults.regionError) {
        if (this.random.below(4) === 0) this.reshape();
        return this.refusal(
          name,
          this.random.pick<RegionError>([
            { kind: 'notLeader' },
            { kind: 'regionNotFound' },
            { kind: 'staleCommand' },
          ]),
        );
      }
      if (this.random.next() < this.faults.loseRequest) throw new Error('connection lost before the request');
      const res = await call(req);
      if (this.random.next() < this.faults.loseReply) throw new Error('connection lost before the reply');
      await this.pause();
      return res;
    };
  }

  private refusal(name: string, regionError: RegionError): unknown {
    const base = {
      regionError,
      errors: [],
      pairs: [],
      locks: [],
      commitVersion: 0n,
      minCommitTs: 0n,
      onePcCommitTs: 0n,
      lockTtl: 0,
    };
    return name === 'checkTxnStatus' ? { ...base, action: 'noAction' } : base;
  }

  private pause(): Promise<void> {
    const ms = this.faults.delayMs * this.random.next();
    return ms < 0.5 ? new Promise((r) => setImmediate(r)) : new Promise((r) => setTimeout(r, ms));
  }

  /** Moves, adds or drops a border. */
  private reshape(): void {
    this.version++;
    if (this.borders.length > 1 && this.random.below(2) === 0)
      this.borders.splice(this.random.below(this.borders.length), 1);
    else {
      this.borders.push(Uint8Array.of(this.random.below(256), this.random.below(256)));
      this.borders.sort(compareBytes);
    }
  }

  private routeAt(i: number): RegionRoute {
    return {
      startKey: i === 0 ? EMPTY : this.borders[i - 1]!,
      endKey: i === this.borders.length ? EMPTY : this.borders[i]!,
      context: { regionId: i + 1, regionEpoch: { confVer: 1, version: this.version } },
      rpc: this.rpc,
    };
  }

  locate(key: Uint8Array): RegionRoute {
    let i = 0;
    while (i < this.borders.length && compareBytes(this.borders[i]!, key) <= 0) i++;
    const route = this.routeAt(i);
    if (!covers(route, key)) throw new Error('the region found does not hold the key');
    return route;
  }

  locateEnd(endKey: Uint8Array): RegionRoute {
    if (endKey.length === 0) return this.routeAt(this.borders.length);
    let i = 0;
    while (i < this.borders.length && compareBytes(this.borders[i]!, endKey) < 0) i++;
    return this.routeAt(i);
  }

  onRegionError(): void {}

  onSendFailure(): void {}
}
