import { mysqlError } from '../types/error-table.js';

/** A set of global transaction ids: intervals by source UUID (and tag), sorted and apart (manual, "GTID Sets"). */
export type GtidSet = ReadonlyMap<string, readonly (readonly [number, number])[]>;

/** Throws 1772. */
export function parseGtidSet(text: string): GtidSet {
  const out = new Map<string, [number, number][]>();
  const bad = (): never => {
    throw mysqlError('ER_MALFORMED_GTID_SET_SPECIFICATION', text);
  };
  for (const part of text.split(',')) {
    const item = part.replace(/\s/g, '');
    if (item === '') continue;
    const [uuid, ...rest] = item.split(':');
    if (!/^[0-9a-fA-F]{8}(-?[0-9a-fA-F]{4}){3}-?[0-9a-fA-F]{12}$/.test(uuid!) || rest.length === 0) bad();
    const hex = uuid!.replace(/-/g, '').toLowerCase();
    const key = hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
    const list = out.get(key) ?? [];
    out.set(key, list);
    for (const range of rest) {
      const m = /^(\d+)(?:-(\d+))?$/.exec(range);
      if (m === null || Number(m[1]) < 1) bad();
      const from = Number(m![1]);
      const to = m![2] === undefined ? from : Number(m![2]);
      if (to >= from) list.push([from, to]);
    }
  }
  for (const [key, list] of out) {
    const merged: [number, number][] = [];
    for (const [from, to] of list.sort((a, b) => a[0] - b[0])) {
      const last = merged.at(-1);
      if (last !== undefined && from <= last[1] + 1) last[1] = Math.max(last[1], to);
      else merged.push([from, to]);
    }
    if (merged.length === 0) out.delete(key);
    else out.set(key, merged);
  }
  return out;
}

/** The ids of `a` that are not in `b`. */
export function subtractGtids(a: GtidSet, b: GtidSet): GtidSet {
  const out = new Map<string, [number, number][]>();
  for (const [uuid, intervals] of a) {
    let rest = intervals.map(([from, to]): [number, number] => [from, to]);
    for (const [from, to] of b.get(uuid) ?? []) {
      rest = rest.flatMap(([x, y]): [number, number][] => {
        if (to < x || from > y) return [[x, y]];
        const pieces: [number, number][] = [];
        if (x < from) pieces.push([x, from - 1]);
        if (y > to) pieces.push([to + 1, y]);
        return pieces;
      });
    }
    if (rest.length > 0) out.set(uuid, rest);
  }
  return out;
}

export const formatGtidSet = (s: GtidSet): string =>
  [...s.keys()]
    .sort()
    .map(
      (uuid) =>
        `${uuid}${s
          .get(uuid)!
          .map(([x, y]) => `:${x === y ? x : `${x}-${y}`}`)
          .join('')}`,
    )
    .join(',\n');
