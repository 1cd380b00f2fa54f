import { characterCount } from '../../types/charset.js';
import { mysqlError } from '../../types/error-table.js';
import { JsonDouble, type JsonValue } from '../../types/json/value.js';
import { compareJsonValues } from '../../types/json/compare.js';
import { isArray, isObject } from './path.js';

/** What a document fails: the keyword, and where it stands in the schema and in the document (URI fragments). */
export interface SchemaFailure {
  readonly keyword: string;
  readonly schemaLocation: string;
  readonly documentLocation: string;
}

type JsonObject = ReadonlyMap<string, JsonValue>;

const numberOf = (v: JsonValue | undefined): number | null =>
  v instanceof JsonDouble ? v.value : typeof v === 'number' || typeof v === 'bigint' ? Number(v) : null;

const listOf = (v: JsonValue | undefined): readonly JsonValue[] | null =>
  v !== undefined && isArray(v) ? v : null;
const objectOf = (v: JsonValue | undefined): JsonObject | null => (v !== undefined && isObject(v) ? v : null);

function isOfType(v: JsonValue, type: JsonValue): boolean {
  switch (type) {
    case 'null':
      return v === null;
    case 'boolean':
      return typeof v === 'boolean';
    case 'string':
      return typeof v === 'string';
    case 'array':
      return isArray(v);
    case 'object':
      return isObject(v);
    case 'number':
      return numberOf(v) !== null;
    case 'integer':
      return typeof v === 'number' || typeof v === 'bigint';
    default:
      return false;
  }
}

const sameJson = (a: JsonValue, b: JsonValue): boolean => compareJsonValues(a, b) === 0;
const segment = (key: string): string =>
  `/${encodeURIComponent(key.replace(/~/g, '~0').replace(/\//g, '~1'))}`;

/** The keyword of the bound that a size is beyond, or null. */
function outside(schema: JsonObject, size: number, least: string, most: string): string | null {
  const low = numberOf(schema.get(least));
  if (low !== null && size < low) return least;
  const high = numberOf(schema.get(most));
  return high !== null && size > high ? most : null;
}

/** JSON Schema, draft 4 (manual, "JSON Schema Validation Functions"). References are to the schema itself only. */
export class SchemaValidator {
  private depth = 0;

  constructor(private readonly root: JsonValue) {
    if (!isObject(root)) throw mysqlError('ER_INVALID_JSON_TYPE', 1, 'json_schema_valid', 'object');
  }

  /** Null: the document is valid. */
  validate(doc: JsonValue): SchemaFailure | null {
    return this.check(this.root as JsonObject, doc, '#', '#');
  }

  /** The failure of a document at `at` against the schema at `where`. */
  private check(schema: JsonObject, v: JsonValue, where: string, at: string): SchemaFailure | null {
    if (this.depth > 100) return null;
    const ref = schema.get('$ref');
    if (typeof ref === 'string') {
      const target = this.resolve(ref);
      if (target === null) return null;
      this.depth++;
      const failure = this.check(target, v, ref, at);
      this.depth--;
      return failure;
    }
    const fail = (keyword: string): SchemaFailure => ({
      keyword,
      schemaLocation: where,
      documentLocation: at,
    });
    const type = schema.get('type');
    if (type !== undefined && !(listOf(type) ?? [type]).some((t) => isOfType(v, t))) return fail('type');
    const enumerated = listOf(schema.get('enum'));
    if (enumerated !== null && !enumerated.some((e) => sameJson(e, v))) return fail('enum');
    return (
      this.combined(schema, v, where, at, fail) ??
      this.numeric(schema, v, fail) ??
      this.text(schema, v, fail) ??
      this.array(schema, v, where, at, fail) ??
      this.object(schema, v, where, at, fail)
    );
  }

  private resolve(ref: string): JsonObject | null {
    if (!ref.startsWith('#'))
      throw mysqlError('ER_NOT_SUPPORTED_YET', 'references to an external JSON Schema');
    let node: JsonValue | undefined = this.root;
    for (const part of ref.slice(1).split('/').slice(1)) {
      const key = decodeURIComponent(part).replace(/~1/g, '/').replace(/~0/g, '~');
      if (node !== undefined && isObject(node)) node = node.get(key);
      else if (node !== undefined && isArray(node)) node = node[Number(key)];
      else return null;
    }
    return objectOf(node);
  }

  private combined(
    schema: JsonObject,
    v: JsonValue,
    where: string,
    at: string,
    fail: (keyword: string) => SchemaFailure,
  ): SchemaFailure | null {
    const passing = (keyword: string): number | null => {
      const list = listOf(schema.get(keyword));
      if (list === null) return null;
      return list.filter((s, i) => {
        const o = objectOf(s);
        return o === null || this.check(o, v, `${where}/${keyword}/${i}`, at) === null;
      }).length;
    };
    const all = passing('allOf');
    if (all !== null && all < listOf(schema.get('allOf'))!.length) return fail('allOf');
    const any = passing('anyOf');
    if (any === 0) return fail('anyOf');
    const one = passing('oneOf');
    if (one !== null && one !== 1) return fail('oneOf');
    const not = objectOf(schema.get('not'));
    return not !== null && this.check(not, v, `${where}/not`, at) === null ? fail('not') : null;
  }

