import { mysqlError } from '../../types/error-table.js';
import { compareJsonValues } from '../../types/json/compare.js';
import { JsonDouble, JsonOpaque } from '../../types/json/value.js';
import type { JsonValue } from '../../types/json/value.js';
import type { JsonPath } from './path.js';
import { isArray, isObject, resolvePosition } from './path.js';
import { JsonValueSet } from './value-set.js';

/** Changed copies of JSON values (manual, "Functions That Modify JSON Values"). */

export type SetMode = 'set' | 'insert' | 'replace';

/** JSON_SET, JSON_INSERT, JSON_REPLACE at one path. */
export function setAt(root: JsonValue, path: JsonPath, value: JsonValue, mode: SetMode): JsonValue {
  const walk = (v: JsonValue, k: number): JsonValue => {
    if (k === path.legs.length) return mode === 'insert' ? v : value;
    const leg = path.legs[k]!;
    const last = k === path.legs.length - 1;
    if (leg.kind === 'key') {
      if (!isObject(v)) return v;
      const old = v.get(leg.key);
      if (old === undefined && (!last || mode === 'replace')) return v;
      const next = new Map(v);
      next.set(leg.key, old === undefined ? value : walk(old, k + 1));
      return next;
    }
    if (leg.kind !== 'index') return v;
    if (!isArray(v)) {
      const i = resolvePosition(leg.index, 1);
      if (i === 0) return walk(v, k + 1);
      if (!last || mode === 'replace') return v;
      // A cell beyond a scalar makes it an array.
      return i < 0 ? [value, v] : [v, value];
    }
    const i = resolvePosition(leg.index, v.length);
    if (i >= 0 && i < v.length) {
      const next = v.slice();
      next[i] = walk(v[i]!, k + 1);
      return next;
    }
    if (!last || mode === 'replace') return v;
    return i < 0 ? [value, ...v] : [...v, value];
  };
  return walk(root, 0);
}

export function removeAt(root: JsonValue, path: JsonPath): JsonValue {
  if (path.legs.length === 0) throw mysqlError('ER_JSON_VACUOUS_PATH');
  const walk = (v: JsonValue, k: number): JsonValue => {
    const leg = path.legs[k]!;
    const last = k === path.legs.length - 1;
    if (leg.kind === 'key') {
      if (!isObject(v) || !v.has(leg.key)) return v;
      const next = new Map(v);
      if (last) next.delete(leg.key);
      else next.set(leg.key, walk(v.get(leg.key)!, k + 1));
      return next;
    }
    if (leg.kind !== 'index' || !isArray(v)) return v;
    const i = resolvePosition(leg.index, v.length);
    if (i < 0 || i >= v.length) return v;
    const next = v.slice();
    if (last) next.splice(i, 1);
    else next[i] = walk(v[i]!, k + 1);
    return next;
  };
  return walk(root, 0);
}

/** JSON_ARRAY_APPEND: the value at the path becomes an array that ends in `value`. */
export function appendAt(root: JsonValue, path: JsonPath, value: JsonValue): JsonValue {
  return update(root, path, 0, (v) => (isArray(v) ? [...v, value] : [v, value]));
}

/** JSON_ARRAY_INSERT: the last leg is a cell. */
export function insertAt(root: JsonValue, path: JsonPath, value: JsonValue): JsonValue {
  const leg = path.legs[path.legs.length - 1];
  if (leg === undefined || leg.kind !== 'index') throw mysqlError('ER_INVALID_JSON_PATH_ARRAY_CELL');
  return update(root, { ...path, legs: path.legs.slice(0, -1) }, 0, (v) => {
    if (!isArray(v)) return v;
    const next = v.slice();
    next.splice(Math.max(0, Math.min(v.length, resolvePosition(leg.index, v.length))), 0, value);
    return next;
  });
}

