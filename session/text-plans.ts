import { isUtf8 } from 'node:buffer';
import { LRUCache } from 'lru-cache';
import type { ParsedStatement, SelectField, Statement } from '../parser/ast/index.js';
import { parse } from '../parser/parser.js';
import { LiteralKind, TemplateScanner, unescapedString } from '../parser/template.js';
import { decimalConstant, intConstant, stringLiteralType } from '../planner/resolve/literal.js';
import type { EvalContext } from '../expression/eval-context.js';
import { realType } from '../expression/type-inference.js';
import { UTF8MB4 } from '../types/charset.js';
import { Flag } from '../types/field-type.js';
import type { ParamValue } from './client-session.js';
import { PlanSlot } from './plan-cache.js';

/** Times a text is met before its template is made: most texts are met once. */
const WORTH_AFTER = 2;
/** Variants of a template with fixed literals; with more of them each text is taken for itself. */
const MAX_VARIANTS = 16;
const NONE: readonly number[] = [];

/** What texts of one template share. */
interface Template {
  /** The template's bytes followed by its literals' kinds. */
  readonly key: Uint8Array;
  seen: number;
  /** Literals that are more than values (a name of a column is made of them, or they name one): the text keeps them. */
  fixed: readonly number[];
  /** By the texts of the fixed literals, joined. */
  readonly variants: Map<string, Variant>;
}

/** The texts of one template that have their fixed literals in common. */
interface Variant {
  /** The statement with markers for the literals that are values; null when it cannot be had. */
  readonly statement: ParsedStatement | null;
  readonly slot: PlanSlot;
}

/** A text found to be one of a template: what to run, with which values. */
export interface TextMatch {
  readonly statement: ParsedStatement;
  readonly params: readonly ParamValue[];
  readonly slot: PlanSlot;
}

const scanner = new TemplateScanner();
const REAL = { ...realType(), flag: realType().flag | Flag.NotNull };

/**
 * Plans of statements sent as text, by template: a text whose template is known is neither parsed nor planned. Templates
 * hold for sql_modes that change nothing in how a text is read.
 */
export class TextPlans {
  private readonly templates: LRUCache<number, Template>;

  constructor(maxTemplates: number) {
    this.templates = new LRUCache({ max: maxTemplates });
  }

  /** `vars`: with TiDB's cache for texts switched on, a template is made of the first text already. */
  find(sql: Uint8Array, ctx: EvalContext, vars: { get(name: string): string }): TextMatch | null {
    if (!mayHavePlan(sql) || !scanner.scan(sql)) return null;
    let known = this.templates.get(scanner.hash);
    if (known === undefined || !sameKey(known.key)) {
      known = { key: keyOf(), seen: 0, fixed: NONE, variants: new Map<string, Variant>() };
      this.templates.set(scanner.hash, known);
    }
    if (known.seen < WORTH_AFTER) {
      known.seen++;
      if (known.seen < WORTH_AFTER && vars.get('tidb_enable_non_prepared_plan_cache') !== 'ON') return null;
      known.seen = WORTH_AFTER;
      known.fixed = fixedLiterals();
    }
    const { fixed } = known;
    const name = fixed.length === 0 ? '' : fixedKey(sql, fixed);
    let variant = known.variants.get(name);
    if (variant === undefined) {
      if (known.variants.size >= MAX_VARIANTS) return null;
      variant = { statement: templateStatement(sql, fixed), slot: new PlanSlot(true) };
      known.variants.set(name, variant);
    }
    const { statement, slot } = variant;
    if (statement === null || !slot.worthwhile) return null;
    const params = new Array<ParamValue>(scanner.count - fixed.length);
    for (let i = 0, k = 0; i < scanner.count; i++) {
      if (fixed.length > 0 && fixed.includes(i)) continue;
      const value = literalValue(sql, i, ctx);
      if (value === null) return null;
      params[k++] = value;
    }
    return { statement, params, slot };
  }

  clear(): void {
    this.templates.clear();
  }
}

/** Whether the text begins as SELECT, INSERT, UPDATE, DELETE, REPLACE, WITH or a parenthesis, or with blanks or a comment, after which it may. */
function mayHavePlan(sql: Uint8Array): boolean {
  switch (sql[0]! & 0xdf) {
    case 0x53:
    case 0x49:
    case 0x55:
    case 0x44:
    case 0x52:
    case 0x57:
      return true;
    default:
      return sql[0]! <= 0x20 || sql[0] === 0x28 || (sql[0] === 0x2f && sql[1] === 0x2a);
  }
}

function keyOf(): Uint8Array {
  const key = new Uint8Array(scanner.length + scanner.count);
  key.set(scanner.text.subarray(0, scanner.length));
  key.set(scanner.kinds.subarray(0, scanner.count), scanner.length);
  return key;
}

function sameKey(key: Uint8Array): boolean {
  const { text, kinds, length, count } = scanner;
  if (key.length !== length + count) return false;
  for (let i = 0; i < length; i++) if (key[i] !== text[i]) return false;
  for (let i = 0; i < count; i++) if (key[length + i] !== kinds[i]) return false;
  return true;
}

