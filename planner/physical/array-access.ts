import type { Constant, Expression, ScalarFunction } from '../../expression/expression.js';
import { MatchMode, matchQuery, namedWords } from '../../expression/fulltext/query.js';
import { toJsonValue } from '../../expression/json/convert.js';
import { BOOLEAN_FLAG } from '../../expression/type-inference.js';
import { decodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { evalType, TypeCode, type FieldType } from '../../types/field-type.js';
import { elementDatum, elementsOf } from '../../types/json/array-element.js';
import { decodeJson } from '../../types/json/binary.js';
import { parseJson } from '../../types/json/parse.js';
import type { JsonValue } from '../../types/json/value.js';
import { sameExpr } from '../logical/expression-walk.js';
import type { VirtualColumn } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';

/**
 * Access by a multi-valued index (MySQL manual, "Multi-Valued Indexes"): MEMBER OF, JSON_CONTAINS and JSON_OVERLAPS of its
 * array and constants, or MATCH of a full-text index's words, name elements that the rows found have.
 */
export interface NamedElements {
  readonly values: readonly Datum[];
  /** Rows have all of the elements; else one at least. */
  readonly all: boolean;
  /** Rows that have them satisfy the condition. */
  readonly exact: boolean;
}

/** The elements that a condition names; null when it says no such thing. */
export function elementsNamed(
  ctx: PlanContext,
  condition: Expression,
  array: VirtualColumn,
  element: FieldType,
): NamedElements | null {
  if (condition.kind !== 'function' || array.written.kind !== 'function') return null;
  if (array.written.name === '_fts_words' || array.written.name === '_fts_ngrams') {
    const words = wordsNamed(condition, array.written);
    if (words !== null) return named(datums(words, element), false, false);
  }
  const document = array.written.name === 'cast_as_array' ? array.written.args[0]! : array.written;
  const [a, b] = condition.args;
  if (a === undefined || b === undefined) return null;
  // How a number is written in a document is not settled by its double.
  const plain = evalType(element) !== 'real';
  switch (condition.name) {
    case 'json_memberof': {
      if (a.kind !== 'constant' || !sameDocument(b, document)) return null;
      const value = fixed(ctx, a);
      if (value === null) return null;
      const json = toJsonValue(value, a.type, (a.type.flag & BOOLEAN_FLAG) !== 0);
      return named(datums([json], element), false, plain);
    }
    case 'json_contains': {
      if (condition.args.length > 2 || b.kind !== 'constant' || !sameDocument(a, document)) return null;
      const given = documentOf(ctx, b);
      const all = given === null ? null : elementsOf(given);
      const values = all === null ? null : datums(all, element);
      // A scalar document holds no array, though the index has it as one of one element.
      const exact = plain && (!Array.isArray(given) || (values?.length ?? 0) > 1);
      return named(values, true, exact);
    }
    case 'json_overlaps': {
      const [doc, other] = a.kind === 'constant' ? [b, a] : [a, b];
      if (other.kind !== 'constant' || !sameDocument(doc, document)) return null;
      const given = documentOf(ctx, other);
      const all = given === null ? null : elementsOf(given);
      return all === null ? null : named(datums(all, element), false, false);
    }
    default:
      return null;
  }
}

const named = (values: readonly Datum[] | null, all: boolean, exact: boolean): NamedElements | null =>
  values === null || values.length === 0 ? null : { values, all, exact };

/** Words one of which each row has that MATCH finds, in a condition that only such rows satisfy. */
function wordsNamed(condition: ScalarFunction, index: ScalarFunction): readonly string[] | null {
  const [a, b] = condition.args;
  if (condition.name === 'gt' && a?.kind === 'function' && b?.kind === 'constant')
    return Number(b.value) >= 0 && b.value !== null ? wordsNamed(a, index) : null;
  if (condition.name !== '_fts_rank' || a?.kind !== 'constant' || b?.kind !== 'constant') return null;
  const over = condition.args.slice(3);
  if (over.length !== index.args.length || !over.every((c, i) => sameExpr(c, index.args[i]!))) return null;
  if (((Number(a.value) & MatchMode.Ngram) !== 0) !== (index.name === '_fts_ngrams')) return null;
  if (!(b.value instanceof Uint8Array) || b.param !== undefined) return null;
  const { parser, items } = matchQuery(Number(a.value), over[0]!.type.collate, decodeUtf8(b.value));
  return items === null ? null : namedWords(items, parser);
}

/** Whether two expressions give the same document: constant texts in them are paths, whose collation does not matter. */
function sameDocument(a: Expression, b: Expression): boolean {
  if (a.kind === 'constant' && b.kind === 'constant')
    return (
      a.param === undefined &&
      b.param === undefined &&
      evalType(a.type) === evalType(b.type) &&
      a.value instanceof Uint8Array &&
      b.value instanceof Uint8Array &&
      Buffer.compare(a.value, b.value) === 0
    );
  if (a.kind !== 'function' || b.kind !== 'function') return sameExpr(a, b);
  return (
    a.name === b.name &&
    a.type.tp === b.type.tp &&
    a.args.length === b.args.length &&
    a.args.every((x, i) => sameDocument(x, b.args[i]!))
  );
}

/** The constant's value, which a plan that is kept is good for alone. */
function fixed(ctx: PlanContext, c: Constant): Datum {
  if (c.param !== undefined) ctx.reuse?.fix(c.param);
  return c.value;
}

/** A constant document; null for what is none. JSON null is none that names elements. */
function documentOf(ctx: PlanContext, c: Constant): JsonValue {
  const value = fixed(ctx, c);
  if (!(value instanceof Uint8Array)) return null;
  if (c.type.tp === TypeCode.Json) return decodeJson(value);
  if (evalType(c.type) !== 'string' || c.type.charset === 'binary') return null;
  try {
    return parseJson(decodeUtf8(value));
  } catch {
    return null;
  }
}

/** Null when one is none of the array's kind: 1.0 is equal to 1, but no element of an array of integers. */
function datums(values: readonly JsonValue[], element: FieldType): readonly Datum[] | null {
  const out: Datum[] = [];
  for (const v of values) {
    const datum = elementDatum(v, element);
    if (typeof datum === 'string' || datum === null) return null;
    if (!out.some((x) => sameDatum(x, datum))) out.push(datum);
  }
  return out;
}

export function sameDatum(a: Datum, b: Datum): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) return Buffer.compare(a, b) === 0;
  return a === b;
}
