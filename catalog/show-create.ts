import { randomColumn } from './auto-columns.js';
import { foreignKeyText } from './foreign-keys.js';
import { charset } from '../types/charset.js';
import { Flag, TypeCode } from '../types/field-type.js';
import type {
  ColumnInfo,
  DbInfo,
  IndexInfo,
  PartitionDefinition,
  PartitionInfo,
  TableInfo,
  TtlInfo,
} from './model.js';
import { defaultText, hasCharset, quoteText, typeText } from './type-text.js';
import { quoteName } from '../parser/restore.js';

/** The statement that makes a sequence (SHOW CREATE SEQUENCE). */
export function createSequenceText(table: TableInfo): string {
  const s = table.sequence!;
  const cache = s.cache === 0 ? 'nocache' : `cache ${s.cache}`;
  const comment = table.comment === '' ? '' : ` COMMENT=${quoteText(table.comment)}`;
  return `CREATE SEQUENCE ${quoteName(table.name)} start with ${s.start} minvalue ${s.minValue} maxvalue ${s.maxValue} increment by ${s.increment} ${cache} ${s.cycle ? 'cycle' : 'nocycle'} ENGINE=InnoDB${comment}`;
}

/** The statement that makes the table, in TiDB's layout (SHOW CREATE TABLE). `schema`: the table's database; `autoIncrement`: the next value, 0n = none to show. */
export function createTableText(table: TableInfo, schema: string, autoIncrement: bigint): string {
  const lines = table.columns
    .filter((c) => c.state === 'public' && !c.hidden)
    .map((c) => `  ${columnText(table, c)}`);
  for (const index of table.indices) if (index.state === 'public') lines.push(`  ${indexText(table, index)}`);
  for (const key of table.foreignKeys ?? []) lines.push(`  ${foreignKeyText(key, schema)}`);
  for (const check of table.checks ?? []) {
    if (check.stored !== undefined) continue;
    lines.push(
      `  CONSTRAINT ${quoteName(check.name)} CHECK ((${check.expr}))${check.enforced ? '' : ' /*!80016 NOT ENFORCED */'}`,
    );
  }
  const kind = { none: '', local: 'TEMPORARY ', global: 'GLOBAL TEMPORARY ' }[table.temporary ?? 'none'];
  const policy = policyClause(table.options?.['PLACEMENT POLICY']);
  const cached = table.cached === true ? ' /* CACHED ON */' : '';
  const onCommit = table.temporary === 'global' ? ' ON COMMIT DELETE ROWS' : '';
  return `CREATE ${kind}TABLE ${quoteName(table.name)} (\n${lines.join(',\n')}\n) ${tableOptionsText(table, autoIncrement)}${onCommit}${policy}${cached}${table.ttl === undefined ? '' : ttlText(table.ttl)}${table.partition === undefined ? '' : partitionText(table.partition)}`;
}

/** The same with names in double quotes, as sql_mode ANSI_QUOTES has them. Texts of expressions stay as they are kept. */
export function inAnsiQuotes(text: string, table: TableInfo): string {
  const kept = [
    table.partition?.expr ?? '',
    ...table.columns.map((c) => c.generated),
    ...table.columns.map((c) => (c.default.kind === 'expr' ? c.default.sql : '')),
    ...(table.checks ?? []).map((c) => c.expr),
    ...table.indices.map((i) => i.condition?.sql ?? ''),
  ].filter((e) => e.includes('`'));
  let out = '';
  for (let i = 0; i < text.length;) {
    const expr = kept.find((e) => text.startsWith(e, i));
    const token = expr ?? /^(?:`(?:[^`]|``)*`|'(?:[^'\\]|\\.|'')*'|[^])/.exec(text.slice(i))![0];
    i += token.length;
    out +=
      expr === undefined && token[0] === '`' && token.length > 1
        ? `"${token.slice(1, -1).replace(/``/g, '`').replace(/"/g, '""')}"`
        : token;
  }
  return out;
}

const policyClause = (name: string | undefined): string =>
  name === undefined ? '' : ` /*T![placement] PLACEMENT POLICY=${quoteName(name)} */`;

const ttlText = (t: TtlInfo): string =>
  ` /*T![ttl] TTL=${quoteName(t.column)} + INTERVAL ${t.value} ${t.unit} */ /*T![ttl] TTL_ENABLE='${t.enabled ? 'ON' : 'OFF'}' */ /*T![ttl] TTL_JOB_INTERVAL='${t.jobInterval}' */`;

