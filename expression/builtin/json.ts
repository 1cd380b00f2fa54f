import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import type { EvalType, FieldType } from '../../types/field-type.js';
import { evalType, TypeCode } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import {
  decodeJson,
  encodeJson,
  formatJson,
  jsonDouble,
  jsonLength,
  opaqueText,
  quoteJson,
} from '../../types/json/binary.js';
import { elementDatum, elementsOf } from '../../types/json/array-element.js';
import { compareJson, compareJsonValues } from '../../types/json/compare.js';
import { parseJson } from '../../types/json/parse.js';
import { JsonDouble, JsonOpaque, JsonType } from '../../types/json/value.js';
import type { JsonValue } from '../../types/json/value.js';
import { toJsonValue } from '../json/convert.js';
import {
  appendAt,
  containsValue,
  depthOf,
  insertAt,
  mergePatch,
  mergePreserve,
  overlaps,
  removeAt,
  setAt,
} from '../json/modify.js';
import type { SetMode } from '../json/modify.js';
import { parseText, readDocument } from '../json/document.js';
import { jsonToSql, StrictContext } from '../json/sql-value.js';
import { SchemaValidator } from '../json/schema.js';
import type { JsonPath } from '../json/path.js';
import { isArray, isObject, parsePath, pathText, selectPath } from '../json/path.js';
import { BOOLEAN_FLAG, boolType, intType, jsonType, stringType, isStringType } from '../type-inference.js';
import { jsonCompare } from './compare.js';
import { compileLike } from './like.js';
import type { Kernel, ScalarDefinition } from './scalar.js';
import type { Expression } from '../expression.js';
import { defineAll } from './scalar.js';
import { tooLong } from './string-result.js';
import type { Runtime } from '../runtime.js';

/** JSON functions (manual, "JSON Functions"). Results in binary form. */

jsonCompare.compare = compareJson;

type Definition = Omit<ScalarDefinition, 'family'>;

const jsonText =
  (flen = -1) =>
  (): FieldType =>
    stringType(flen, 'utf8mb4', 'utf8mb4_bin');
const boolInt = (): FieldType => boolType();

const path = (v: Datum): JsonPath => parsePath(decodeUtf8(v as Uint8Array));

function singlePath(v: Datum): JsonPath {
  const p = path(v);
  if (p.multiple) throw mysqlError('ER_INVALID_JSON_PATH_WILDCARD');
  return p;
}

/** Readers of value arguments: SQL scalars become JSON scalars, text is a JSON string. */
const valueReaders = (types: readonly FieldType[]): ((v: Datum) => JsonValue)[] =>
  types.map((t) => (v) => toJsonValue(v, t, (t.flag & BOOLEAN_FLAG) !== 0));

/** f over a document; NULL for NULL. */
const overDocument = (
  name: string,
  type: () => FieldType,
  f: (v: JsonValue) => Datum,
  doc: string,
): Definition => ({
  name,
  args: ['json'],
  type,
  make: ([t]): Kernel => {
    const read = readDocument(t!, 1, name);
    return (_rt, v: Datum) => f(read(v));
  },
  doc: `${doc} Manual: JSON Functions.`,
});

export function jsonTypeName(v: JsonValue): string {
  if (v === null) return 'NULL';
  if (typeof v === 'boolean') return 'BOOLEAN';
  if (typeof v === 'number') return 'INTEGER';
  if (typeof v === 'bigint') return v > 9223372036854775807n ? 'UNSIGNED INTEGER' : 'INTEGER';
  if (typeof v === 'string') return 'STRING';
  if (v instanceof JsonDouble) return 'DOUBLE';
  if (v instanceof JsonOpaque) {
    switch (v.type) {
      case JsonType.Date:
        return 'DATE';
      case JsonType.DateTime:
      case JsonType.Timestamp:
        return 'DATETIME';
      case JsonType.Duration:
        return 'TIME';
      default:
        return v.code === TypeCode.Bit ? 'BIT' : 'BLOB';
    }
  }
  return isArray(v) ? 'ARRAY' : 'OBJECT';
}

