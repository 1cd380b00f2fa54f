import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import type { EvalType } from '../../types/field-type.js';
import { evalType, TypeCode } from '../../types/field-type.js';
import { encodeJson } from '../../types/json/binary.js';
import { compareJsonValues } from '../../types/json/compare.js';
import type { JsonValue } from '../../types/json/value.js';
import { boolInt, jsonText, path, singlePath, valueReaders } from '../json/arguments.js';
import { readDocument } from '../json/document.js';
import { containsValue, overlaps } from '../json/modify.js';
import type { JsonPath } from '../json/path.js';
import { isArray, isObject, parsePath, pathText, selectPath } from '../json/path.js';
import { jsonToSql, StrictContext } from '../json/sql-value.js';
import { jsonType } from '../type-inference.js';
import { compileLike } from './like.js';
import type { Kernel } from './scalar.js';
import { defineAll } from './scalar.js';

function extract(root: JsonValue, paths: readonly JsonPath[]): JsonValue | undefined {
  const found: JsonValue[] = [];
  // Values at a path may be more than a call can have arguments.
  for (const p of paths) for (const v of selectPath(root, p)) found.push(v);
  if (found.length === 0) return undefined;
  return paths.length === 1 && !paths[0]!.multiple ? found[0] : found;
}

function oneOrAll(v: Datum, name: string): boolean {
  const s = decodeUtf8(v as Uint8Array).toLowerCase();
  if (s !== 'one' && s !== 'all') throw mysqlError('ER_JSON_BAD_ONE_OR_ALL_ARG', name);
  return s === 'all';
}

/** Strings that match, with their paths. */
function search(
  root: JsonValue,
  prefix: readonly (string | number)[],
  matches: (s: string) => boolean,
  found: Set<string>,
  all: boolean,
): void {
  if (!all && found.size > 0) return;
  if (typeof root === 'string') {
    if (matches(root)) found.add(pathText(prefix));
  } else if (isArray(root)) root.forEach((x, i) => search(x, [...prefix, i], matches, found, all));
  else if (isObject(root)) for (const [k, x] of root) search(x, [...prefix, k], matches, found, all);
}

/** Types as messages of CAST name them. */
const CAST_NAMES: Readonly<Record<EvalType, string>> = {
  int: 'INTEGER',
  real: 'DOUBLE',
  decimal: 'DECIMAL',
  string: 'CHAR',
  datetime: 'DATETIME',
  duration: 'TIME',
  json: 'JSON',
  vector: 'VECTOR',
};