/** The literal as the parser and the planner would have it; null for one that is better left to them. */
function literalValue(sql: Uint8Array, i: number, ctx: EvalContext): ParamValue | null {
  const start = scanner.starts[i]!;
  const end = scanner.ends[i]!;
  switch (scanner.kinds[i]) {
    case LiteralKind.Int: {
      let v = 0;
      for (let p = start; p < end; p++) v = v * 10 + sql[p]! - 48;
      return intConstant(v);
    }
    case LiteralKind.Decimal:
      return decimalConstant(asciiText(sql, start, end));
    case LiteralKind.Float: {
      const value = Number(asciiText(sql, start, end));
      // The parser refuses what is beyond the range (1367).
      return Number.isFinite(value) ? { type: REAL, value } : null;
    }
    default:
      if (scanner.coded[i] === 1) return codedString(sql, start, end, ctx);
      // The text's buffer is the connection's: values outlive it.
      return { type: stringLiteralType(end - start, ctx), value: sql.slice(start, end) };
  }
}

/** A string with escapes, doubled quotes or bytes of UTF-8; null where it is not UTF-8. */
function codedString(sql: Uint8Array, start: number, end: number, ctx: EvalContext): ParamValue | null {
  const value = unescapedString(sql, start, end);
  if (!ctx.connectionCharset.startsWith('utf8') || !isUtf8(value)) return null;
  return { type: stringLiteralType(UTF8MB4.charLength(value), ctx), value };
}

const asciiText = (sql: Uint8Array, start: number, end: number): string =>
  Buffer.from(sql.buffer, sql.byteOffset + start, end - start).toString('latin1');

const TEMPLATED: ReadonlySet<Statement['kind']> = new Set([
  'Select',
  'SetOperation',
  'Insert',
  'Update',
  'Delete',
]);

/** The scanned template parsed; null where it is no statement with plans. */
function parseTemplate(text: string): ParsedStatement | null {
  let statements: readonly ParsedStatement[];
  try {
    statements = parse(text, {});
  } catch {
    // Literals that are part of the grammar: DATE '…', a type's length.
    return null;
  }
  const statement = statements[0];
  if (statements.length !== 1 || statement === undefined || !TEMPLATED.has(statement.stmt.kind)) return null;
  return statement;
}

const scannedTemplate = (): string => Buffer.from(scanner.text.buffer, 0, scanner.length).toString('latin1');

/** Numbers of the scanned text's literals that stand where they are more than values. */
function fixedLiterals(): readonly number[] {
  const statement = parseTemplate(scannedTemplate());
  if (statement === null || statement.paramCount !== scanner.count) return NONE;
  const fixed = namingMarkers(statement.stmt);
  return fixed.length === 0 ? NONE : fixed.sort((a, b) => a - b);
}

function fixedKey(sql: Uint8Array, fixed: readonly number[]): string {
  let key = '';
  for (const i of fixed) key += `${asciiText(sql, scanner.starts[i]!, scanner.ends[i]!)}\n`;
  return key;
}

/** The scanned template, its fixed literals as they are written, parsed; null where a literal stands that is more than a value. */
function templateStatement(sql: Uint8Array, fixed: readonly number[]): ParsedStatement | null {
  let text = scannedTemplate();
  if (fixed.length > 0) {
    const parts = text.split('?');
    // A quoted name with a question mark.
    if (parts.length !== scanner.count + 1) return null;
    text = parts[0]!;
    for (let i = 0; i < scanner.count; i++) {
      if (scanner.coded[i] === 1 && fixed.includes(i)) return null;
      const quote = scanner.kinds[i] === LiteralKind.String ? 1 : 0;
      text += fixed.includes(i) ? asciiText(sql, scanner.starts[i]! - quote, scanner.ends[i]! + quote) : '?';
      text += parts[i + 1]!;
    }
  }
  const statement = parseTemplate(text);
  if (statement === null || statement.paramCount !== scanner.count - fixed.length) return null;
  return namingMarkers(statement.stmt).length === 0 ? statement : null;
}

/** Whether a part of a statement is the query of an INSERT, whose fields are taken by their places. */
const isInserted = (node: object, key: string): boolean =>
  key === 'query' && (node as { readonly kind?: unknown }).kind === 'Insert';

/** The numbers of markers within parts that name columns; the others stand where only their values matter. */
function namingMarkers(stmt: Statement): number[] {
  const found: number[] = [];
  gatherNaming(stmt, false, true, found);
  return found;
}

/** `named`: fields without a name are named by their texts. */
function gatherNaming(node: unknown, naming: boolean, named: boolean, into: number[]): void {
  if (typeof node !== 'object' || node === null || node instanceof Uint8Array) return;
  if (Array.isArray(node)) return node.forEach((x) => gatherNaming(x, naming, true, into));
  const n = node as { readonly kind?: unknown; readonly index?: unknown };
  if (n.kind === 'ParamMarker') {
    if (naming) into.push(n.index as number);
    return;
  }
  for (const [key, child] of Object.entries(node)) {
    if (key === 'fields')
      for (const { alias, expr } of child as readonly SelectField[])
        gatherNaming(expr, naming || (named && alias === null), true, into);
    else gatherNaming(child, naming || NAMING.has(key), !isInserted(node, key), into);
  }
}

/** Parts of a query in which a literal names a column, as it does in a field without a name. */
const NAMING: ReadonlySet<string> = new Set(['groupBy', 'orderBy', 'hints', 'windows', 'into']);
