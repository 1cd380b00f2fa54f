import type { NumVector } from '../../chunk/vector.js';

/**
 * Generated update loops over numeric vectors, one per combination of what the loop has to look at. `g` is the group, `x`
 * the value, `S` the aggregator's state object.
 */
export interface LoopBody {
  /** Identity of the texts below. */
  readonly name: string;
  /** Before the loop: locals of the state. */
  readonly head: string;
  /** One row with `g` and `x`. */
  readonly grouped: string;
  /** Locals, row and write-back for the only group 0. */
  readonly singleHead: string;
  readonly single: string;
  readonly singleTail: string;
}

type Loop = (
  S: object,
  data: Float64Array | Int32Array,
  nulls: Uint8Array | null,
  ids: Int32Array | null,
  n: number,
  sel: Int32Array | null,
) => void;

const LOOPS = new Map<string, Loop>();

export function runLoop(
  body: LoopBody,
  state: object,
  v: NumVector,
  ids: Int32Array | null,
  n: number,
  sel: Int32Array | null,
): void {
  const key = `${body.name}${v.data instanceof Int32Array ? 'i' : 'f'}${v.nulls === null ? '' : '?'}${ids === null ? '1' : ''}${sel === null ? '' : '/'}`;
  let loop = LOOPS.get(key);
  if (loop === undefined) {
    const nulls = v.nulls === null ? '' : 'if(nulls[i]===1)continue;';
    const rows =
      sel === null ? 'for(let i=0;i<n;i++){' : 'for(let q=0,qn=sel.length;q<qn;q++){const i=sel[q];';
    const text =
      ids === null
        ? `${body.singleHead}${rows}${nulls}const x=data[i];${body.single}}${body.singleTail}`
        : `${body.head}${rows}${nulls}const g=ids[i],x=data[i];${body.grouped}}`;
    loop = new Function(
      `return function ${body.name}(S,data,nulls,ids,n,sel){"use strict";${text}}`,
    )() as Loop;
    LOOPS.set(key, loop);
  }
  loop(state, v.data, v.nulls, ids, n, sel);
}
