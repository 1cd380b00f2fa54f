import { mysqlError } from '../../types/error-table.js';
import type { ConvertContext } from '../../types/convert-context.js';
import type { Datum } from '../../types/datum.js';
import { TypeCode, type FieldType } from '../../types/field-type.js';
import { encodeJson } from '../../types/json/binary.js';
import type { JsonValue } from '../../types/json/value.js';
import { selectPath, type JsonPath } from './path.js';
import { isContainer, jsonToSql, StrictContext, type JsonFallback } from './sql-value.js';

/** COLUMNS (…) of JSON_TABLE (manual, "JSON Table Functions"); `at` is a column's position in the table. */
export type JsonColumn =
  | { readonly kind: 'ordinality'; readonly at: number }
  | { readonly kind: 'exists'; readonly at: number; readonly path: JsonPath; readonly type: FieldType }
  | {
      readonly kind: 'path';
      readonly at: number;
      readonly name: string;
      readonly path: JsonPath;
      readonly type: FieldType;
      readonly onEmpty: JsonFallback;
      readonly onError: JsonFallback;
    };

/** The rows that one path makes: one for each value it selects, with those of the nested paths joined to it. */
export interface JsonRowPath {
  readonly path: JsonPath;
  readonly columns: readonly JsonColumn[];
  readonly nested: readonly JsonRowPath[];
}

/** The value of a column, or of JSON_VALUE, for the values that its path found. Throws 3665, 3666 and conversion errors. */
export function pathValue(
  found: readonly JsonValue[],
  column: Pick<Extract<JsonColumn, { kind: 'path' }>, 'name' | 'type' | 'onEmpty' | 'onError'>,
  ctx: ConvertContext,
): Datum {
  const { type, onEmpty, onError } = column;
  if (found.length === 0) {
    if (onEmpty.action === 'error') throw mysqlError('ER_MISSING_JSON_TABLE_VALUE', column.name);
    return onEmpty.action === 'default' ? onEmpty.value : null;
  }
  // Several values are an array of them, which only a JSON column takes.
  if (type.tp === TypeCode.Json) return encodeJson(found.length === 1 ? found[0]! : found);
  try {
    if (found.length > 1 || isContainer(found[0]!))
      throw mysqlError('ER_WRONG_JSON_TABLE_VALUE', column.name);
    return jsonToSql(found[0]!, type, ctx);
  } catch (e) {
    if (onError.action === 'error') throw e;
    return onError.action === 'default' ? onError.value : null;
  }
}

/**
 * Calls `emit` with the cells of each row that a document makes, a row a step. The array is reused. Sibling nested paths come one after the
 * other, each with NULLs for the others; a value for which they make no rows has one with NULLs.
 */
export function* jsonTableRows(
  doc: JsonValue,
  root: JsonRowPath,
  width: number,
  ctx: Pick<ConvertContext, 'sqlMode' | 'timeZone' | 'nowMicros'>,
  emit: (cells: readonly Datum[]) => void,
): Generator<void, void> {
  const cells: Datum[] = new Array<Datum>(width).fill(null);
  const contexts = new Map<string, StrictContext>();
  const strict = (name: string): StrictContext => {
    let c = contexts.get(name);
    if (c === undefined) contexts.set(name, (c = new StrictContext(ctx, name)));
    return c;
  };
  const clear = (r: JsonRowPath): void => {
    for (const c of r.columns) cells[c.at] = null;
    r.nested.forEach(clear);
  };
  function* walk(v: JsonValue, r: JsonRowPath): Generator<void, boolean> {
    const items = selectPath(v, r.path);
    let i = 0;
    for (const item of items) {
      i++;
      for (const c of r.columns) {
        if (c.kind === 'ordinality') cells[c.at] = i;
        else if (c.kind === 'exists')
          cells[c.at] = jsonToSql(selectPath(item, c.path).length > 0 ? 1 : 0, c.type, strict(''));
        else cells[c.at] = pathValue(selectPath(item, c.path), c, strict(c.name));
      }
      let any = false;
      for (const n of r.nested) {
        if (yield* walk(item, n)) any = true;
        clear(n);
      }
      if (any) continue;
      emit(cells);
      yield;
    }
    return items.length > 0;
  }
  yield* walk(doc, root);
}