/** The stored form of a document that a function made; error 1301 where it is longer than max_allowed_packet. */
function document(rt: Runtime, v: JsonValue): Uint8Array {
  const b = encodeJson(v);
  const limit = rt.ctx.maxAllowedPacket;
  if (b.length > limit)
    throw mysqlError('ER_WARN_ALLOWED_PACKET_OVERFLOWED', 'json_binary::serialize', limit);
  return b;
}

function unquote(v: JsonValue): string {
  if (typeof v === 'string') return v;
  if (v instanceof JsonOpaque && v.type !== JsonType.Opaque) return opaqueText(v);
  return formatJson(v);
}

function pretty(v: JsonValue, indent: string): string {
  const inner = `${indent}  `;
  if (isArray(v))
    return v.length === 0 ? '[]' : `[\n${v.map((x) => inner + pretty(x, inner)).join(',\n')}\n${indent}]`;
  if (isObject(v)) {
    return v.size === 0
      ? '{}'
      : `{\n${[...v].map(([k, x]) => `${inner}${quoteJson(k)}: ${pretty(x, inner)}`).join(',\n')}\n${indent}}`;
  }
  return v instanceof JsonDouble ? jsonDouble(v.value) : formatJson(v);
}

function extract(root: JsonValue, paths: readonly JsonPath[]): JsonValue | undefined {
  const found: JsonValue[] = [];
  for (const p of paths) found.push(...selectPath(root, p));
  if (found.length === 0) return undefined;
  return paths.length === 1 && !paths[0]!.multiple ? found[0] : found;
}

/** doc, path, value, path, value, … */
const modifier = (name: string, mode: SetMode | 'append' | 'insertCell', doc: string): Definition => ({
  name,
  args: ['json', 'string', 'json'],
  rest: 'json',
  type: () => jsonType(),
  nullAware: true,
  make: (types): Kernel => {
    if (types.length % 2 === 0) throw mysqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', name);
    const read = readDocument(types[0]!, 1, name);
    const values = valueReaders(types);
    return (rt, ...args: Datum[]) => {
      if (args[0] === null) return null;
      let root = read(args[0]!);
      for (let i = 1; i < args.length; i += 2) {
        if (args[i] === null) return null;
        const p = singlePath(args[i]!);
        const v = values[i + 1]!(args[i + 1]!);
        root =
          mode === 'append'
            ? appendAt(root, p, v)
            : mode === 'insertCell'
              ? insertAt(root, p, v)
              : setAt(root, p, v, mode);
      }
      return document(rt, root);
    };
  },
  doc: `${doc} Manual: Functions That Modify JSON Values.`,
});

const merger = (
  name: string,
  aliases: string[],
  f: (a: JsonValue, b: JsonValue) => JsonValue,
  doc: string,
): Definition => ({
  name,
  aliases,
  args: ['json', 'json'],
  rest: 'json',
  type: () => jsonType(),
  nullAware: true,
  make: (types): Kernel => {
    const reads = types.map((t, i) => readDocument(t, i + 1, name));
    return (rt, ...args: Datum[]) => {
      let out: JsonValue | undefined;
      let isNull = false;
      args.forEach((a, i) => {
        if (a === null) {
          isNull = true;
          return;
        }
        const v = reads[i]!(a);
        if (name === 'json_merge_patch' && !isObject(v)) {
          // A later non-object replaces everything before it, NULL included.
          out = v;
          isNull = false;
          return;
        }
        out = out === undefined ? v : f(out, v);
      });
      return isNull || out === undefined ? null : document(rt, out);
    };
  },
  doc: `${doc} Manual: Functions That Modify JSON Values.`,
});

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
  found: string[],
  all: boolean,
): void {
  if (!all && found.length > 0) return;
  if (typeof root === 'string') {
    if (matches(root)) {
      const p = pathText(prefix);
      if (!found.includes(p)) found.push(p);
    }
  } else if (isArray(root)) root.forEach((x, i) => search(x, [...prefix, i], matches, found, all));
  else if (isObject(root)) for (const [k, x] of root) search(x, [...prefix, k], matches, found, all);
}