/** The PARTITION BY clause in TiDB's layout. */
function partitionText(p: PartitionInfo): string {
  const columns = p.byPrimaryKey ? '' : p.columns.map(quoteName).join(',');
  const by =
    p.type === 'KEY'
      ? `KEY (${columns})`
      : p.expr === ''
        ? `${p.type} COLUMNS(${columns})`
        : `${p.type} (${p.expr})`;
  const plain = p.definitions.every(
    (d, i) => d.name === `p${i}` && d.comment === '' && d.policy === undefined,
  );
  if ((p.type === 'HASH' || p.type === 'KEY') && plain)
    return `\nPARTITION BY ${by} PARTITIONS ${p.definitions.length}`;
  return `\nPARTITION BY ${by}\n(${p.definitions.map(definitionText).join(',\n ')})`;
}

function definitionText(d: PartitionDefinition): string {
  let text = `PARTITION ${quoteName(d.name)}`;
  if (d.lessThan.length > 0) text += ` VALUES LESS THAN (${d.lessThan.map(printable).join(',')})`;
  else if (d.inValues.length === 1 && d.inValues[0]![0] === 'DEFAULT') text += ' DEFAULT';
  else if (d.inValues.length > 0)
    text += ` VALUES IN (${d.inValues.map((row) => (row.length === 1 ? printable(row[0]!) : `(${row.map(printable).join(',')})`)).join(',')})`;
  if (d.comment !== '') text += ` COMMENT ${quoteText(d.comment)}`;
  return text + policyClause(d.policy);
}

/** What SQL has a letter for, behind a backslash. */
const ESCAPES: Readonly<Record<string, string>> = {
  '\0': '\\0',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\r': '\\r',
  '\x1a': '\\Z',
};

/** A bound without characters that a terminal would not show: escaped, or all of it in hexadecimal. */
function printable(bound: string): string {
  if (!UNPRINTABLE.test(bound)) return bound;
  const escaped = bound.replace(/[\0\x08\t\n\r\x1a]/g, (c) => ESCAPES[c]!);
  if (!UNPRINTABLE.test(escaped)) return escaped;
  const value = bound.slice(1, -1).replace(/''/g, "'").replace(/\\\\/g, '\\');
  return `0x${Buffer.from(value).toString('hex')}`;
}

// Control characters and what has no form of its own.
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Co}\p{Cn}]/u;

function columnText(table: TableInfo, c: ColumnInfo): string {
  const parts = [quoteName(c.name), typeText(c.type)];
  const members = c.type.tp === TypeCode.Enum || c.type.tp === TypeCode.Set;
  if (members && c.type.charset === 'binary' && table.charset !== 'binary')
    parts.push('CHARACTER SET binary COLLATE binary');
  if (hasCharset(c.type)) {
    if (c.type.charset !== table.charset) parts.push(`CHARACTER SET ${c.type.charset}`);
    if (c.type.collate !== charset(c.type.charset)?.defaultCollation || c.type.collate !== table.collate)
      parts.push(`COLLATE ${c.type.collate}`);
  }
  if (c.generated !== '')
    parts.push(`GENERATED ALWAYS AS (${c.generated}) ${c.generatedStored ? 'STORED' : 'VIRTUAL'}`);
  const notNull = (c.type.flag & Flag.NotNull) !== 0;
  if (notNull) parts.push('NOT NULL');
  if (c.autoIncrement) parts.push('AUTO_INCREMENT');
  if (table.autoRandom !== undefined && randomColumn(table)?.id === c.id) {
    const { shardBits, rangeBits } = table.autoRandom;
    const bits = rangeBits === 64 ? `${shardBits}` : `${shardBits}, ${rangeBits}`;
    parts.push(`/*T![auto_rand] AUTO_RANDOM(${bits}) */`);
  }
  if (c.generated === '') {
    // A TIMESTAMP without value says so, since the bare type once meant NOT NULL.
    if (
      !notNull &&
      c.type.tp === TypeCode.Timestamp &&
      (c.default.kind !== 'value' || c.default.value === null) &&
      c.default.kind !== 'now'
    )
      parts.push('NULL');
    const given = defaultClause(c, notNull);
    if (given !== '') parts.push(given);
  }
  if (c.onUpdateNow)
    parts.push(`ON UPDATE CURRENT_TIMESTAMP${c.type.decimal > 0 ? `(${c.type.decimal})` : ''}`);
  if (c.comment !== '') parts.push(`COMMENT ${quoteText(c.comment)}`);
  return parts.join(' ');
}