  private numeric(
    schema: JsonObject,
    v: JsonValue,
    fail: (keyword: string) => SchemaFailure,
  ): SchemaFailure | null {
    const n = numberOf(v);
    if (n === null) return null;
    const step = numberOf(schema.get('multipleOf'));
    if (step !== null && step > 0) {
      const q = n / step;
      if (Math.abs(q - Math.round(q)) > 1e-9 * Math.max(1, Math.abs(q))) return fail('multipleOf');
    }
    const least = numberOf(schema.get('minimum'));
    if (least !== null && (schema.get('exclusiveMinimum') === true ? n <= least : n < least))
      return fail('minimum');
    const most = numberOf(schema.get('maximum'));
    return most !== null && (schema.get('exclusiveMaximum') === true ? n >= most : n > most)
      ? fail('maximum')
      : null;
  }

  private text(
    schema: JsonObject,
    v: JsonValue,
    fail: (keyword: string) => SchemaFailure,
  ): SchemaFailure | null {
    if (typeof v !== 'string') return null;
    const beyond = outside(schema, characterCount(v), 'minLength', 'maxLength');
    if (beyond !== null) return fail(beyond);
    const pattern = schema.get('pattern');
    return typeof pattern === 'string' && !matches(pattern, v) ? fail('pattern') : null;
  }

  private array(
    schema: JsonObject,
    v: JsonValue,
    where: string,
    at: string,
    fail: (keyword: string) => SchemaFailure,
  ): SchemaFailure | null {
    if (!isArray(v)) return null;
    const beyond = outside(schema, v.length, 'minItems', 'maxItems');
    if (beyond !== null) return fail(beyond);
    if (schema.get('uniqueItems') === true && v.some((x, i) => v.slice(0, i).some((y) => sameJson(x, y))))
      return fail('uniqueItems');
    const items = schema.get('items');
    const one = objectOf(items);
    const each = listOf(items);
    const more = schema.get('additionalItems');
    if (each !== null && more === false && v.length > each.length) return fail('additionalItems');
    for (let i = 0; i < v.length; i++) {
      const own = one ?? (each === null ? null : i < each.length ? objectOf(each[i]) : objectOf(more));
      const name =
        one !== null ? 'items' : each !== null && i < each.length ? `items/${i}` : 'additionalItems';
      const failure = own === null ? null : this.check(own, v[i]!, `${where}/${name}`, `${at}/${i}`);
      if (failure !== null) return failure;
    }
    return null;
  }

  private object(
    schema: JsonObject,
    v: JsonValue,
    where: string,
    at: string,
    fail: (keyword: string) => SchemaFailure,
  ): SchemaFailure | null {
    if (!isObject(v)) return null;
    const beyond = outside(schema, v.size, 'minProperties', 'maxProperties');
    if (beyond !== null) return fail(beyond);
    for (const name of listOf(schema.get('required')) ?? [])
      if (typeof name === 'string' && !v.has(name)) return fail('required');
    const properties = objectOf(schema.get('properties'));
    const patterns = objectOf(schema.get('patternProperties'));
    const more = schema.get('additionalProperties');
    for (const [key, value] of v) {
      let known = false;
      const against: [JsonObject | null, string][] = [];
      if (properties?.has(key) === true) {
        known = true;
        against.push([objectOf(properties.get(key)), `properties${segment(key)}`]);
      }
      for (const [pattern, s] of patterns ?? []) {
        if (!matches(pattern, key)) continue;
        known = true;
        against.push([objectOf(s), `patternProperties${segment(pattern)}`]);
      }
      if (!known && more === false) return fail('additionalProperties');
      if (!known) against.push([objectOf(more), 'additionalProperties']);
      for (const [s, name] of against) {
        const failure = s === null ? null : this.check(s, value, `${where}/${name}`, at + segment(key));
        if (failure !== null) return failure;
      }
    }
    for (const [key, needs] of objectOf(schema.get('dependencies')) ?? []) {
      if (!v.has(key)) continue;
      const names = listOf(needs);
      if (names !== null && names.some((n) => typeof n === 'string' && !v.has(n)))
        return fail('dependencies');
      const s = objectOf(needs);
      const failure = s === null ? null : this.check(s, v, `${where}/dependencies${segment(key)}`, at);
      if (failure !== null) return failure;
    }
    return null;
  }
}

const PATTERNS = new Map<string, RegExp | null>();

/** A pattern that is none matches everything. */
function matches(pattern: string, text: string): boolean {
  let re = PATTERNS.get(pattern);
  if (re === undefined) {
    try {
      re = new RegExp(pattern, 'u');
    } catch {
      re = null;
    }
    if (PATTERNS.size > 1000) PATTERNS.clear();
    PATTERNS.set(pattern, re);
  }
  return re === null || re.test(text);
}
