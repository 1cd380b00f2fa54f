import { encodeUtf8 } from './charset.js';
import { mysqlError } from './error-table.js';
import type { MysqlError } from './error.js';
import { newFieldType, TypeCode, UNSPECIFIED, type FieldType } from './field-type.js';

/**
 * Values of the type VECTOR: single-precision numbers, any count of them up to 16383 (TiDB manual, "Vector Data Types"). A cell
 * has four bytes an element, which are made so that the order of bytes is that of vectors, element by element and a prefix
 * before what it begins: big-endian, the sign bit turned over, of negative numbers all bits. The store has TiDB's form instead.
 */

const MAX_DIMENSIONS = 16383;
const ELEMENT = 4;

const wrong = (message: string): MysqlError => mysqlError('ER_UNKNOWN_ERROR', message);
const invalid = (text: string): MysqlError => wrong(`Invalid vector text: ${text}`);

/** VECTOR(n), or of any count of dimensions. Throws 1105. */
export function vectorType(dimensions: number = UNSPECIFIED): FieldType {
  if (dimensions > MAX_DIMENSIONS) throw wrong(`vector cannot have more than ${MAX_DIMENSIONS} dimensions`);
  return newFieldType(TypeCode.Vector, { flen: dimensions });
}

export const vectorDimensions = (cell: Uint8Array): number => cell.length / ELEMENT;

/** The cell of these numbers, each rounded to 32 bits. Throws 1105 for what is no finite number. */
export function vectorCell(elements: ArrayLike<number>): Uint8Array {
  if (elements.length > MAX_DIMENSIONS)
    throw wrong(`vector cannot have more than ${MAX_DIMENSIONS} dimensions`);
  const cell = new Uint8Array(elements.length * ELEMENT);
  const view = new DataView(cell.buffer);
  for (let i = 0; i < elements.length; i++) {
    const e = elements[i]!;
    if (Number.isNaN(e)) throw wrong('NaN not allowed in vector');
    if (!Number.isFinite(Math.fround(e))) throw wrong('infinite value not allowed in vector');
    // Adding 0 makes -0 the 0 that it equals.
    view.setFloat32(i * ELEMENT, e + 0);
    const bits = view.getUint32(i * ELEMENT);
    view.setUint32(i * ELEMENT, bits >= 0x80000000 ? ~bits : bits ^ 0x80000000);
  }
  return cell;
}

export function vectorElements(cell: Uint8Array): Float32Array {
  const view = new DataView(cell.buffer, cell.byteOffset, cell.length);
  const bits = new Uint32Array(vectorDimensions(cell));
  for (let i = 0; i < bits.length; i++) {
    const b = view.getUint32(i * ELEMENT);
    bits[i] = b >= 0x80000000 ? b ^ 0x80000000 : ~b;
  }
  return new Float32Array(bits.buffer);
}

const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;

/** `[0.3, 0.5]`. Throws 1105. */
export function parseVector(text: string): Uint8Array {
  const list = /^[ \t\r\n]*\[([^\]]*)\][ \t\r\n]*$/.exec(text)?.[1]?.replace(/^[ \t\r\n]+$/, '');
  if (list === undefined) throw invalid(text);
  const items = list === '' ? [] : list.split(',').map((s) => s.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, ''));
  if (!items.every((s) => NUMBER.test(s))) throw invalid(text);
  const numbers = items.map(Number);
  const beyond = numbers.findIndex((n) => !Number.isFinite(Math.fround(n)));
  if (beyond >= 0) throw wrong(`value ${items[beyond]!} out of range for float32`);
  return vectorCell(numbers);
}

/** Most digits that tell one single-precision number from another. */
const MAX_DIGITS = 9;