function defaultClause(c: ColumnInfo, notNull: boolean): string {
  if (c.autoIncrement || c.default.kind === 'none') return '';
  if (c.default.kind === 'expr') return `DEFAULT (${c.default.sql})`;
  if (c.default.kind === 'now') return `DEFAULT ${defaultText(c)!}`;
  if (c.default.value === null) return notNull ? '' : 'DEFAULT NULL';
  const text = defaultText(c)!;
  return c.type.tp === TypeCode.Bit ? `DEFAULT ${text}` : `DEFAULT ${quoteText(text)}`;
}

function indexText(table: TableInfo, index: IndexInfo): string {
  const columns = index.columns
    .map((p) => {
      const column = table.columns[p.offset];
      const order = p.desc === true ? ' DESC' : '';
      if (column?.hidden === true) return `(${column.generated})${order}`;
      return `${quoteName(p.name)}${p.length < 0 ? '' : `(${p.length})`}${order}`;
    })
    .join(',');
  let text: string;
  if (index.primary)
    text = `PRIMARY KEY (${columns}) /*T![clustered_index] ${table.pkIsHandle || table.isCommonHandle ? 'CLUSTERED' : 'NONCLUSTERED'} */`;
  else if (index.fulltext !== undefined)
    text = `FULLTEXT KEY ${quoteName(index.name)} (${index.fulltext.columns.map(quoteName).join(',')})`;
  else text = `${index.unique ? 'UNIQUE KEY' : 'KEY'} ${quoteName(index.name)} (${columns})`;
  if (index.global === true) text += ' /*T![global_index] GLOBAL */';
  if (index.condition !== undefined) text += ` WHERE ${index.condition.sql}`;
  if (index.invisible) text += ' /*!80000 INVISIBLE */';
  if (index.comment !== '') text += ` COMMENT ${quoteText(index.comment)}`;
  const parser = index.fulltext?.parser;
  if (parser !== undefined) text += ` /*!50100 WITH PARSER ${quoteName(parser)} */ `;
  if (index.hypothetical === true) text += ' /* HYPO INDEX */';
  return text;
}

function tableOptionsText(table: TableInfo, autoIncrement: bigint): string {
  const parts = ['ENGINE=InnoDB', `DEFAULT CHARSET=${table.charset}`];
  // binary has but one.
  if (table.charset !== 'binary') parts.push(`COLLATE=${table.collate}`);
  const options = table.options ?? {};
  if (options['COMPRESSION'] !== undefined) parts.push(`COMPRESSION='${options['COMPRESSION']}'`);
  if (autoIncrement > 1n && table.autoRandom === undefined) parts.push(`AUTO_INCREMENT=${autoIncrement}`);
  const cache = options['AUTO_ID_CACHE'];
  if (cache !== undefined && cache !== '0') parts.push(`/*T![auto_id_cache] AUTO_ID_CACHE=${cache} */`);
  if (table.autoRandom !== undefined && autoIncrement > 1n)
    parts.push(`/*T![auto_rand_base] AUTO_RANDOM_BASE=${autoIncrement} */`);
  const shard = options['SHARD_ROW_ID_BITS'] ?? '0';
  const split = options['PRE_SPLIT_REGIONS'] ?? '0';
  if (shard !== '0')
    parts.push(`/*T! SHARD_ROW_ID_BITS=${shard} ${split === '0' ? '' : `PRE_SPLIT_REGIONS=${split} `}*/`);
  else if (split !== '0') parts.push(`/*T! PRE_SPLIT_REGIONS=${split} */`);
  for (const [name, value] of Object.entries(options)) {
    if (SHOWN_OPTIONS.has(name)) parts.push(`${name}=${value}`);
  }
  if (table.comment !== '') parts.push(`COMMENT=${quoteText(table.comment)}`);
  return parts.join(' ');
}

/** Options that come back as they were written. */
const SHOWN_OPTIONS: ReadonlySet<string> = new Set([
  'MAX_ROWS',
  'MIN_ROWS',
  'AVG_ROW_LENGTH',
  'CHECKSUM',
  'DELAY_KEY_WRITE',
  'PACK_KEYS',
]);

export function createDatabaseText(db: DbInfo, ifNotExists: boolean): string {
  const collate = db.collate === `${db.charset}_bin` ? '' : ` COLLATE ${db.collate}`;
  return `CREATE DATABASE ${ifNotExists ? '/*!32312 IF NOT EXISTS*/ ' : ''}${quoteName(db.name)} /*!40100 DEFAULT CHARACTER SET ${db.charset}${collate} */${policyClause(db.policy)}`;
}
