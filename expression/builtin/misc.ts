import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { DecInt } from '../../types/decimal.js';
import type { Expression } from '../expression.js';
import { registerFunctions } from '../function-registry.js';
import { boolType, intType } from '../type-inference.js';
import { bytesOf, connectionString, defineAll } from './scalar.js';

/** Miscellaneous functions (manual, "Miscellaneous Functions"). */

function inet4(s: string): Uint8Array | null {
  const m = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/.exec(s);
  if (m === null) return null;
  const b = m.slice(1).map(Number);
  return b.some((x) => x > 255) ? null : Uint8Array.from(b);
}

function inet6(s: string): Uint8Array | null {
  if (!/^[0-9a-f:.]+$/i.test(s) || !s.includes(':')) return null;
  let text = s;
  const v4 = /:(\d+\.\d+\.\d+\.\d+)$/.exec(s);
  if (v4 !== null) {
    const b = inet4(v4[1]!);
    if (b === null) return null;
    text = `${s.slice(0, v4.index + 1)}${((b[0]! << 8) | b[1]!).toString(16)}:${((b[2]! << 8) | b[3]!).toString(16)}`;
  }
  const halves = text.split('::');
  if (halves.length > 2) return null;
  const part = (h: string): string[] => (h === '' ? [] : h.split(':'));
  const a = part(halves[0]!);
  const z = halves.length === 2 ? part(halves[1]!) : [];
  if (halves.length === 1 ? a.length !== 8 : a.length + z.length > 7) return null;
  const words = [...a, ...new Array<string>(8 - a.length - z.length).fill('0'), ...z];
  if (words.some((w) => !/^[0-9a-f]{1,4}$/i.test(w))) return null;
  const out = new Uint8Array(16);
  words.forEach((w, i) => {
    const n = parseInt(w, 16);
    out[2 * i] = n >> 8;
    out[2 * i + 1] = n & 255;
  });
  return out;
}

/** RFC 5952 text, IPv4-mapped and compatible addresses in dotted form. */
function inet6Text(b: Uint8Array): string {
  const w = Array.from({ length: 8 }, (_, i) => (b[2 * i]! << 8) | b[2 * i + 1]!);
  let best = -1;
  let size = 1;
  for (let i = 0; i < 8;) {
    if (w[i] !== 0) {
      i++;
      continue;
    }
    let j = i;
    while (j < 8 && w[j] === 0) j++;
    if (j - i > size) {
      best = i;
      size = j - i;
    }
    i = j;
  }
  const tail = `${b[12]}.${b[13]}.${b[14]}.${b[15]}`;
  if (best === 0 && size === 6) return `::${tail}`;
  if (best === 0 && size === 5 && w[5] === 0xffff) return `::ffff:${tail}`;
  const hex = w.map((x) => x.toString(16));
  if (best < 0) return hex.join(':');
  return `${hex.slice(0, best).join(':')}::${hex.slice(best + size).join(':')}`;
}

const boolInt = () => boolType();

defineAll('miscellaneous', [
  {
    name: 'inet_aton',
    args: ['string'],
    type: () => intType(true, 21),
    kernel: (_rt, b: Uint8Array) => {
      const s = decodeUtf8(b);
      const parts = s.split('.');
      if (s === '' || parts.length > 4 || parts.some((p) => !/^\d{1,3}$/.test(p) || Number(p) > 255))
        return null;
      const n = parts.map(Number);
      // Short forms: the last part stands at the end, as in 127.1.
      while (n.length < 4) n.splice(n.length - 1, 0, 0);
      return ((n[0]! * 256 + n[1]!) * 256 + n[2]!) * 256 + n[3]!;
    },
    pushdown: 'InetAton',
    doc: 'INET_ATON(s). Manual: Miscellaneous Functions.',
  },
  {
    name: 'inet_ntoa',
    args: ['int'],
    type: connectionString(31),
    kernel: (_rt, v: DecInt) => {
      if (v < 0 || v > 4294967295) return null;
      const n = Number(v);
      return encodeUtf8(`${n >>> 24}.${(n >>> 16) & 255}.${(n >>> 8) & 255}.${n & 255}`);
    },
    pushdown: 'InetNtoa',
    doc: 'INET_NTOA(n). Manual: Miscellaneous Functions.',
  },
  {
    name: 'inet6_aton',
    args: ['string'],
    type: bytesOf(16),
    kernel: (_rt, b: Uint8Array) => inet4(decodeUtf8(b)) ?? inet6(decodeUtf8(b)),
    pushdown: 'Inet6Aton',
    doc: 'INET6_ATON(s). Manual: Miscellaneous Functions.',
  },
  {
    name: 'inet6_ntoa',
    args: ['string'],
    type: connectionString(39),
    kernel: (_rt, b: Uint8Array) =>
      b.length === 4 ? encodeUtf8(b.join('.')) : b.length === 16 ? encodeUtf8(inet6Text(b)) : null,
    pushdown: 'Inet6Ntoa',
    doc: 'INET6_NTOA(b). Manual: Miscellaneous Functions.',
  },
  {
    name: 'is_ipv4',
    args: ['string'],
    type: boolInt,
    nullAware: true,
    kernel: (_rt, b: Uint8Array | null) => (b !== null && inet4(decodeUtf8(b)) !== null ? 1 : 0),
    total: true,
    pushdown: 'IsIPv4',
    doc: 'IS_IPV4(s). Manual: Miscellaneous Functions.',
  },
  {
    name: 'is_ipv6',
    args: ['string'],
    type: boolInt,
    nullAware: true,
    kernel: (_rt, b: Uint8Array | null) => (b !== null && inet6(decodeUtf8(b)) !== null ? 1 : 0),
    total: true,
    pushdown: 'IsIPv6',
    doc: 'IS_IPV6(s). Manual: Miscellaneous Functions.',
  },
  {
    name: 'is_ipv4_compat',
    args: ['string'],
    type: boolInt,
    nullAware: true,
    kernel: (_rt, b: Uint8Array | null) =>
      b !== null &&
      b.length === 16 &&
      b.subarray(0, 12).every((x) => x === 0) &&
      !b.subarray(12).every((x) => x === 0)
        ? 1
        : 0,
    total: true,
    doc: 'IS_IPV4_COMPAT(b). Manual: Miscellaneous Functions.',
  },
  {
    name: 'is_ipv4_mapped',
    args: ['string'],
    type: boolInt,
    nullAware: true,
    kernel: (_rt, b: Uint8Array | null) =>
      b !== null &&
      b.length === 16 &&
      b.subarray(0, 10).every((x) => x === 0) &&
      b[10] === 255 &&
      b[11] === 255
        ? 1
        : 0,
    total: true,
    doc: 'IS_IPV4_MAPPED(b). Manual: Miscellaneous Functions.',
  },
]);

registerFunctions([
  {
    name: 'any_value',
    minArgs: 1,
    maxArgs: 1,
    family: 'miscellaneous',
    doc: 'ANY_VALUE(e): e itself, which ONLY_FULL_GROUP_BY then lets pass. Manual: Miscellaneous Functions.',
    resolve: (args) => ({ args, type: args[0]!.type, collation: args[0]!.type.collate }),
    emit: (g, node) => g.emit(node.args[0]!),
  },
  {
    name: 'name_const',
    minArgs: 2,
    maxArgs: 2,
    family: 'miscellaneous',
    doc: 'NAME_CONST(name, value). Manual: Miscellaneous Functions.',
    rewrite: ([, v]: readonly Expression[]) => v!,
    resolve: (args) => ({ args, type: args[1]!.type }),
    emit: (g, node) => g.emit(node.args[1]!),
  },
]);
