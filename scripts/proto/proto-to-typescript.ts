import type { ProtoEnum, ProtoField, ProtoFile, ProtoMessage } from './proto-file.js';

/** How a scalar type is written and read. */
interface Scalar {
  readonly ts: 'number' | 'bigint' | 'boolean' | 'string' | 'Uint8Array';
  readonly write: string;
  readonly read: string;
  readonly zero: string;
  readonly wireType: 0 | 1 | 2;
}

const scalar = (
  ts: Scalar['ts'],
  write: string,
  read: string,
  zero: string,
  wireType: Scalar['wireType'] = 0,
): Scalar => ({ ts, write, read, zero, wireType });

const SCALARS: Readonly<Record<string, Scalar>> = {
  uint32: scalar('number', 'varint', 'uint32', '0'),
  int32: scalar('number', 'varint', 'int32', '0'),
  uint64: scalar('bigint', 'u64', 'u64', '0n'),
  int64: scalar('bigint', 'u64', 'i64', '0n'),
  bool: scalar('boolean', 'bool', 'bool', 'false'),
  double: scalar('number', 'double', 'double', '0', 1),
  string: scalar('string', 'string', 'string', "''", 2),
  bytes: scalar('Uint8Array', 'bytes', 'bytes', 'NO_BYTES', 2),
};
const NUMBERS: Readonly<Record<string, Scalar>> = {
  uint64: scalar('number', 'varint', 'uint', '0'),
  int64: scalar('number', 'varint', 'int', '0'),
};
const ENUM = scalar('number', 'varint', 'int32', '0');

const flat = (name: string): string => name.replaceAll('.', '');

const camel = (name: string): string => {
  if (name === name.toUpperCase()) return name.toLowerCase();
  const joined = name.replace(/_(\w)/g, (_, c: string) => c.toUpperCase());
  return joined[0]!.toLowerCase() + joined.slice(1);
};

