import { mysqlError } from '../../types/error-table.js';
import type { JsonValue } from '../../types/json/value.js';

/** JSON paths (manual, "JSON Path Syntax"): $.key, $."k", $.*, $[n], $[last-n], $[n to m], $[*], $**. */
export type Leg =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'anyKey' }
  | { readonly kind: 'index'; readonly index: Position }
  | { readonly kind: 'range'; readonly from: Position; readonly to: Position }
  | { readonly kind: 'anyIndex' }
  | { readonly kind: 'descendants' };

/** From the start, or counted back from the last cell. */
export interface Position {
  readonly fromEnd: boolean;
  readonly n: number;
}

export interface JsonPath {
  readonly legs: readonly Leg[];
  /** May select several values. */
  readonly multiple: boolean;
}

const CACHE = new Map<string, JsonPath>();

/** Throws 3143 with the position of the first character that does not fit. */
export function parsePath(text: string): JsonPath {
  let p = CACHE.get(text);
  if (p === undefined) {
    p = parse(text);
    if (CACHE.size > 2000) CACHE.clear();
    CACHE.set(text, p);
  }
  return p;
}

const IDENTIFIER = /[\p{L}_$][\p{L}\p{N}_$]*/uy;

function parse(text: string): JsonPath {
  let i = 0;
  const legs: Leg[] = [];
  const fail = (): never => {
    throw mysqlError('ER_INVALID_JSON_PATH', Math.max(1, i + 1));
  };
  const space = (): void => {
    while (i < text.length && /\s/.test(text[i]!)) i++;
  };
  const number = (): number => {
    const m = /\d+/y;
    m.lastIndex = i;
    const r = m.exec(text);
    if (r === null || r[0].length > 10) return fail();
    i += r[0].length;
    return Number(r[0]);
  };
  const position = (): Position => {
    space();
    if (text.startsWith('last', i)) {
      i += 4;
      space();
      if (text[i] !== '-') return { fromEnd: true, n: 0 };
      i++;
      space();
      return { fromEnd: true, n: number() };
    }
    return { fromEnd: false, n: number() };
  };
  space();
  if (text[i] !== '$') fail();
  i++;
  for (space(); i < text.length; space()) {
    const c = text[i];
    if (c === '.') {
      i++;
      space();
      if (text[i] === '*') {
        legs.push({ kind: 'anyKey' });
        i++;
      } else if (text[i] === '"') {
        let end = i + 1;
        while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
        if (end >= text.length) fail();
        let key = '';
        try {
          key = JSON.parse(text.slice(i, end + 1)) as string;
        } catch {
          fail();
        }
        legs.push({ kind: 'key', key });
        i = end + 1;
      } else {
        IDENTIFIER.lastIndex = i;
        const m = IDENTIFIER.exec(text);
        if (m === null) fail();
        legs.push({ kind: 'key', key: m![0] });
        i += m![0].length;
      }
    } else if (c === '[') {
      i++;
      space();
      if (text[i] === '*') {
        legs.push({ kind: 'anyIndex' });
        i++;
      } else {
        const from = position();
        const before = i;
        space();
        if (i > before && text.startsWith('to', i) && /\s/.test(text[i + 2] ?? '')) {
          i += 2;
          const to = position();
          if (from.fromEnd === to.fromEnd && (from.fromEnd ? from.n < to.n : from.n > to.n)) fail();
          legs.push({ kind: 'range', from, to });
        } else {
          legs.push({ kind: 'index', index: from });
        }
      }
      space();
      if (text[i] !== ']') fail();
      i++;
    } else if (c === '*' && text[i + 1] === '*') {
      if (text[i + 2] === '*') fail();
      legs.push({ kind: 'descendants' });
      i += 2;
      if (i >= text.length) fail();
    } else fail();
  }
  return { legs, multiple: legs.some((l) => l.kind !== 'key' && l.kind !== 'index') };
}

export const isObject = (v: JsonValue): v is ReadonlyMap<string, JsonValue> => v instanceof Map;
export const isArray = (v: JsonValue): v is readonly JsonValue[] => Array.isArray(v);

/** Index into an array of that length; -1 when before the start. */
export const resolvePosition = (p: Position, length: number): number => (p.fromEnd ? length - 1 - p.n : p.n);

/** Values at a path in document order. A scalar or object counts as an array of one where a cell is asked for. */
export function selectPath(root: JsonValue, path: JsonPath): JsonValue[] {
  const out: JsonValue[] = [];
  const walk = (v: JsonValue, k: number): void => {
    if (k === path.legs.length) {
      out.push(v);
      return;
    }
    const leg = path.legs[k]!;
    switch (leg.kind) {
      case 'key':
        if (isObject(v)) {
          const x = v.get(leg.key);
          if (x !== undefined) walk(x, k + 1);
        }
        return;
      case 'anyKey':
        if (isObject(v)) for (const x of v.values()) walk(x, k + 1);
        return;
      case 'index': {
        if (!isArray(v)) {
          if (resolvePosition(leg.index, 1) === 0) walk(v, k + 1);
          return;
        }
        const i = resolvePosition(leg.index, v.length);
        if (i >= 0 && i < v.length) walk(v[i]!, k + 1);
        return;
      }
      case 'range': {
        const items = isArray(v) ? v : [v];
        const from = Math.max(0, resolvePosition(leg.from, items.length));
        const to = Math.min(items.length - 1, resolvePosition(leg.to, items.length));
        for (let i = from; i <= to; i++) walk(items[i]!, k + 1);
        return;
      }
      case 'anyIndex':
        if (isArray(v)) for (const x of v) walk(x, k + 1);
        return;
      case 'descendants': {
        walk(v, k + 1);
        if (isObject(v)) for (const x of v.values()) walk(x, k);
        else if (isArray(v)) for (const x of v) walk(x, k);
      }
    }
  };
  walk(root, 0);
  if (!path.legs.some((l) => l.kind === 'descendants')) return out;
  // Two ways may lead to one value: it counts once.
  const seen = new Set<JsonValue>();
  return out.filter((v) => {
    if (v === null || typeof v !== 'object') return true;
    if (seen.has(v)) return false;
    seen.add(v);
    return true;
  });
}

/** Text of a path to one value. */
export function pathText(legs: readonly (string | number)[]): string {
  let s = '$';
  for (const l of legs) {
    if (typeof l === 'number') s += `[${l}]`;
    else s += /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(l) ? `.${l}` : `.${JSON.stringify(l)}`;
  }
  return s;
}
