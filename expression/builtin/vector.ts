import { encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { Flag, UNSPECIFIED, type FieldType } from '../../types/field-type.js';
import {
  cosineDistance,
  l1Distance,
  l2Distance,
  l2Norm,
  negativeInnerProduct,
  vectorDimensions,
  vectorText,
  vectorType,
} from '../../types/vector.js';
import { intType, realType, stringType } from '../type-inference.js';
import { defineAll, type Kernel } from './scalar.js';

/** Functions of VECTOR (TiDB manual, "Vector Functions and Operators"). */

type Distance = (a: Uint8Array, b: Uint8Array) => number | null;

/** Results beyond DOUBLE, and distances that there are none of, are NULL. */
const distance = (of: Distance): Kernel => {
  return (_rt, a: Uint8Array, b: Uint8Array): Datum => {
    const d = of(a, b);
    return d === null || !Number.isFinite(d) ? null : d;
  };
};

const real = (): FieldType => ({ ...realType(), flag: Flag.Binary });

const distances: readonly [string, Distance, string][] = [
  ['vec_l2_distance', l2Distance, 'the Euclidean distance'],
  ['vec_cosine_distance', cosineDistance, '1 less the cosine of the angle between them'],
  ['vec_negative_inner_product', negativeInnerProduct, 'minus the inner product'],
  ['vec_l1_distance', l1Distance, 'the sum of the differences'],
];

defineAll('vector', [
  ...distances.map(([name, of, what]) => ({
    name,
    args: ['vector', 'vector'] as const,
    type: real,
    kernel: distance(of),
    doc: `${name.toUpperCase()}(a, b): ${what}; both of as many dimensions (TiDB).`,
  })),
  {
    name: 'vec_dims',
    args: ['vector'],
    type: () => intType(false, 11),
    kernel: (_rt, v: Uint8Array) => vectorDimensions(v),
    total: true,
    doc: 'VEC_DIMS(v): how many dimensions the vector has (TiDB).',
  },
  {
    name: 'vec_l2_norm',
    args: ['vector'],
    type: real,
    kernel: (_rt, v: Uint8Array) => l2Norm(v),
    total: true,
    doc: 'VEC_L2_NORM(v): the length of the vector (TiDB).',
  },
  {
    name: 'vec_from_text',
    args: ['vector'],
    type: () => vectorType(),
    kernel: (_rt, v: Uint8Array) => v,
    total: true,
    doc: 'VEC_FROM_TEXT(text): the vector that is written (TiDB).',
  },
  {
    name: 'vec_as_text',
    args: ['vector'],
    type: () => stringType(UNSPECIFIED, 'utf8mb4', 'utf8mb4_bin'),
    kernel: (_rt, v: Uint8Array) => encodeUtf8(vectorText(v)),
    total: true,
    doc: 'VEC_AS_TEXT(v): the vector as text (TiDB).',
  },
]);