/** Errors of elements that are none of the array's type; who knows the index names it. */
const ELEMENT_ERRORS = {
  type: 'ER_INVALID_JSON_VALUE_FOR_FUNC_INDEX',
  range: 'ER_DATA_OUT_OF_RANGE_FUNCTIONAL_INDEX',
  length: 'ER_FUNCTIONAL_INDEX_DATA_IS_TOO_LONG',
} as const;

/** The validator of a schema, kept while the schema stays the same. */
function schemaReader(read: (v: Datum) => JsonValue): (v: Datum) => SchemaValidator {
  let last: Uint8Array | null = null;
  let validator: SchemaValidator | null = null;
  return (v) => {
    const b = v as Uint8Array;
    if (validator === null || last === null || Buffer.compare(b, last) !== 0) {
      validator = new SchemaValidator(read(v));
      last = b.slice();
    }
    return validator;
  };
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

/** Throws 3064 for what is no text; a parameter without a value counts as text. */
function requireText(e: Expression, name: string): void {
  if (!isStringType(e.type) && e.type.tp !== TypeCode.Null)
    throw mysqlError('ER_INCORRECT_TYPE_FOR_FUNCTION', '1', name);
}

defineAll('json', [
  {
    name: 'cast_as_array',
    internal: true,
    args: ['json'],
    type: () => jsonType(),
    make: (_types, type): Kernel => {
      const element = type.arrayOf!;
      return (_rt, v: Datum) => {
        const all = elementsOf(decodeJson(v as Uint8Array));
        if (all === null) throw mysqlError('ER_NOT_SUPPORTED_YET', 'CAST-ing JSON OBJECT type to array');
        for (const e of all) {
          const datum = elementDatum(e, element);
          if (typeof datum === 'string') throw mysqlError(ELEMENT_ERRORS[datum], '', 1);
        }
        return v;
      };
    },
    doc: 'CAST(json AS type ARRAY), the value behind a multi-valued index. Manual: Multi-Valued Indexes.',
  },
  {
    name: 'to_json_operand',
    internal: true,
    args: ['json'],
    type: () => jsonType(),
    make:
      ([t]): Kernel =>
      (_rt, v: Datum) =>
        encodeJson(toJsonValue(v, t!, (t!.flag & BOOLEAN_FLAG) !== 0)),
    total: true,
    doc: 'An SQL scalar as a JSON scalar, for comparisons. Manual: Comparison and Ordering of JSON Values.',
  },
  {
    name: 'json_truth',
    internal: true,
    args: ['json'],
    type: boolInt,
    kernel: (_rt, b: Uint8Array) => {
      const v = decodeJson(b);
      return v === 0 || v === 0n || (v instanceof JsonDouble && v.value === 0) ? 0 : 1;
    },
    total: true,
    doc: 'Truth of a JSON value: false for the number 0 only. Manual: Converting between JSON and non-JSON values.',
  },
  {
    name: 'json_schema_valid',
    args: ['json', 'json'],
    type: boolInt,
    make: ([s, d]): Kernel => {
      const validator = schemaReader(readDocument(s!, 1, 'json_schema_valid'));
      const read = readDocument(d!, 2, 'json_schema_valid');
      return (_rt, schema: Datum, doc: Datum) => (validator(schema).validate(read(doc)) === null ? 1 : 0);
    },
    total: true,
    doc: 'JSON_SCHEMA_VALID(schema, doc). Manual: JSON Schema Validation Functions.',
  },
  {
    name: 'json_schema_validation_report',
    args: ['json', 'json'],
    type: () => jsonType(),
    make: ([s, d]): Kernel => {
      const validator = schemaReader(readDocument(s!, 1, 'json_schema_validation_report'));
      const read = readDocument(d!, 2, 'json_schema_validation_report');
      return (_rt, schema: Datum, doc: Datum) => {
        const f = validator(schema).validate(read(doc));
        if (f === null) return encodeJson(new Map<string, JsonValue>([['valid', true]]));
        return encodeJson(
          new Map<string, JsonValue>([
            ['valid', false],
            [
              'reason',
              `The JSON document location '${f.documentLocation}' failed requirement '${f.keyword}' at JSON Schema location '${f.schemaLocation}'`,
            ],
            ['schema-location', f.schemaLocation],
            ['document-location', f.documentLocation],
            ['schema-failed-keyword', f.keyword],
          ]),
        );
      };
    },
    total: true,
    doc: 'JSON_SCHEMA_VALIDATION_REPORT(schema, doc). Manual: JSON Schema Validation Functions.',
  },
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
    name: 'json_unquote',
    args: ['json'],
    type: (args) => {
      if (args[0]!.type.tp !== TypeCode.Json) requireText(args[0]!, 'json_unquote');
      return jsonText()();
    },
    make: ([t]): Kernel => {
      if (t!.tp === TypeCode.Json) return (_rt, v: Uint8Array) => encodeUtf8(unquote(decodeJson(v)));
      return (_rt, v: Uint8Array) => {
        const s = decodeUtf8(v);
        if (s.length < 2 || !s.startsWith('"') || !s.endsWith('"')) return v;
        const r = parseText(v, 1, 'json_unquote');
        return encodeUtf8(unquote(r));
      };
    },
    total: true,
    pushdown: 'JsonUnquoteSig',
    doc: 'JSON_UNQUOTE(value), doc->>path. Manual: Functions That Modify JSON Values.',
  },
  {
    name: 'json_quote',
    args: ['string'],
    rewrite: ([a]) => {
      requireText(a!, 'json_quote');
      return null;
    },
    // A character may become an escape of six, and quotes stand around.
    type: ([a]) => jsonText(a!.type.flen > 0 && a!.type.flen < 1 << 24 ? a!.type.flen * 6 + 2 : -1)(),
    kernel: (rt, b: Uint8Array) => {
      let length = b.length + 2;
      for (const c of b) if (c < 0x20 || c === 0x22 || c === 0x5c) length++;
      return tooLong(rt, 'json_quote', length) ? null : encodeUtf8(quoteJson(decodeUtf8(b)));
    },
    doc: 'JSON_QUOTE(s). Manual: Functions That Create JSON Values.',
  },
  {
    name: 'json_array',
    args: [],
    rest: 'json',
    type: () => jsonType(),
    nullAware: true,
    make: (types): Kernel => {
      const values = valueReaders(types);
      return (rt, ...args: Datum[]) =>
        document(
          rt,
          args.map((a, i) => values[i]!(a)),
        );
    },
    total: true,
    pushdown: 'JsonArraySig',
    doc: 'JSON_ARRAY(value, …). Manual: Functions That Create JSON Values.',
  },
  {
    name: 'json_object',
    args: [],
    rest: 'json',
    type: () => jsonType(),
    nullAware: true,
    rewrite(args) {
      if (args.length % 2 === 1) throw mysqlError('ER_WRONG_PARAMCOUNT_TO_NATIVE_FCT', 'json_object');
      return null;
    },
    make: (types): Kernel => {
      const values = valueReaders(types);
      return (rt, ...args: Datum[]) => {
        const out = new Map<string, JsonValue>();
        for (let i = 0; i < args.length; i += 2) {
          if (args[i] === null) throw mysqlError('ER_JSON_DOCUMENT_NULL_KEY');
          const key = args[i]!;
          const t = types[i]!;
          const text =
            t.tp === TypeCode.Json ? unquote(decodeJson(key as Uint8Array)) : datumToString(key, t);
          out.set(text, values[i + 1]!(args[i + 1]!));
        }
        return document(rt, out);
      };
    },
    total: true,
    pushdown: 'JsonObjectSig',
    doc: 'JSON_OBJECT(key, value, …). Manual: Functions That Create JSON Values.',
  },
  overDocument('json_type', jsonText(51), (v) => encodeUtf8(jsonTypeName(v)), 'JSON_TYPE(value).'),
  overDocument('json_depth', () => intType(false, 10), depthOf, 'JSON_DEPTH(doc).'),
  overDocument('json_pretty', jsonText(), (v) => encodeUtf8(pretty(v, '')), 'JSON_PRETTY(doc).'),
  overDocument(
    'json_storage_size',
    () => intType(false, 10),
    (v) => encodeJson(v).length,
    'JSON_STORAGE_SIZE(doc).',
  ),
  overDocument(
    'json_storage_free',
    () => intType(false, 10),
    () => 0,
    'JSON_STORAGE_FREE(doc): 0, documents are rewritten whole.',
  ),
  {
    name: 'json_valid',
    args: ['json'],
    type: boolInt,
    make: ([t]): Kernel => {
      if (t!.tp === TypeCode.Json) return () => 1;
      if (evalType(t!) !== 'string') return () => 0;
      return (_rt, v: Datum) => {
        try {
          parseJson(decodeUtf8(v as Uint8Array));
          return 1;
        } catch {
          return 0;
        }
      };
    },
    total: true,
    pushdown: 'JsonValidStringSig',
    doc: 'JSON_VALID(s). Manual: Functions That Return JSON Value Attributes.',
  },
  {
    name: 'json_length',
    args: ['json', 'string'],
    min: 1,
    type: () => intType(false, 10),
    make: ([t]): Kernel => {
      const read = readDocument(t!, 1, 'json_length');
      const binary = t!.tp === TypeCode.Json;
      return (_rt, d: Datum, p?: Datum) => {
        if (binary && p === undefined) return jsonLength(d as Uint8Array);
        let v = read(d);
        if (p !== undefined) {
          const found = selectPath(v, singlePath(p));
          if (found.length === 0) return null;
          v = found[0]!;
        }
        return isArray(v) ? v.length : isObject(v) ? v.size : 1;
      };
    },
    pushdown: 'JsonLengthSig',
    doc: 'JSON_LENGTH(doc[, path]). Manual: Functions That Return JSON Value Attributes.',
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
        const found: string[] = [];
        if (paths.length === 0) search(root, [], matches, found, all);
        else {
          const everything: string[] = [];
          search(root, [], matches, everything, true);
          for (const p of paths) {
            const wanted = new Set(selectPath(root, path(p)));
            for (const f of everything) {
              // A hit counts when some prefix of its path is among the values selected.
              if (found.includes(f) || (!all && found.length > 0)) continue;
              const legs = parsePath(f).legs;
              for (let k = 0; k <= legs.length; k++) {
                const at = selectPath(root, { legs: legs.slice(0, k), multiple: false })[0]!;
                if (wanted.has(at)) {
                  found.push(f);
                  break;
                }
              }
            }
          }
        }
        if (found.length === 0) return null;
        return encodeJson(found.length === 1 ? found[0]! : found);
      };
    },
    doc: "JSON_SEARCH(doc, 'one'|'all', s[, escape[, path, …]]). Manual: Functions That Search JSON Values.",
  },
  modifier('json_set', 'set', 'JSON_SET(doc, path, value, …).'),
  modifier('json_insert', 'insert', 'JSON_INSERT(doc, path, value, …).'),
  modifier('json_replace', 'replace', 'JSON_REPLACE(doc, path, value, …).'),
  modifier('json_array_append', 'append', 'JSON_ARRAY_APPEND(doc, path, value, …).'),
  modifier('json_array_insert', 'insertCell', 'JSON_ARRAY_INSERT(doc, path, value, …).'),
  {
    name: 'json_remove',
    args: ['json', 'string'],
    rest: 'string',
    type: () => jsonType(),
    make: ([t]): Kernel => {
      const read = readDocument(t!, 1, 'json_remove');
      return (_rt, d: Datum, ...paths: Datum[]) => {
        let v = read(d);
        for (const p of paths) v = removeAt(v, singlePath(p));
        return encodeJson(v);
      };
    },
    total: true,
    pushdown: 'JsonRemoveSig',
    doc: 'JSON_REMOVE(doc, path, …). Manual: Functions That Modify JSON Values.',
  },
  merger('json_merge_patch', [], mergePatch, 'JSON_MERGE_PATCH(doc, doc, …).'),
  merger(
    'json_merge_preserve',
    ['json_merge'],
    mergePreserve,
    'JSON_MERGE_PRESERVE(doc, doc, …), JSON_MERGE.',
  ),
]);