/** The TypeScript module of one .proto file: types, readers and writers of its messages, its enums and services. */
export function typescriptOf(source: string, file: ProtoFile, all: ReadonlyMap<string, ProtoFile>): string {
  const out: string[] = [];
  const enums = new Set<string>();
  for (const f of all.values()) for (const e of f.enums) enums.add(`${f.package}.${e.name}`);
  const messages = new Set<string>();
  for (const f of all.values()) for (const m of f.messages) messages.add(`${f.package}.${m.name}`);

  /** Full name of a type as it is named within `scope`. */
  const resolve = (type: string, scope: string): string => {
    for (let s = scope; ; s = s.includes('.') ? s.slice(0, s.lastIndexOf('.')) : '') {
      const name = s === '' ? `${file.package}.${type}` : `${file.package}.${s}.${type}`;
      if (messages.has(name) || enums.has(name)) return name;
      if (s === '') break;
    }
    if (messages.has(type) || enums.has(type)) return type;
    throw new Error(`${file.package}: no type ${type}`);
  };
  /** How this module names something of a message: `metapb.readRegion`. */
  const named = (full: string, prefix = '', suffix = ''): string => {
    const owner = [...all.values()].map((f) => f.package).find((pkg) => full.startsWith(`${pkg}.`))!;
    const name = `${prefix}${flat(full.slice(owner.length + 1))}${suffix}`;
    return owner === file.package ? name : `${owner}.${name}`;
  };
  const scalarOf = (f: ProtoField, scope: string): Scalar | null => {
    const s = (f.jsNumber ? NUMBERS[f.type] : undefined) ?? SCALARS[f.type];
    if (s !== undefined) return s;
    return enums.has(resolve(f.type, scope)) ? ENUM : null;
  };
  const elementType = (f: ProtoField, scope: string, init: boolean): string =>
    scalarOf(f, scope)?.ts ?? named(resolve(f.type, scope), '', init ? 'Init' : '');

  const interfaceOf = (m: ProtoMessage, init: boolean): void => {
    if (m.fields.length === 0) {
      out.push(`export type ${flat(m.name)}${init ? 'Init' : ''} = Record<string, never>;`);
      return;
    }
    out.push(`export interface ${flat(m.name)}${init ? 'Init' : ''} {`);
    const oneofs = new Set<string>();
    for (const f of m.fields) {
      const type = elementType(f, m.name, init);
      if (f.oneof !== null) {
        if (oneofs.has(f.oneof)) continue;
        oneofs.add(f.oneof);
        const cases = m.fields
          .filter((g) => g.oneof === f.oneof)
          .map((g) => `{ readonly tag: ${g.number}; readonly value: ${elementType(g, m.name, init)} }`);
        out.push(
          `${init ? 'readonly ' : ''}${camel(f.oneof)}${init ? '?' : ''}: ${cases.join(' | ')} | undefined;`,
        );
      } else if (f.mapKey !== null) {
        const map = `ReadonlyMap<${SCALARS[f.mapKey]!.ts}, ${type}>`;
        out.push(init ? `readonly ${camel(f.name)}?: ${map} | undefined;` : `${camel(f.name)}: ${map};`);
      } else if (f.repeated) {
        out.push(
          init
            ? `readonly ${camel(f.name)}?: readonly ${type}[] | undefined;`
            : `${camel(f.name)}: readonly ${type}[];`,
        );
      } else if (scalarOf(f, m.name) === null) {
        out.push(
          init
            ? `readonly ${camel(f.name)}?: ${type} | undefined;`
            : `${camel(f.name)}: ${type} | undefined;`,
        );
      } else {
        out.push(init ? `readonly ${camel(f.name)}?: ${type} | undefined;` : `${camel(f.name)}: ${type};`);
      }
    }
    out.push('}');
  };

  const tagOf = (f: ProtoField, wireType: number): number => f.number * 8 + wireType;

  /** Statements that write one element with its tag, backwards. */
  const writeElement = (f: ProtoField, scope: string, value: string): string => {
    const s = scalarOf(f, scope);
    if (s !== null) return `w.${s.write}(${value}); w.varint(${tagOf(f, s.wireType)});`;
    const fn = named(resolve(f.type, scope), 'write');
    return `{ const at = w.written; ${fn}(w, ${value}); w.varint(w.written - at); w.varint(${tagOf(f, 2)}); }`;
  };

  const writerOf = (m: ProtoMessage): void => {
    const fields = [...m.fields].reverse();
    const unused = fields.length === 0 ? '_' : '';
    out.push(
      `export function write${flat(m.name)}(${unused}w: ProtoWriter, ${unused}m: ${flat(m.name)}Init): void {`,
    );
    const oneofs = new Set<string>();
    for (const f of fields) {
      const name = `m.${camel(f.name)}`;
      const s = scalarOf(f, m.name);
      if (f.oneof !== null) {
        if (oneofs.has(f.oneof)) continue;
        oneofs.add(f.oneof);
        const group = `m.${camel(f.oneof)}`;
        out.push(`if (${group} !== undefined) switch (${group}.tag) {`);
        for (const g of m.fields.filter((x) => x.oneof === f.oneof))
          out.push(`case ${g.number}: ${writeElement(g, m.name, `${group}.value`)} break;`);
        out.push('}');
      } else if (f.mapKey !== null) {
        const key: ProtoField = { ...f, name: 'key', type: f.mapKey, number: 1, mapKey: null };
        const value: ProtoField = { ...f, name: 'value', number: 2, mapKey: null };
        out.push(
          `if (${name} !== undefined) for (const [k, v] of ${name}) { const entry = w.written; ${writeElement(value, m.name, 'v')} ${writeElement(key, m.name, 'k')} w.varint(w.written - entry); w.varint(${tagOf(f, 2)}); }`,
        );
      } else if (f.repeated) {
        const list = `${name} !== undefined && ${name}.length > 0`;
        const loop = `for (let i = ${name}.length - 1; i >= 0; i--)`;
        if (s !== null && s.wireType !== 2) {
          out.push(
            `if (${list}) { const at = w.written; ${loop} w.${s.write}(${name}[i]!); w.varint(w.written - at); w.varint(${tagOf(f, 2)}); }`,
          );
        } else {
          out.push(`if (${list}) ${loop} { ${writeElement(f, m.name, `${name}[i]!`)} }`);
        }
      } else if (s === null) {
        out.push(`if (${name} !== undefined) ${writeElement(f, m.name, name)}`);
      } else {
        const set =
          s.ts === 'boolean'
            ? `${name} === true`
            : s.ts === 'Uint8Array'
              ? `${name} !== undefined && ${name}.length > 0`
              : `${name} !== undefined && ${name} !== ${s.zero}`;
        out.push(`if (${set}) { ${writeElement(f, m.name, name)} }`);
      }
    }
    out.push('}');
  };

  const readerOf = (m: ProtoMessage): void => {
    const type = flat(m.name);
    const zeros: string[] = [];
    const cases: string[] = [];
    const oneofs = new Set<string>();
    for (const f of m.fields) {
      const name = camel(f.oneof ?? f.name);
      const s = scalarOf(f, m.name);
      const element = s !== null ? `r.${s.read}()` : `${named(resolve(f.type, m.name), 'read')}(r, r.end())`;
      const wireType = s?.wireType ?? 2;
      if (f.oneof !== null) {
        if (!oneofs.has(f.oneof)) zeros.push(`${name}: undefined`);
        oneofs.add(f.oneof);
        cases.push(`case ${tagOf(f, wireType)}: m.${name} = { tag: ${f.number}, value: ${element} }; break;`);
      } else if (f.mapKey !== null) {
        const key = SCALARS[f.mapKey]!;
        zeros.push(`${name}: new Map()`);
        const value = elementType(f, m.name, false);
        cases.push(
          `case ${tagOf(f, 2)}: { const stop = r.end(); let k: ${key.ts} = ${key.zero}; let v: ${value} | undefined; while (r.pos < stop) { const t = r.uint32(); if (t === ${8 + key.wireType}) k = r.${key.read}(); else if (t === ${16 + wireType}) v = ${element}; else r.skip(t & 7); } if (v !== undefined) (m.${name} as Map<${key.ts}, ${value}>).set(k, v); break; }`,
        );
      } else if (f.repeated) {
        zeros.push(`${name}: NONE`);
        const list = elementType(f, m.name, false);
        const own = `(m.${name} === NONE ? (m.${name} = []) : m.${name}) as ${list}[]`;
        cases.push(`case ${tagOf(f, wireType)}: (${own}).push(${element}); break;`);
        if (wireType !== 2)
          cases.push(
            `case ${tagOf(f, 2)}: { const list = ${own}; for (const stop = r.end(); r.pos < stop; ) list.push(${element}); break; }`,
          );
      } else {
        zeros.push(`${name}: ${s?.zero ?? 'undefined'}`);
        cases.push(`case ${tagOf(f, wireType)}: m.${name} = ${element}; break;`);
      }
    }
    out.push(`export function read${type}(r: ProtoReader, end: number): ${type} {`);
    out.push(`const m: ${type} = { ${zeros.join(', ')} };`);
    out.push('while (r.pos < end) { const tag = r.uint32();');
    if (cases.length === 0) out.push('r.skip(tag & 7);');
    else out.push(`switch (tag) {\n${cases.join('\n')}\ndefault: r.skip(tag & 7); }`);
    out.push('} return m; }');
    out.push(
      `export const ${type}: Codec<${type}, ${type}Init> = codec('${file.package}.${m.name}', read${type}, write${type});`,
    );
  };

  const enumOf = (e: ProtoEnum): void => {
    const values = e.values.map(([name, value]) => `${name}: ${value}`);
    out.push(`export const ${flat(e.name)} = { ${values.join(', ')} } as const;`);
  };

  for (const i of file.imports) out.push(`import * as ${i} from './${i}.js';`);
  for (const e of file.enums) enumOf(e);
  for (const m of file.messages) {
    interfaceOf(m, false);
    interfaceOf(m, true);
    writerOf(m);
    readerOf(m);
  }
  for (const s of file.services) {
    out.push(`export const ${s.name} = {`);
    for (const m of s.methods) {
      const codecOf = (type: string): string => named(resolve(type, ''));
      out.push(
        `${m.name}: method('/${file.package}.${s.name}/${m.name}', ${m.requestStream}, ${m.responseStream}, ${codecOf(m.request)}, ${codecOf(m.response)}),`,
      );
    }
    out.push('} as const;');
  }
  const body = out.join('\n');
  const used = (names: readonly string[]): string[] =>
    names.filter((n) => new RegExp(`\\b${n}\\b`).test(body));
  const head = [`// Written by \`npm run protos\` from kv/tikv/proto/${source}.proto.`];
  const values = used(['NO_BYTES', 'NONE', 'codec', 'method']);
  const types = used(['Codec']).map((n) => `type ${n}`);
  const runtime = [...values, ...types];
  if (runtime.length > 0) head.push(`import { ${runtime.join(', ')} } from '../wire/codec.js';`);
  for (const [name, from] of [
    ['ProtoReader', 'proto-reader'],
    ['ProtoWriter', 'proto-writer'],
  ] as const) {
    if (used([name]).length > 0) head.push(`import type { ${name} } from '../wire/${from}.js';`);
  }
  return `${head.join('\n')}\n${body}\n`;
}