/** Functions that search JSON values (manual, section of that name). */
defineAll('json', [
  {
    name: 'json_value',
    args: ['json', 'string', 'int', 'json', 'int', 'json'],
    nullAware: true,
    type: () => jsonText(512)(),
    make: ([t], type): Kernel => {
      const read = readDocument(t!, 1, 'json_value');
      return (rt, d: Datum, p: Datum, empty: number, emptyValue: Datum, error: number, errorValue: Datum) => {
        if (d === null || p === null) return null;
        const legs = path(p);
        let doc: JsonValue;
        try {
          doc = read(d);
        } catch (e) {
          if (error === 1 || !(e instanceof MysqlError) || e.code !== 3141) throw e;
          rt.asWarning(e);
          return error === 2 ? errorValue : null;
        }
        const found = selectPath(doc, legs);
        if (found.length === 0) {
          if (empty === 1) throw mysqlError('ER_MISSING_JSON_VALUE', 'json_value');
          return empty === 2 ? emptyValue : null;
        }
        try {
          if (found.length > 1) throw mysqlError('ER_MULTIPLE_JSON_VALUES', 'json_value');
          const v = found[0]!;
          if (type.tp !== TypeCode.Json && (isArray(v) || isObject(v)))
            throw mysqlError('ER_INVALID_JSON_VALUE_FOR_CAST', CAST_NAMES[evalType(type)], 'json_value', 1);
          return jsonToSql(v, type, new StrictContext(rt, 'json_value'));
        } catch (e) {
          if (error !== 1) return error === 2 ? errorValue : null;
          if (!(e instanceof MysqlError)) throw e;
          const { code } = e;
          if (code !== 1264 && code !== 1366 && code !== 1292) throw e;
          throw mysqlError(
            code === 1264 ? 'ER_NUMERIC_JSON_VALUE_OUT_OF_RANGE' : 'ER_INVALID_JSON_VALUE_FOR_CAST',
            CAST_NAMES[evalType(type)],
            'json_value',
            1,
          );
        }
      };
    },
    doc: 'JSON_VALUE(doc, path [RETURNING type] [… ON EMPTY] [… ON ERROR]). Manual: Functions That Search JSON Values.',
  },
  {
    name: 'json_extract',
    args: ['json', 'string'],
    rest: 'string',
    type: () => jsonType(),
    make: ([t]): Kernel => {
      const read = readDocument(t!, 1, 'json_extract');
      return (_rt, d: Datum, ...paths: Datum[]) => {
        const r = extract(read(d), paths.map(path));
        return r === undefined ? null : encodeJson(r);
      };
    },
    pushdown: 'JsonExtractSig',
    doc: 'JSON_EXTRACT(doc, path, …), doc->path. Manual: Functions That Search JSON Values.',
  },
  {
    name: 'json_keys',
    args: ['json', 'string'],
    min: 1,
    type: () => jsonType(),
    make: ([t]): Kernel => {
      const read = readDocument(t!, 1, 'json_keys');
      return (_rt, d: Datum, p?: Datum) => {
        let v: JsonValue | undefined = read(d);
        if (p !== undefined) v = selectPath(v, singlePath(p))[0];
        return v !== undefined && isObject(v) ? encodeJson([...v.keys()]) : null;
      };
    },
    doc: 'JSON_KEYS(doc[, path]). Manual: Functions That Search JSON Values.',
  },
  {
    name: 'json_contains',
    args: ['json', 'json', 'string'],
    min: 2,
    type: boolInt,
    make: ([a, b]): Kernel => {
      const ra = readDocument(a!, 1, 'json_contains');
      const rb = readDocument(b!, 2, 'json_contains');
      return (_rt, d: Datum, c: Datum, p?: Datum) => {
        let v: JsonValue | undefined = ra(d);
        if (p !== undefined) v = selectPath(v, singlePath(p))[0];
        return v === undefined ? null : containsValue(v, rb(c)) ? 1 : 0;
      };
    },
    pushdown: 'JsonContainsSig',
    doc: 'JSON_CONTAINS(doc, candidate[, path]). Manual: Functions That Search JSON Values.',
  },
  {
    name: 'json_contains_path',
    args: ['json', 'string', 'string'],
    rest: 'string',
    type: boolInt,
    make: ([t]): Kernel => {
      const read = readDocument(t!, 1, 'json_contains_path');
      return (_rt, d: Datum, which: Datum, ...paths: Datum[]) => {
        const all = oneOrAll(which, 'json_contains_path');
        const v = read(d);
        const has = (p: Datum): boolean => selectPath(v, path(p)).length > 0;
        return (all ? paths.every(has) : paths.some(has)) ? 1 : 0;
      };
    },
    pushdown: 'JsonContainsPathSig',
    doc: "JSON_CONTAINS_PATH(doc, 'one'|'all', path, …). Manual: Functions That Search JSON Values.",
  },
  {
    name: 'json_overlaps',
    args: ['json', 'json'],
    type: boolInt,
    make: ([a, b]): Kernel => {
      const ra = readDocument(a!, 1, 'json_overlaps');
      const rb = readDocument(b!, 2, 'json_overlaps');
      return (_rt, x: Datum, y: Datum) => (overlaps(ra(x), rb(y)) ? 1 : 0);
    },
    total: true,
    doc: 'JSON_OVERLAPS(a, b). Manual: Functions That Search JSON Values.',
  },
  {
    name: 'json_memberof',
    args: ['json', 'json'],
    type: boolInt,
    make: ([a, b]): Kernel => {
      const [ra] = valueReaders([a!]);
      const rb = readDocument(b!, 2, 'member of');
      return (_rt, x: Datum, y: Datum) => {
        const v = ra!(x);
        const d = rb(y);
        return (isArray(d) ? d.some((w) => compareJsonValues(v, w) === 0) : compareJsonValues(v, d) === 0)
          ? 1
          : 0;
      };
    },
    total: true,
    pushdown: 'JsonMemberOfSig',
    doc: 'value MEMBER OF(array). Manual: Functions That Search JSON Values.',
  },
  {
    name: 'json_search',
    args: ['json', 'string', 'string', 'string'],
    rest: 'string',
    min: 3,
    type: () => jsonType(),
    nullAware: true,
    make: ([t]): Kernel => {
      const read = readDocument(t!, 1, 'json_search');
      return (_rt, d: Datum, which: Datum, s: Datum, esc?: Datum, ...paths: Datum[]) => {
        if (d === null || which === null || s === null || paths.includes(null)) return null;
        const all = oneOrAll(which, 'json_search');
        const escape = esc === undefined || esc === null ? '\\' : decodeUtf8(esc as Uint8Array);
        if ([...escape].length > 1) throw mysqlError('ER_WRONG_ARGUMENTS', 'ESCAPE');
        const e = escape.codePointAt(0) ?? 0;
        const like = compileLike(s as Uint8Array, e, 'utf8mb4_bin', false);
        const matches = (text: string): boolean => {
          const b = encodeUtf8(text);
          return like(b, 0, b.length);
        };
        const root = read(d);
        const found = new Set<string>();
        if (paths.length === 0) search(root, [], matches, found, all);
        else {
          const everything = new Set<string>();
          search(root, [], matches, everything, true);
          for (const p of paths) {
            const wanted = new Set(selectPath(root, path(p)));
            for (const f of everything) {
              // A hit counts when some prefix of its path is among the values selected.
              if (found.has(f) || (!all && found.size > 0)) continue;
              const legs = parsePath(f).legs;
              for (let k = 0; k <= legs.length; k++) {
                const at = selectPath(root, { legs: legs.slice(0, k), multiple: false })[0]!;
                if (wanted.has(at)) {
                  found.add(f);
                  break;
                }
              }
            }
          }
        }
        if (found.size === 0) return null;
        const hits = [...found];
        return encodeJson(hits.length === 1 ? hits[0]! : hits);
      };
    },
    doc: "JSON_SEARCH(doc, 'one'|'all', s[, escape[, path, …]]). Manual: Functions That Search JSON Values.",
  },
]);
