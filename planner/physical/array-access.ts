import { arrayPart, indexedType } from '../../catalog/table-layout.js';
import type { IndexInfo } from '../../catalog/model.js';
import type { Column, Constant, Expression, ScalarFunction } from '../../expression/expression.js';
import { booleanQuery, namedWords, naturalQuery } from '../../expression/fulltext/query.js';
import { foldOf } from '../../expression/fulltext/words.js';
import { newFunction } from '../../expression/build.js';
import { toJsonValue } from '../../expression/json/convert.js';
import { BOOLEAN_FLAG } from '../../expression/type-inference.js';
import { decodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { evalType, TypeCode, type FieldType } from '../../types/field-type.js';
import { elementDatum } from '../../types/json/array-element.js';
import { decodeJson } from '../../types/json/binary.js';
import { parseJson } from '../../types/json/parse.js';
import type { JsonValue } from '../../types/json/value.js';
import { sameExpr } from '../logical/expression-walk.js';
import type { DataSource, VirtualColumn } from '../logical/plan.js';
import type { PlanContext } from '../plan-context.js';

/**
 * Access by a multi-valued index (MySQL manual, "Multi-Valued Indexes"): MEMBER OF, JSON_CONTAINS and JSON_OVERLAPS of its
 * array and constants name elements that every row found has one of. The entries of those elements are read, each row once,
 * and the conditions are looked at again.
 */
export interface ArrayAccess {
  /** The array's elements as a column of the index. */
  readonly column: Column;
  /** Position of it among the index's columns. */
  readonly position: number;
  /** The condition that names elements, and what it means for them. */
  readonly condition: Expression;
  readonly named: Expression;
  /** Share of the rows that have one of the elements; a guess, as TiDB makes it of an equality. */
  readonly share: number;
}

export function arrayAccess(
  ctx: PlanContext,
  ds: DataSource,
  index: IndexInfo,
  conditions: readonly Expression[],
): ArrayAccess | null {
  const position = arrayPart(ds.table, index);
  if (position < 0) return null;
  const part = index.columns[position]!;
  const array = ds.virtuals.find((v) => ds.infos.get(v.column.id)?.offset === part.offset);
  if (array === undefined) return null;
  const column: Column = { ...array.column, type: indexedType(ds.table, part) };
  let best: { condition: Expression; elements: readonly Datum[] } | null = null;
  for (const condition of conditions) {
    const elements = elementsNamed(ctx, condition, array, ds.table.columns[part.offset]!.type.arrayOf!);
    // One element finds fewer rows than several.
    if (elements !== null && (best === null || elements.length < best.elements.length))
      best = { condition, elements };
  }
  if (best === null) return null;
  const constants = best.elements.map((value): Constant => ({ kind: 'constant', type: column.type, value }));
  const named =
    constants.length === 1
      ? newFunction('eq', [column, constants[0]!], ctx.eval)
      : newFunction('in', [column, ...constants], ctx.eval);
  return { column, position, condition: best.condition, named, share: Math.min(1, constants.length / 1000) };
}

/** Elements one of which each row that satisfies the condition has; null when it says no such thing. */
function elementsNamed(
  ctx: PlanContext,
  condition: Expression,
  array: VirtualColumn,
  element: FieldType,
): readonly Datum[] | null {
  if (condition.kind !== 'function' || array.written.kind !== 'function') return null;
  if (array.written.name === '_fts_words') {
    const words = wordsNamed(condition, array.written.args);
    if (words !== null) return datums(words, element);
  }
  const document = array.written.name === 'cast_as_array' ? array.written.args[0]! : array.written;
  const [a, b] = condition.args;
  if (a === undefined || b === undefined) return null;
  switch (condition.name) {
    case 'json_memberof': {
      if (a.kind !== 'constant' || !sameDocument(b, document)) return null;
      const value = fixed(ctx, a);
      return value === null
        ? null
        : datums([toJsonValue(value, a.type, (a.type.flag & BOOLEAN_FLAG) !== 0)], element);
    }
    case 'json_contains': {
      if (condition.args.length > 2 || b.kind !== 'constant' || !sameDocument(a, document)) return null;
      const all = elementsOf(ctx, b);
      // Rows have all of them: any one will do.
      return all === null || all.length === 0 ? null : datums(all.slice(0, 1), element);
    }
    case 'json_overlaps': {
      const [doc, given] = a.kind === 'constant' ? [b, a] : [a, b];
      if (given.kind !== 'constant' || !sameDocument(doc, document)) return null;
      const all = elementsOf(ctx, given);
      return all === null || all.length === 0 ? null : datums(all, element);
    }
    default:
      return null;
  }
}

/** Words one of which each row has that MATCH finds, in a condition that only such rows satisfy. */
function wordsNamed(condition: ScalarFunction, columns: readonly Expression[]): readonly string[] | null {
  const [a, b] = condition.args;
  if (condition.name === 'gt' && a?.kind === 'function' && b?.kind === 'constant')
    return Number(b.value) >= 0 && b.value !== null ? wordsNamed(a, columns) : null;
  if (condition.name !== '_fts_rank' || a?.kind !== 'constant' || b?.kind !== 'constant') return null;
  const over = condition.args.slice(3);
  if (over.length !== columns.length || !over.every((c, i) => sameExpr(c, columns[i]!))) return null;
  if (!(b.value instanceof Uint8Array) || b.param !== undefined) return null;
  const fold = foldOf(over[0]!.type.collate);
  const text = decodeUtf8(b.value);
  const items = Number(a.value) === 1 ? booleanQuery(text, fold) : naturalQuery(text, fold);
  return items === null ? null : namedWords(items);
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

/** The elements of a constant document; null for an object or bad text. */
function elementsOf(ctx: PlanContext, c: Constant): readonly JsonValue[] | null {
  const value = fixed(ctx, c);
  if (!(value instanceof Uint8Array)) return null;
  let doc: JsonValue;
  if (c.type.tp === TypeCode.Json) doc = decodeJson(value);
  else if (evalType(c.type) === 'string' && c.type.charset !== 'binary') {
    try {
      doc = parseJson(decodeUtf8(value));
    } catch {
      return null;
    }
  } else return null;
  if (Array.isArray(doc)) return doc as readonly JsonValue[];
  return doc instanceof Map ? null : [doc];
}

/** Null when one is none of the array's kind: 1.0 is equal to 1, but no element of an array of integers. */
function datums(values: readonly JsonValue[], element: FieldType): readonly Datum[] | null {
  const out: Datum[] = [];
  for (const v of values) {
    const datum = elementDatum(v, element);
    if (typeof datum === 'string' || datum === null) return null;
    out.push(datum);
  }
  return out;
}
