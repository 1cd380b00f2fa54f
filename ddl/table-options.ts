import type { TableOption } from '../parser/ast/index.js';
import type { ColumnInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import { TypeCode } from '../types/field-type.js';
import type { AlterPlan } from './alter-plan.js';
import { isCentral } from '../catalog/auto-columns.js';
import { checkRandomBase } from './auto-random.js';
import { checkIdOptions, readTableOptions } from './build-table.js';
import { applyTtl } from './ttl.js';
import { resolveCharset } from './column-type.js';
import { typeChange } from './type-change.js';

/** Table options of an ALTER TABLE. */
export function applyTableOptions(plan: AlterPlan, options: readonly TableOption[]): void {
  const { table: t } = plan;
  const o = readTableOptions(options, t);
  const given = new Set(options.map((x) => x.name));
  if (o.autoIncrement !== null) {
    plan.autoIncrement = String(o.autoIncrement);
    plan.forceAutoIncrement = given.has('FORCE AUTO_INCREMENT');
    plan.parts.push('rebase auto_increment ID');
  }
  if (given.has('TTL_ENABLE') || given.has('TTL_JOB_INTERVAL')) applyTtl(plan, null, options);
  checkIdOptions(t, o.kept);
  const base = o.kept['AUTO_RANDOM_BASE'];
  if (base !== undefined) {
    checkRandomBase(t, base);
    plan.autoIncrement = base;
    plan.forceAutoIncrement = given.has('FORCE AUTO_RANDOM_BASE');
  }
  const cache = o.kept['AUTO_ID_CACHE'];
  if (cache !== undefined && (cache === '1') !== isCentral(t))
    throw mysqlError(
      'ER_UNKNOWN_ERROR',
      "Can't Alter AUTO_ID_CACHE between 1 and non-1, the underlying implementation is different",
    );
  if (o.comment !== null) plan.parts.push('modify table comment');
  if (given.has('CHARSET') || given.has('COLLATE')) plan.parts.push('modify table charset and collate');
  const kept = Object.keys(o.kept);
  if (kept.length > 0) plan.parts.push('modify table options');
  plan.table = {
    ...plan.table,
    charset: o.charset.charset,
    collate: o.charset.collate,
    comment: o.comment ?? t.comment,
    autoIncrement: o.autoIncrement ?? t.autoIncrement,
    ...(t.options !== undefined || kept.length > 0 ? { options: { ...t.options, ...o.kept } } : {}),
  };
}

/** CONVERT TO CHARACTER SET: the table's default and every column of text. Throws 8200. */
export function applyCharset(plan: AlterPlan, charset: string | null, collate: string | null): void {
  const { table: t } = plan;
  const to = resolveCharset(charset, collate, false, plan.db);
  if (to.charset !== t.charset && t.charset === 'binary')
    throw mysqlError('ER_UNSUPPORTED_DDL_OPERATION', `modify charset from ${t.charset} to ${to.charset}`);
  const converted = (c: ColumnInfo): ColumnInfo => {
    if (!isText(c) || c.type.charset === 'binary') return c;
    if (c.type.charset === to.charset && c.type.collate === to.collate) return c;
    const type = { ...c.type, charset: to.charset, collate: to.collate };
    const indexed = t.indices.some((i) => i.columns.some((p) => p.offset === c.offset));
    if (indexed && c.type.collate !== to.collate)
      throw mysqlError(
        'ER_UNSUPPORTED_DDL_OPERATION',
        `converting collation of column '${c.name}' from '${c.type.collate}' to '${to.collate}' when index is defined on it.`,
      );
    if (typeChange(c, type, indexed) === 'rewrite')
      throw mysqlError(
        'ER_UNSUPPORTED_DDL_OPERATION',
        `modify charset from ${c.type.charset} to ${to.charset}`,
      );
    return { ...c, type };
  };
  plan.table = {
    ...t,
    charset: to.charset,
    collate: to.collate,
    columns: t.columns.map(converted),
  };
  plan.parts.push('modify table charset and collate');
}

const isText = (c: ColumnInfo): boolean =>
  c.type.tp === TypeCode.VarChar ||
  c.type.tp === TypeCode.String ||
  c.type.tp === TypeCode.VarString ||
  c.type.tp === TypeCode.TinyBlob ||
  c.type.tp === TypeCode.Blob ||
  c.type.tp === TypeCode.MediumBlob ||
  c.type.tp === TypeCode.LongBlob ||
  c.type.tp === TypeCode.Enum ||
  c.type.tp === TypeCode.Set;
