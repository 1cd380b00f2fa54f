import { decodeUtf8 } from '../../types/charset.js';
import { intDatum, type Datum } from '../../types/datum.js';
import type { DecInt } from '../../types/decimal.js';
import type { Runtime } from '../runtime.js';
import { intType } from '../type-inference.js';
import type { ScalarDefinition } from './scalar.js';
import { defineAll } from './scalar.js';

/** The functions of sequences (TiDB manual, "Sequence Functions"). Their first argument is the sequence's name: schema, NUL, name. */
const named = (b: Uint8Array): readonly [schema: string, name: string] => {
  const [schema, name] = decodeUtf8(b).split('\0');
  return [schema!, name!];
};

const kernel = (f: (rt: Runtime, name: Uint8Array, value: DecInt | null) => Promise<Datum>) =>
  f as unknown as ScalarDefinition['kernel'];

const shown = (v: bigint | null): Datum => (v === null ? null : intDatum(v));

defineAll('sequence', [
  {
    name: 'nextval',
    args: ['string'],
    type: () => intType(false, 20),
    deterministic: false,
    sideEffects: true,
    async: true,
    kernel: kernel((rt, name) => rt.ctx.session.nextSequenceValue(...named(name)).then(shown)),
    doc: 'NEXTVAL(sequence), NEXT VALUE FOR sequence. TiDB manual: Sequence Functions.',
  },
  {
    name: 'lastval',
    args: ['string'],
    type: () => intType(false, 20),
    deterministic: false,
    sideEffects: true,
    nullAware: true,
    kernel: ((rt: Runtime, name: Uint8Array) =>
      shown(rt.ctx.session.lastSequenceValue(...named(name)))) as unknown as ScalarDefinition['kernel'],
    doc: 'LASTVAL(sequence): what NEXTVAL gave this session last. TiDB manual: Sequence Functions.',
  },
  {
    name: 'setval',
    args: ['string', 'numeric'],
    type: () => intType(false, 20),
    deterministic: false,
    sideEffects: true,
    nullAware: true,
    async: true,
    kernel: kernel((rt, name, value) =>
      value === null
        ? Promise.resolve(null)
        : rt.ctx.session.setSequenceValue(...named(name), BigInt(value)).then(shown),
    ),
    doc: 'SETVAL(sequence, value): later values are behind it. TiDB manual: Sequence Functions.',
  },
]);
