import type { ColumnTypeSpec } from '../ast/index.js';
import { ExpressionWriter } from './expression.js';
import { quoteString } from './writer.js';

const member = (e: string | Uint8Array): string =>
  typeof e === 'string' ? quoteString(e) : `x'${Buffer.from(e).toString('hex')}'`;

/** Column types as text. */
export abstract class TypeWriter extends ExpressionWriter {
  columnType(type: ColumnTypeSpec): this {
    this.kw(type.name);
    if (type.elems.length > 0) this.raw(`(${type.elems.map(member).join(',')})`);
    else if (type.flen !== null) this.raw(`(${type.flen}${type.decimal === null ? '' : `,${type.decimal}`})`);
    else if (type.decimal !== null) this.raw(`(${type.decimal})`);
    if (type.zerofill) this.kw(' UNSIGNED ZEROFILL');
    else if (type.unsigned) this.kw(' UNSIGNED');
    if (type.charset !== null) this.kw(' CHARACTER SET ').charset(type.charset);
    if (type.binary) this.kw(' BINARY');
    if (type.collate !== null) this.kw(' COLLATE ').charset(type.collate);
    return this;
  }
}
