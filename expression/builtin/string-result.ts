import { UNSPECIFIED } from '../../types/field-type.js';
import type { FieldType } from '../../types/field-type.js';
import type { Expression } from '../expression.js';
import type { Runtime } from '../runtime.js';
import { charLength, intType, isStringType } from '../type-inference.js';
import { notNullIf } from './scalar.js';

/** What functions that make strings share: limits and lengths of results. */

/** A result longer than max_allowed_packet is NULL with warning 1301. */
export function tooLong(rt: Runtime, name: string, length: number): boolean {
  if (length <= rt.ctx.maxAllowedPacket) return false;
  rt.problem('ER_WARN_ALLOWED_PACKET_OVERFLOWED', name, rt.ctx.maxAllowedPacket);
  return true;
}

export const sumOfLengths = (args: readonly Expression[]): number => {
  let n = 0;
  for (const a of args) {
    const l = charLength(a.type);
    if (l === UNSPECIFIED) return UNSPECIFIED;
    n += l;
  }
  return n > 0x7fffffff ? UNSPECIFIED : n;
};

export const sameLength = (args: readonly Expression[]): number => charLength(args[0]!.type);

export const lengthArgument = (args: readonly Expression[], i: number): number => {
  const a = args[i];
  return a !== undefined && a.kind === 'constant' && a.param === undefined && typeof a.value === 'number'
    ? Math.max(0, Math.min(a.value, 1 << 28))
    : UNSPECIFIED;
};

export const positionType = (args: readonly Expression[]): FieldType => notNullIf(intType(false, 11), args);

export const anyBinary = (types: readonly FieldType[]): boolean =>
  types.some((t) => isStringType(t) && t.charset === 'binary');
