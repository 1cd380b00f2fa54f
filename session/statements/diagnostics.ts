import type { Expr, GetDiagnosticsStmt, SignalStmt } from '../../parser/ast/index.js';
import { encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { mysqlError, sqlStateOf } from '../../types/error-table.js';
import { MysqlError, type SqlWarning } from '../../types/error.js';
import { evalType, newFieldType, TypeCode, type FieldType } from '../../types/field-type.js';
import { datumToString } from '../../types/format.js';
import type { Session } from '../session.js';
import { evaluate } from './query.js';
import { registerStatement } from './statement-handler.js';

const TEXT = newFieldType(TypeCode.VarString, { flen: 512, charset: 'utf8mb4', collate: 'utf8mb4_bin' });
const INT = newFieldType(TypeCode.LongLong, { flen: 21 });

type Value = string | number;

/** What may be asked of a condition (MySQL manual, "GET DIAGNOSTICS Statement"). */
const CONDITION: Readonly<Record<string, (w: SqlWarning) => Value>> = {
  RETURNED_SQLSTATE: (w) => stateOf(w),
  MYSQL_ERRNO: (w) => w.code,
  MESSAGE_TEXT: (w) => w.message,
  CLASS_ORIGIN: () => 'ISO 9075',
  SUBCLASS_ORIGIN: () => 'ISO 9075',
  CONSTRAINT_CATALOG: () => '',
  CONSTRAINT_SCHEMA: () => '',
  CONSTRAINT_NAME: () => '',
  CATALOG_NAME: () => '',
  SCHEMA_NAME: () => '',
  TABLE_NAME: () => '',
  COLUMN_NAME: () => '',
  CURSOR_NAME: () => '',
};

const stateOf = (w: SqlWarning): string => w.sqlState ?? (w.level === 'Error' ? sqlStateOf(w.code) : '01000');

async function getDiagnostics(session: Session, stmt: GetDiagnosticsStmt): Promise<void> {
  // There are no handlers here that a second area would be for.
  if (stmt.stacked) throw mysqlError('ER_GET_STACKED_DA_WITHOUT_ACTIVE_HANDLER');
  const { diagnostics, lastRowCount } = session;
  let valueOf: (item: string) => Value;
  if (stmt.condition === null) {
    valueOf = (item) => (item === 'NUMBER' ? diagnostics.length : lastRowCount);
  } else {
    const [number] = await evaluate(session, [stmt.condition]);
    const condition = diagnostics[Number(number?.value ?? 0) - 1];
    if (condition === undefined) throw mysqlError('ER_DA_INVALID_CONDITION_NUMBER');
    valueOf = (item) => CONDITION[item]!(condition);
  }
  const values = stmt.items.map(({ variable, item }) => {
    return { variable, value: valueOf(item) };
  });
  for (const { variable, value } of values)
    session.evalContext.session.setUserVariable(
      variable,
      typeof value === 'number' ? INT : TEXT,
      typeof value === 'number' ? value : encodeUtf8(value),
    );
}

registerStatement('GetDiagnostics', {
  keepsDiagnostics: () => true,
  run: async (session, stmt) => {
    await getDiagnostics(session, stmt);
    return null;
  },
});

async function signal(session: Session, stmt: SignalStmt): Promise<void> {
  if (stmt.resignal) throw mysqlError('ER_RESIGNAL_WITHOUT_ACTIVE_HANDLER');
  const state = stmt.sqlState!;
  if (!/^[0-9A-Z]{5}$/.test(state) || state.startsWith('00')) throw mysqlError('ER_SP_BAD_SQLSTATE', state);
  const seen = new Map<string, Expr>();
  for (const { item, value } of stmt.items) {
    if (seen.has(item)) throw mysqlError('ER_DUP_SIGNAL_SET', item);
    seen.set(item, value);
  }
  const values = await evaluate(session, [...seen.values()]);
  const given = new Map([...seen.keys()].map((item, i) => [item, values[i]!]));
  for (const [item, { value }] of given)
    if (value === null) throw mysqlError('ER_WRONG_VALUE_FOR_VAR', item, 'NULL');
  const kind = state.startsWith('01')
    ? 'ER_SIGNAL_WARN'
    : state.startsWith('02')
      ? 'ER_SIGNAL_NOT_FOUND'
      : 'ER_SIGNAL_EXCEPTION';
  const plain = mysqlError(kind);
  const text = given.get('MESSAGE_TEXT');
  const message = text === undefined ? plain.message : shown(text);
  const number = given.get('MYSQL_ERRNO');
  const code = number === undefined ? plain.code : Number(shown(number));
  if (!Number.isInteger(code) || code < 1 || code > 65535)
    throw mysqlError('ER_WRONG_VALUE_FOR_VAR', 'MYSQL_ERRNO', shown(number!));
  if (kind !== 'ER_SIGNAL_WARN') throw new MysqlError(code, state, message);
  session.statement.warn({ level: 'Warning', code, message, sqlState: state });
}

const shown = ({ type, value }: { readonly type: FieldType; readonly value: Datum }): string =>
  value === null ? '' : evalType(type) === 'int' ? String(value) : datumToString(value, type);

registerStatement('Signal', {
  run: async (session, stmt) => {
    await signal(session, stmt);
    return null;
  },
});
