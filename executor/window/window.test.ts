import { decimalType, intType, realType } from '../../expression/type-inference.js';
import type { ByItem, Expression } from '../../expression/expression.js';
import type { FrameBound, Window, WindowFrame } from '../../planner/physical/plan.js';
import type { Datum } from '../../types/datum.js';
import type { FieldType } from '../../types/field-type.js';
import { ChunkListOperator } from '../chunk-list.js';
import { SortOperator } from '../sort.js';
import { BIGINT, columns, INT, lineOf, randomChunk } from '../testing/random-chunks.js';
import { Random, testSeed } from '../../testing/random.js';
import { rowsOf, testContext } from '../testing/test-context.js';
import { WindowOperator } from './window.js';

const TYPES: readonly FieldType[] = [INT, INT, BIGINT];

const constant = (value: number): Expression => ({ kind: 'constant', type: INT, value });

/** Rows of one partition, evaluated by the definitions. */
function reference(rows: Datum[][], frame: WindowFrame | null, ordered: boolean, desc: boolean): Datum[][] {
  const n = rows.length;
  const key = (i: number): Datum => rows[i]![1]!;
  const peers = (i: number): [number, number] => {
    if (!ordered) return [0, n];
    let a = i;
    while (a > 0 && key(a - 1) === key(i)) a--;
    let b = i + 1;
    while (b < n && key(b) === key(i)) b++;
    return [a, b];
  };
  const inFrame = (i: number): number[] => {
    const f = frame ?? {
      unit: 'range',
      start: { kind: 'unboundedPreceding' },
      end: ordered ? { kind: 'currentRow' } : { kind: 'unboundedFollowing' },
    };
    const out: number[] = [];
    const value = (b: FrameBound): number => (b.value as { value: number } | undefined)?.value ?? 0;
    for (let j = 0; j < n; j++) {
      const after = (b: FrameBound): boolean => {
        switch (b.kind) {
          case 'unboundedPreceding':
            return true;
          case 'unboundedFollowing':
            return false;
          case 'currentRow':
            return f.unit === 'rows' ? j >= i : j >= peers(i)[0];
          default: {
            const k = b.kind === 'following' ? value(b) : -value(b);
            if (f.unit === 'rows') return j >= i + k;
            if (key(i) === null) return j >= peers(i)[0];
            if (key(j) === null) return desc;
            const d = (key(j) as number) - (key(i) as number);
            return desc ? -d >= k : d >= k;
          }
        }
      };
      const before = (b: FrameBound): boolean => {
        switch (b.kind) {
          case 'unboundedFollowing':
            return true;
          case 'unboundedPreceding':
            return false;
          case 'currentRow':
            return f.unit === 'rows' ? j <= i : j < peers(i)[1];
          default: {
            const k = b.kind === 'following' ? value(b) : -value(b);
            if (f.unit === 'rows') return j <= i + k;
            if (key(i) === null) return j < peers(i)[1];
            if (key(j) === null) return !desc;
            const d = (key(j) as number) - (key(i) as number);
            return desc ? -d <= k : d <= k;
          }
        }
      };
      if (after(f.start) && before(f.end)) out.push(j);
    }
    return out;
  };
  return rows.map((row, i) => {
    const [a, b] = peers(i);
    let dense = 1;
    for (let j = 1; j <= i; j++) if (ordered && peers(j)[0] === j) dense++;
    const small = Math.floor(n / 3);
    const sizes = [0, 1, 2].map((k) => small + (k < n % 3 ? 1 : 0));
    let bucket = 0;
    for (let k = 0, left = i; k < 3; k++) {
      if (left < sizes[k]!) {
        bucket = k + 1;
        break;
      }
      left -= sizes[k]!;
    }
    const at = inFrame(i);
    const values = at.map((j) => rows[j]![2]!).filter((v) => v !== null) as (number | bigint)[];
    const sum = values.length === 0 ? null : values.reduce<bigint>((s, v) => s + BigInt(v), 0n);
    const least = values.length === 0 ? null : values.reduce((x, y) => (y < x ? y : x));
    const most = values.length === 0 ? null : values.reduce((x, y) => (y > x ? y : x));
    const real = values.length === 0 ? null : values.length;
    return [
      ...row,
      i + 1,
      a + 1,
      dense,
      n <= 1 ? 0 : a / (n - 1),
      b / n,
      bucket,
      i + 2 < n ? rows[i + 2]![2]! : null,
      i - 1 >= 0 ? rows[i - 1]![2]! : 77,
      at.length > 0 ? rows[at[0]!]![2]! : null,
      at.length > 0 ? rows[at[at.length - 1]!]![2]! : null,
      at.length > 1 ? rows[at[1]!]![2]! : null,
      real === null ? 0 : real,
      sum,
      least,
      most,
    ];
  });
}

