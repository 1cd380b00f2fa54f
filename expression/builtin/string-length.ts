import { BINARY, charset } from '../../types/charset.js';
import { intType } from '../type-inference.js';
import { codecOf, defineAll, notNullIf } from './scalar.js';
import { charCount } from './string-bytes.js';

/** Lengths and codes of strings (manual, "String Functions and Operators"). */

defineAll('string', [
  {
    name: 'length',
    aliases: ['octet_length'],
    args: ['bytes'],
    type: (args) => notNullIf(intType(false, 10), args),
    kernel: (_rt, b: Uint8Array) => b.length,
    inline: (g, _node, [a], nul) => g.num(`(${a!.e}-${a!.s})`, nul, 4294967295),
    total: true,
    pure: true,
    pushdown: 'Length',
    doc: 'LENGTH(s), OCTET_LENGTH(s): bytes. Manual: String Functions and Operators.',
  },
  {
    name: 'char_length',
    aliases: ['character_length'],
    args: ['string'],
    type: (args) => notNullIf(intType(false, 10), args),
    inline: (g, node, [a], nul) =>
      g.num(
        g.let(
          nul === 'false'
            ? `${g.pool(charCount)}(${a!.v},${a!.s},${a!.e},${codecOf(node.args[0]!.type).binary})`
            : `(${nul})?0:${g.pool(charCount)}(${a!.v},${a!.s},${a!.e},${codecOf(node.args[0]!.type).binary})`,
        ),
        nul,
        4294967295,
      ),
    kernel: (_rt, b: Uint8Array) => charCount(b, 0, b.length, false),
    total: true,
    pure: true,
    pushdown: 'CharLength',
    doc: 'CHAR_LENGTH(s): characters. Manual: String Functions and Operators.',
  },
  {
    name: 'bit_length',
    args: ['bytes'],
    type: (args) => notNullIf(intType(false, 10), args),
    kernel: (_rt, b: Uint8Array) => b.length * 8,
    total: true,
    pure: true,
    pushdown: 'BitLength',
    doc: 'BIT_LENGTH(s). Manual: String Functions and Operators.',
  },
  {
    name: 'ascii',
    args: ['bytes'],
    type: (args) => notNullIf(intType(false, 3), args),
    kernel: (_rt, b: Uint8Array) => (b.length === 0 ? 0 : b[0]!),
    total: true,
    pure: true,
    pushdown: 'ASCII',
    doc: 'ASCII(s): code of the first byte. Manual: String Functions and Operators.',
  },
  {
    name: 'ord',
    args: ['bytes'],
    type: (args) => notNullIf(intType(false, 10), args),
    make:
      ([t]) =>
      (_rt, b: Uint8Array) => {
        if (b.length === 0) return 0;
        const n = (charset(t!.charset) ?? BINARY).offsetOf(b, 1);
        let v = 0;
        for (let i = 0; i < n; i++) v = v * 256 + b[i]!;
        return v;
      },
    total: true,
    pure: true,
    doc: 'ORD(s): code of the first character by its bytes. Manual: String Functions and Operators.',
  },
]);
