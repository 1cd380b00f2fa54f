import type { Answer } from './side.js';

/** What MariaDB and MySQL 8 answer differently, with the place in the MySQL manual that says what is right here. */
export interface KnownDifference {
  /** The expression or statement that shows it. */
  readonly when: RegExp;
  /** Condition on the two answers. */
  readonly answers: (ours: Answer, theirs: Answer) => boolean;
  readonly why: string;
  readonly manual: string;
}

type Cell = string | null;
type Answers = KnownDifference['answers'];

export const bothAnswered: Answers = (a, b) => a.error === null && b.error === null;

/** Both answered with as many rows, and all cells that differ are such that `same` holds for ours and theirs. */
export const cells =
  (same: (ours: Cell, theirs: Cell) => boolean): Answers =>
  (a, b) =>
    bothAnswered(a, b) &&
    a.rows.length === b.rows.length &&
    a.rows.every((r, i) =>
      r.every((x, j) => {
        const y = b.rows[i]?.[j] ?? null;
        return x === y || same(x, y);
      }),
    );

/** Numbers that differ by a small part of them. */
export const digits = (part: number): Answers =>
  cells((x, y) => {
    if (x === null || y === null) return false;
    const [p, q] = [Number(x), Number(y)];
    return Math.abs(p - q) <= part * Math.max(Math.abs(p), Math.abs(q), 1e-3);
  });

/** Numbers that differ by less than a unit of the last of so many decimals. */
export const decimals = (n: number): Answers =>
  cells((x, y) => x !== null && y !== null && Math.abs(Number(x) - Number(y)) < 10 ** -n);

/** Ours is NULL where the answers differ. */
export const nullHere: Answers = cells((x) => x === null);

/** Both are truth values, or NULL. */
export const truthOnly: Answers = cells((x, y) => /^[012]?$/.test(x ?? '') && /^[012]?$/.test(y ?? ''));

export const eitherOf =
  (...list: readonly Answers[]): Answers =>
  (a, b) =>
    list.some((f) => f(a, b));

/** Ours is an error of these, theirs none. */
export const refusedHere =
  (...codes: readonly number[]): Answers =>
  (a, b) =>
    codes.includes(a.error?.code ?? 0) && b.error === null;

export const refusedThere =
  (...codes: readonly number[]): Answers =>
  (a, b) =>
    codes.includes(b.error?.code ?? 0) && a.error === null;

/** The first rule that explains the two answers. */
export const knownDifference = (
  rules: readonly KnownDifference[],
  sql: string,
  ours: Answer,
  theirs: Answer,
): KnownDifference | null => rules.find((k) => k.when.test(sql) && k.answers(ours, theirs)) ?? null;

/** Seconds of a TIME as text; NaN of other text. */
export function secondsOf(time: string): number {
  const m = /^(-?)(\d+):(\d\d):(\d\d(?:\.\d+)?)$/.exec(time);
  if (m === null) return NaN;
  const n = Number(m[2]) * 3600 + Number(m[3]) * 60 + Number(m[4]);
  return m[1] === '-' ? -n : n;
}

export const integral = (x: string | null): boolean => x === null || /^-?\d+$/.test(x);

export const truth = (x: string | null): boolean => x === null || /^[01]$/.test(x);