describe('Window', () => {
  const seed = testSeed();
  test(`every function over every frame agrees with its definition (seed ${seed})`, async () => {
    const r = new Random(seed);
    const ctx = testContext();
    const cols = columns(TYPES);
    const value = cols[2]!;
    for (let round = 0; round < 150; round++) {
      const chunks = Array.from({ length: r.below(4) }, () =>
        randomChunk(r, TYPES, 1 + r.below(25), 0.15, r.pick([3, 12])),
      );
      const ordered = r.chance(0.8);
      const desc = r.chance(0.4);
      const partitionBy: ByItem[] = r.chance(0.7) ? [{ expr: cols[0]!, desc: false }] : [];
      const orderBy: ByItem[] = ordered ? [{ expr: cols[1]!, desc }] : [];
      const unit = ordered && r.chance(0.5) ? 'range' : 'rows';
      const bound = (from: number): FrameBound => {
        const kind = (
          ['unboundedPreceding', 'preceding', 'currentRow', 'following', 'unboundedFollowing'] as const
        )[from]!;
        return kind === 'preceding' || kind === 'following'
          ? { kind, value: constant(r.below(4)) }
          : { kind };
      };
      const start = r.below(4);
      const end = Math.max(1, start) + r.below(5 - Math.max(1, start));
      const frame: WindowFrame | null = r.chance(0.2) ? null : { unit, start: bound(start), end: bound(end) };
      const functions: Window['functions'] = [
        { name: 'row_number', args: [], type: intType() },
        { name: 'rank', args: [], type: intType() },
        { name: 'dense_rank', args: [], type: intType() },
        { name: 'percent_rank', args: [], type: realType() },
        { name: 'cume_dist', args: [], type: realType() },
        { name: 'ntile', args: [constant(3)], type: intType() },
        { name: 'lead', args: [value, constant(2)], type: BIGINT },
        { name: 'lag', args: [value, constant(1), constant(77)], type: BIGINT },
        { name: 'first_value', args: [value], type: BIGINT },
        { name: 'last_value', args: [value], type: BIGINT },
        { name: 'nth_value', args: [value, constant(2)], type: BIGINT },
        { name: 'count', args: [value], type: intType() },
        { name: 'sum', args: [value], type: decimalType(42, 0) },
        { name: 'min', args: [value], type: BIGINT },
        { name: 'max', args: [value], type: BIGINT },
      ];
      const base = { id: 1, schema: cols, estRows: 1, task: 'root' as const };
      const plan: Window = {
        ...base,
        op: 'Window',
        child: { ...base, op: 'TableDual', rowCount: 0 },
        partitionBy,
        orderBy,
        functions,
        frame,
      };
      const sorted = (): SortOperator =>
        new SortOperator([...partitionBy, ...orderBy], new ChunkListOperator(chunks), ctx);
      const rows = await rowsOf(sorted());
      const want: Datum[][] = [];
      for (let a = 0; a < rows.length;) {
        let b = a + 1;
        while (b < rows.length && (partitionBy.length === 0 || rows[b]![0] === rows[a]![0])) b++;
        want.push(...reference(rows.slice(a, b), frame, ordered, desc));
        a = b;
      }
      const got = await rowsOf(new WindowOperator(plan, sorted(), ctx));
      const about = {
        round,
        unit,
        frame: frame === null ? 'default' : `${describe_(frame.start)}..${describe_(frame.end)}`,
        desc,
        ordered,
      };
      expect({ about, rows: got.map(lineOf) }).toEqual({ about, rows: want.map(lineOf) });
    }
    expect(ctx.held.bytes).toBe(0);
  });
});

const describe_ = (b: FrameBound): string =>
  `${b.kind} ${String((b.value as { value: number } | undefined)?.value ?? '')}`;