/** The fewest digits that mean the same single-precision number, without an exponent. */
function elementText(e: number): string {
  if (e === 0) return '0';
  let digits = 1;
  while (digits < MAX_DIGITS && Math.fround(Number(e.toPrecision(digits))) !== e) digits++;
  const [mantissa, power] = e.toExponential(digits - 1).split('e') as [string, string];
  const sign = e < 0 ? '-' : '';
  const all = mantissa.replace(/[-.]/g, '').replace(/0+$/, '');
  const point = Number(power) + 1;
  if (point <= 0) return `${sign}0.${'0'.repeat(-point)}${all}`;
  if (point >= all.length) return `${sign}${all}${'0'.repeat(point - all.length)}`;
  return `${sign}${all.slice(0, point)}.${all.slice(point)}`;
}

export const vectorText = (cell: Uint8Array): string =>
  `[${Array.from(vectorElements(cell), elementText).join(',')}]`;

export const vectorTextBytes = (cell: Uint8Array): Uint8Array => encodeUtf8(vectorText(cell));

/** A vector for a column or cast of so many dimensions; -1: any. Throws 1105. */
export function fitVector(cell: Uint8Array, dimensions: number): Uint8Array {
  const has = vectorDimensions(cell);
  if (dimensions >= 0 && has !== dimensions)
    throw wrong(`vector has ${has} dimensions, does not fit VECTOR(${dimensions})`);
  return cell;
}

/** As TiDB stores it: the count, then the elements, little-endian. */
export function encodeVector(cell: Uint8Array): Uint8Array {
  const elements = vectorElements(cell);
  const out = new Uint8Array(ELEMENT + cell.length);
  const view = new DataView(out.buffer);
  view.setUint32(0, elements.length, true);
  elements.forEach((e, i) => view.setFloat32(ELEMENT * (i + 1), e, true));
  return out;
}

export function decodeVector(stored: Uint8Array): Uint8Array {
  const view = new DataView(stored.buffer, stored.byteOffset, stored.length);
  const elements = new Float32Array(view.getUint32(0, true));
  for (let i = 0; i < elements.length; i++) elements[i] = view.getFloat32(ELEMENT * (i + 1), true);
  return vectorCell(elements);
}

function pairs(a: Uint8Array, b: Uint8Array): [Float32Array, Float32Array] {
  if (a.length !== b.length)
    throw wrong(`vectors have different dimensions: ${vectorDimensions(a)} and ${vectorDimensions(b)}`);
  return [vectorElements(a), vectorElements(b)];
}

/** Sums are of single precision, as TiDB's are. */
function sumOver(a: Uint8Array, b: Uint8Array, term: (x: number, y: number) => number): number {
  const [x, y] = pairs(a, b);
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum = Math.fround(sum + Math.fround(term(x[i]!, y[i]!)));
  return sum;
}

const innerProduct = (a: Uint8Array, b: Uint8Array): number => sumOver(a, b, (x, y) => x * y);

export const l2Distance = (a: Uint8Array, b: Uint8Array): number =>
  Math.sqrt(sumOver(a, b, (x, y) => Math.fround(x - y) ** 2));
export const l1Distance = (a: Uint8Array, b: Uint8Array): number => sumOver(a, b, (x, y) => Math.abs(x - y));
export const negativeInnerProduct = (a: Uint8Array, b: Uint8Array): number => 0 - innerProduct(a, b);

/** In double precision. */
export function l2Norm(v: Uint8Array): number {
  let sum = 0;
  for (const e of vectorElements(v)) sum += e * e;
  return Math.sqrt(sum);
}

/** 1 - the cosine of the angle; null where one of the vectors has no direction. */
export function cosineDistance(a: Uint8Array, b: Uint8Array): number | null {
  const product = innerProduct(a, b);
  const norms = Math.sqrt(innerProduct(a, a) * innerProduct(b, b));
  return norms === 0 ? null : 1 - Math.max(-1, Math.min(1, product / norms));
}

/** Element by element. Throws 1105 where a result is beyond single precision. */
export function vectorArithmetic(op: '+' | '-' | '*', a: Uint8Array, b: Uint8Array): Uint8Array {
  const [x, y] = pairs(a, b);
  return vectorCell(
    x.map((e, i) => {
      const f = y[i]!;
      return op === '+' ? e + f : op === '-' ? e - f : e * f;
    }),
  );
}
