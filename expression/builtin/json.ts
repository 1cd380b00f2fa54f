import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError } from '../../types/error-table.js';
import type { FieldType } from '../../types/field-type.js';
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
import { compareJson } from '../../types/json/compare.js';
import { parseJson } from '../../types/json/parse.js';
import { JsonDouble, JsonOpaque, JsonType } from '../../types/json/value.js';
import type { JsonValue } from '../../types/json/value.js';
import { toJsonValue } from '../json/convert.js';
import { appendAt, depthOf, insertAt, mergePatch, mergePreserve, removeAt, setAt } from '../json/modify.js';
import type { SetMode } from '../json/modify.js';
import { jsonText, singlePath, valueReaders, boolInt } from '../json/arguments.js';
import { parseText, readDocument } from '../json/document.js';
import { SchemaValidator } from '../json/schema.js';
import { isArray, isObject, selectPath } from '../json/path.js';
import { BOOLEAN_FLAG, intType, jsonType, isStringType } from '../type-inference.js';
import { jsonCompare } from './compare.js';
import type { Kernel, ScalarDefinition } from './scalar.js';
import type { Expression } from '../expression.js';
import { defineAll } from './scalar.js';
import { tooLong } from './string-result.js';
import type { Runtime } from '../runtime.js';

/** JSON functions (manual, "JSON Functions"). Results in binary form. */

jsonCompare.compare = compareJson;

type Definition = Omit<ScalarDefinition, 'family'>;

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