function update(v: JsonValue, path: JsonPath, k: number, f: (v: JsonValue) => JsonValue): JsonValue {
  if (k === path.legs.length) return f(v);
  const leg = path.legs[k]!;
  if (leg.kind === 'key') {
    if (!isObject(v)) return v;
    const x = v.get(leg.key);
    return x === undefined ? v : new Map(v).set(leg.key, update(x, path, k + 1, f));
  }
  if (leg.kind !== 'index') return v;
  if (!isArray(v)) return resolvePosition(leg.index, 1) === 0 ? update(v, path, k + 1, f) : v;
  const i = resolvePosition(leg.index, v.length);
  if (i < 0 || i >= v.length) return v;
  const next = v.slice();
  next[i] = update(v[i]!, path, k + 1, f);
  return next;
}

/** JSON_MERGE_PATCH (RFC 7396). */
export function mergePatch(a: JsonValue, b: JsonValue): JsonValue {
  if (!isObject(b)) return b;
  const out = new Map<string, JsonValue>(isObject(a) ? a : []);
  for (const [k, v] of b) {
    if (v === null) out.delete(k);
    else out.set(k, mergePatch(out.get(k) ?? null, v));
  }
  return out;
}

/** JSON_MERGE_PRESERVE. */
export function mergePreserve(a: JsonValue, b: JsonValue): JsonValue {
  if (isObject(a) && isObject(b)) {
    const out = new Map<string, JsonValue>(a);
    for (const [k, v] of b) {
      const old = out.get(k);
      out.set(k, old === undefined ? v : mergePreserve(old, v));
    }
    return out;
  }
  return [...(isArray(a) ? a : [a]), ...(isArray(b) ? b : [b])];
}

/** Pairs of items up to which comparing each with each is cheaper than a set. */
const FEW_PAIRS = 256;

const manyPairs = (a: readonly JsonValue[], b: readonly JsonValue[]): boolean =>
  a.length * b.length > FEW_PAIRS;

/** What a scalar is looked for in: items of the array and of arrays in it. */
function addItems(items: readonly JsonValue[], to: JsonValueSet): void {
  for (const v of items)
    if (isArray(v)) addItems(v, to);
    else if (!isObject(v)) to.add(v);
}

function containsAll(whole: readonly JsonValue[], parts: readonly JsonValue[]): boolean {
  const scalars = new JsonValueSet();
  if (parts.some(isScalar)) addItems(whole, scalars);
  const composites = whole.filter((w) => !isScalar(w));
  return parts.every((p) => (isScalar(p) ? scalars.has(p) : composites.some((w) => containsValue(w, p))));
}

/** JSON_CONTAINS: `part` in `whole`. */
export function containsValue(whole: JsonValue, part: JsonValue): boolean {
  if (isArray(whole)) {
    if (isArray(part) && manyPairs(whole, part)) return containsAll(whole, part);
    if (isArray(part)) return part.every((p) => whole.some((w) => containsValue(w, p)));
    return whole.some((w) => containsValue(w, part));
  }
  if (isObject(whole)) {
    if (!isObject(part)) return false;
    for (const [k, v] of part) {
      const w = whole.get(k);
      if (w === undefined || !containsValue(w, v)) return false;
    }
    return true;
  }
  return !isArray(part) && !isObject(part) && compareJsonValues(whole, part) === 0;
}

/** JSON_OVERLAPS. */
export function overlaps(a: JsonValue, b: JsonValue): boolean {
  if (isArray(a) || isArray(b)) {
    const x = isArray(a) ? a : [a];
    const y = isArray(b) ? b : [b];
    if (manyPairs(x, y)) {
      const set = new JsonValueSet();
      for (const w of y) set.add(w);
      return x.some((v) => set.has(v));
    }
    return x.some((v) => y.some((w) => compareJsonValues(v, w) === 0));
  }
  if (isObject(a) && isObject(b)) {
    for (const [k, v] of a) {
      const w = b.get(k);
      if (w !== undefined && compareJsonValues(v, w) === 0) return true;
    }
    return false;
  }
  return compareJsonValues(a, b) === 0;
}

export function depthOf(v: JsonValue): number {
  if (isArray(v)) return 1 + v.reduce<number>((d, x) => Math.max(d, depthOf(x)), 0);
  if (isObject(v)) return 1 + [...v.values()].reduce<number>((d, x) => Math.max(d, depthOf(x)), 0);
  return 1;
}

export const isScalar = (v: JsonValue): boolean =>
  v === null || typeof v !== 'object' || v instanceof JsonDouble || v instanceof JsonOpaque;
