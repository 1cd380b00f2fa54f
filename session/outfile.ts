import { type FileHandle, open } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';
import type { FieldsClause, IntoClause, LinesClause } from '../parser/ast/index.js';
import { chunkRow, chunkRows } from '../chunk/chunk-builder.js';
import { type Charset, charset as findCharset } from '../types/charset.js';
import type { Datum } from '../types/datum.js';
import { mysqlError } from '../types/error-table.js';
import type { FieldType } from '../types/field-type.js';
import { isTextType, TypeCode } from '../types/field-type.js';
import { datumToString, datumToText } from '../types/format.js';
import type { RowsResult } from './client-session.js';
import type { Session } from './session.js';

type FileClause = Extract<IntoClause, { kind: 'Outfile' | 'Dumpfile' }>;

/** How SELECT ... INTO OUTFILE writes (MySQL manual, "SELECT ... INTO Statement" and "LOAD DATA Statement": the defaults are the same). */
interface OutputFormat {
  readonly terminated: string;
  readonly enclosed: string;
  readonly optionally: boolean;
  readonly escaped: string;
  readonly starting: string;
  readonly ended: string;
  /** Finds the characters that the escape character goes before. */
  readonly special: RegExp;
}

const anyOf = (characters: string): RegExp => {
  const codes = Array.from({ length: characters.length }, (_, i) => characters.charCodeAt(i));
  return new RegExp(`[${codes.map((c) => `\\u${c.toString(16).padStart(4, '0')}`).join('')}]`, 'g');
};

function outputFormat(fields: FieldsClause | null, lines: LinesClause | null): OutputFormat {
  const enclosed = fields?.enclosed ?? '';
  const escaped = fields?.escaped ?? '\\';
  if (enclosed.length > 1 || escaped.length > 1) throw mysqlError('ER_WRONG_FIELD_TERMINATORS');
  const terminated = fields?.terminated ?? '\t';
  const ended = lines?.terminated ?? '\n';
  // Inside enclosed fields only the enclosing character ends them.
  const ends = enclosed === '' ? [terminated, ended] : [enclosed, ended];
  return {
    terminated,
    enclosed,
    optionally: fields?.optionallyEnclosed ?? false,
    escaped,
    starting: lines?.starting ?? '',
    ended,
    special: anyOf([escaped, '\0', ...ends.map((s) => s.charAt(0))].join('')),
  };
}

/** What OPTIONALLY ENCLOSED leaves bare. */
const NUMERIC: ReadonlySet<number> = new Set([
  TypeCode.Tiny,
  TypeCode.Short,
  TypeCode.Int24,
  TypeCode.Long,
  TypeCode.LongLong,
  TypeCode.Float,
  TypeCode.Double,
  TypeCode.NewDecimal,
  TypeCode.Year,
]);

function escapedText(text: string, f: OutputFormat): string {
  if (f.escaped === '') return text;
  return text.replace(f.special, (c) => f.escaped + (c === '\0' ? '0' : c));
}

/** Parts of the line of one row: text, or the bytes of a binary column. */
function fieldText(v: Datum, type: FieldType, f: OutputFormat, charset: Charset): Uint8Array {
  const quoted = f.enclosed !== '' && (!f.optionally || !NUMERIC.has(type.tp));
  if (v === null) return charset.encode(f.escaped === '' ? 'NULL' : `${f.escaped}N`);
  const binary = v instanceof Uint8Array && isTextType(type) && type.charset === 'binary';
  const source = binary ? Buffer.from(v).toString('latin1') : datumToString(v, type);
  const text = escapedText(source, f);
  const full = quoted ? `${f.enclosed}${text}${f.enclosed}` : text;
  return binary ? Buffer.from(full, 'latin1') : charset.encode(full);
}

const WRITE_BYTES = 1 << 18;
/** Rows formatted between two looks at the clock and at KILL. */
const STEP_ROWS = 64;

/** Writes a result into a new file of the server; gives the number of rows. Throws 1086, 1172. */
export async function writeFile(session: Session, clause: FileClause, rows: RowsResult): Promise<number> {
  session.privileges.requireGlobal('FILE');
  const path = isAbsolute(clause.path)
    ? clause.path
    : join(session.engine.globals.get('datadir'), clause.path);
  checkAllowed(session, path);
  const name = clause.kind === 'Outfile' ? (clause.charset ?? 'utf8mb4') : 'binary';
  const charset = findCharset(name);
  if (charset === undefined) throw mysqlError('ER_UNKNOWN_CHARACTER_SET', name);
  const format = clause.kind === 'Outfile' ? outputFormat(clause.fields, clause.lines) : null;
  const file = await create(path, clause.path);
  try {
    return format === null ? await dump(file, rows) : await write(session, file, rows, format, charset);
  } finally {
    await file.close();
  }
}

/** secure_file_priv: '' allows every directory, NULL none, another value that directory. */
function checkAllowed(session: Session, path: string): void {
  const allowed = session.engine.globals.get('secure_file_priv');
  if (
    allowed === '' ||
    (allowed !== 'NULL' && path.startsWith(allowed.endsWith('/') ? allowed : `${allowed}/`))
  )
    return;
  throw mysqlError('ER_OPTION_PREVENTS_STATEMENT', '--secure-file-priv');
}

async function create(path: string, shown: string): Promise<FileHandle> {
  try {
    return await open(path, 'wx', 0o640);
  } catch (error) {
    const { code, errno } = error as { code?: string; errno?: number };
    if (code === 'EEXIST') throw mysqlError('ER_FILE_EXISTS_ERROR', shown);
    throw mysqlError('ER_CANT_CREATE_FILE', shown, Math.abs(errno ?? 0), code ?? String(error));
  }
}

async function write(
  session: Session,
  file: FileHandle,
  rows: RowsResult,
  f: OutputFormat,
  charset: Charset,
): Promise<number> {
  let pending: Uint8Array[] = [];
  let size = 0;
  let count = 0;
  const put = (bytes: Uint8Array): void => {
    pending.push(bytes);
    size += bytes.length;
  };
  const [start, separator, end] = [f.starting, f.terminated, f.ended].map((s) => charset.encode(s));
  for (let chunk = await rows.nextChunk(); chunk !== null; chunk = await rows.nextChunk()) {
    for (let k = 0; k < chunk.rows; k++) {
      put(start!);
      chunkRow(chunk, k).forEach((v, i) => {
        if (i > 0) put(separator!);
        put(fieldText(v, rows.columns[i]!.type, f, charset));
      });
      put(end!);
      if (++count % STEP_ROWS !== 0) continue;
      const pause = session.statement.checkpoint();
      if (pause !== undefined) await pause;
      if (size < WRITE_BYTES) continue;
      await file.appendFile(Buffer.concat(pending));
      [pending, size] = [[], 0];
    }
  }
  if (size > 0) await file.appendFile(Buffer.concat(pending));
  return count;
}

/** INTO DUMPFILE: one row, its values as they are. */
async function dump(file: FileHandle, rows: RowsResult): Promise<number> {
  let count = 0;
  for (let chunk = await rows.nextChunk(); chunk !== null; chunk = await rows.nextChunk()) {
    for (const row of chunkRows(chunk)) {
      if (++count > 1) throw mysqlError('ER_TOO_MANY_ROWS');
      const parts = row.map((v, i) =>
        v === null ? new Uint8Array(0) : datumToText(v, rows.columns[i]!.type)!,
      );
      await file.appendFile(Buffer.concat(parts));
    }
  }
  return count;
}
