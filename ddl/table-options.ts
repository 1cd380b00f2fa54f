import type { TableOption } from '../parser/ast/index.js';
import type { ColumnInfo } from '../catalog/model.js';
import { mysqlError } from '../types/error-table.js';
import { TypeCode } from '../types/field-type.js';
import type { AlterPlan } from './alter-plan.js';
import { incrementCounter, isCentral } from '../catalog/auto-columns.js';
import { Meta, type AutoIdKind } from '../catalog/meta/meta.js';
import { checkRandomBase } from './auto-random.js';
import { checkIdOptions, readTableOptions } from './build-table.js';
import { policyOf } from './placement.js';
import { applyTtl } from './ttl.js';
import { resolveCharset } from './column-type.js';
import { checkIndexColumns } from './build-index.js';
import { rewritten } from './modify-column.js';
import { checkReadByNone } from './reordered-columns.js';
import { sameBytes } from './type-change.js';

/** Table options of an ALTER TABLE. */
export async function applyTableOptions(plan: AlterPlan, options: readonly TableOption[]): Promise<void> {
  const { table: t } = plan;
  const policy = await policyOf(plan.ctx, options);
  const o = readTableOptions(options, t);
  const given = new Set(options.map((x) => x.name));
  if (given.has('PRE_SPLIT_REGIONS'))
    throw mysqlError('ER_UNSUPPORTED_DDL_AS_IS', 'This type of ALTER TABLE is currently unsupported');
  if (o.autoIncrement !== null) {
    plan.autoIncrement = String(o.autoIncrement);
    plan.forceAutoIncrement = given.has('FORCE AUTO_INCREMENT');
    await checkBase(plan, incrementCounter(t));
    plan.parts.push('rebase auto_increment ID');
  }
  if (given.has('TTL_ENABLE') || given.has('TTL_JOB_INTERVAL')) applyTtl(plan, null, options);
  checkIdOptions(t, o.kept);
  const base = o.kept['AUTO_RANDOM_BASE'];
  if (base !== undefined) {
    checkRandomBase(t, base);
    plan.autoIncrement = base;
    plan.forceAutoIncrement = given.has('FORCE AUTO_RANDOM_BASE');
    await checkBase(plan, 'auto_random');
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
  const placed = given.has('PLACEMENT POLICY');
  if (placed && t.temporary !== undefined) throw mysqlError('ER_OPT_ON_TEMPORARY_TABLE', 'PLACEMENT');
  if (placed) plan.parts.push('alter table placement');
  const before = Object.entries(t.options ?? {}).filter(([name]) => !placed || name !== 'PLACEMENT POLICY');
  const own: Record<string, string> = policy === null ? {} : { 'PLACEMENT POLICY': policy };
  plan.table = {
    ...plan.table,
    charset: o.charset.charset,
    collate: o.charset.collate,
    comment: o.comment ?? t.comment,
    autoIncrement: o.autoIncrement ?? t.autoIncrement,
    ...(t.options !== undefined || kept.length > 0 || placed
      ? { options: { ...Object.fromEntries(before), ...o.kept, ...own } }
      : {}),
  };
}

/**
 * A counter goes back with FORCE only (TiDB manual, "AUTO_RANDOM": a warning tells where it goes on instead), and never to 0. Throws 1105.
 */
async function checkBase(
  { ctx, db, table, autoIncrement, forceAutoIncrement }: AlterPlan,
  kind: AutoIdKind,
): Promise<void> {
  const base = BigInt(autoIncrement);
  if (forceAutoIncrement) {
    if (base === 0n) throw mysqlError('ER_UNKNOWN_ERROR', "Cannot force rebase the next global ID to '0'");
    return;
  }
  if (table.temporary !== undefined) return;
  const meta = new Meta(ctx.storage.snapshot(await ctx.storage.currentTs()));
  const next = (await meta.autoId(kind, db.id, table.id)) + 1n;
  if (base >= next) return;
  const message = `Can't reset AUTO_INCREMENT to ${base} without FORCE option, using ${next} instead`;
  ctx.warn({ level: 'Warning', code: 1105, message });
}

/**
 * CONVERT TO CHARACTER SET: the table's default and every column of text. Values whose bytes change are written anew, and so
 * are indexes whose order changes. Throws 8200, 1071, 1366.
 */
export function applyCharset(plan: AlterPlan, charset: string | null, collate: string | null): void {
  const to = resolveCharset(charset, collate, false, plan.db);
  if (to.charset !== plan.table.charset && plan.table.charset === 'binary')
    throw unconvertible('binary', to.charset);
  for (const { id } of plan.table.columns) convertColumn(plan, id, to);
  for (const i of plan.table.indices) checkIndexColumns(i, plan.table.columns);
  plan.table = { ...plan.table, charset: to.charset, collate: to.collate };
  plan.parts.push('modify table charset and collate');
}

const unconvertible = (from: string, to: string): Error =>
  mysqlError('ER_UNSUPPORTED_DDL_OPERATION', `modify charset from ${from} to ${to}`);

function convertColumn(plan: AlterPlan, id: number, to: { charset: string; collate: string }): void {
  const { table } = plan;
  const c = table.columns.find((x) => x.id === id)!;
  if (!isText(c) || c.hidden || c.type.charset === 'binary') return;
  if (c.type.charset === to.charset && c.type.collate === to.collate) return;
  // TiDB does not narrow what its own charset holds.
  if (c.type.charset === 'utf8mb4' && (to.charset === 'utf8' || to.charset === 'utf8mb3'))
    throw unconvertible(c.type.charset, to.charset);
  const next = { ...c, type: { ...c.type, charset: to.charset, collate: to.collate } };
  const indexes = table.indices.filter((i) => i.columns.some((p) => p.offset === c.offset));
  const reorders = indexes.length > 0 && c.type.collate !== to.collate;
  if (sameBytes(c.type, next.type) && !reorders) {
    plan.table = { ...table, columns: table.columns.map((x) => (x.id === id ? next : x)) };
    return;
  }
  checkReadByNone(plan, c);
  plan.table = rewritten(plan, c, next, indexes);
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
