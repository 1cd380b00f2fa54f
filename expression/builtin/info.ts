import { normalizeDigest, type Digest } from '../../parser/digest.js';
import { ParseError, parseOne } from '../../parser/parser.js';
import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import type { DecInt } from '../../types/decimal.js';
import { mysqlError } from '../../types/error-table.js';
import { UNSPECIFIED } from '../../types/field-type.js';
import { Flag } from '../../types/field-type.js';
import { coercibilityOf } from '../collation-derivation.js';
import { formatGtidSet, parseGtidSet, subtractGtids } from '../gtid-set.js';
import { newConstant } from '../build.js';
import type { Expression } from '../expression.js';
import { registerFunctions } from '../function-registry.js';
import type { Runtime } from '../runtime.js';
import { intType, isStringType, stringType } from '../type-inference.js';
import type { ScalarDefinition } from './scalar.js';
import { defineAll } from './scalar.js';

/** Information and locking functions (manual, "Information Functions", "Locking Functions"). */

const systemString = (flen: number) => () => stringType(flen, 'utf8mb4', 'utf8mb4_bin');

type Definition = Omit<ScalarDefinition, 'family'>;

const text = (
  name: string,
  aliases: string[],
  flen: number,
  value: (rt: Runtime) => string | null,
  doc: string,
): Definition => ({
  name,
  aliases,
  args: [],
  type: systemString(flen),
  stable: false,
  kernel: (rt: Runtime) => {
    const v = value(rt);
    return v === null ? null : encodeUtf8(v);
  },
  doc: `${doc} Manual: Information Functions.`,
});

const number = (
  name: string,
  aliases: string[],
  value: (rt: Runtime) => number | bigint,
  doc: string,
): Definition => ({
  name,
  aliases,
  args: [],
  type: () => ({ ...intType(true, 21), flag: Flag.Binary | Flag.NotNull | Flag.Unsigned }),
  stable: false,
  total: true,
  kernel: (rt: Runtime) => value(rt),
  doc: `${doc} Manual: Information Functions.`,
});

/** The digest of a statement that parses. */
function digestOfOne(sql: Uint8Array): Digest {
  const source = decodeUtf8(sql);
  try {
    parseOne(source);
  } catch (e) {
    if (e instanceof ParseError) throw mysqlError('ER_PARSE_ERROR_IN_DIGEST_FN', e.message);
    throw e;
  }
  return normalizeDigest(source);
}

defineAll('information', [
  number('connection_id', [], (rt) => rt.ctx.session.connectionId, 'CONNECTION_ID().'),
  text('user', ['session_user', 'system_user'], 288, (rt) => rt.ctx.session.user, 'USER(): the client.'),
  text('current_user', [], 288, (rt) => rt.ctx.session.currentUser, 'CURRENT_USER(): the account.'),
  text('current_role', [], 288, (rt) => rt.ctx.session.currentRole, 'CURRENT_ROLE().'),
  text(
    'current_resource_group',
    [],
    32,
    (rt) => rt.ctx.session.resourceGroup,
    'CURRENT_RESOURCE_GROUP() (TiDB).',
  ),
  text('database', ['schema'], 64, (rt) => rt.ctx.session.database, 'DATABASE(), SCHEMA().'),
  text('version', [], 64, (rt) => rt.ctx.session.version, 'VERSION().'),
  text('tidb_version', [], 1024, (rt) => rt.ctx.session.tidbVersion, 'TIDB_VERSION() (TiDB).'),
  {
    ...number('row_count', [], (rt) => rt.ctx.session.rowCount, 'ROW_COUNT().'),
    type: () => ({ ...intType(false, 21), flag: Flag.Binary | Flag.NotNull }),
  },
  number('found_rows', [], (rt) => rt.ctx.session.foundRows, 'FOUND_ROWS().'),
  {
    name: 'last_insert_id',
    args: ['int'],
    min: 0,
    type: () => intType(true, 21),
    stable: false,
    sideEffects: true,
    kernel: (rt: Runtime, v?: DecInt) => {
      if (v === undefined) return rt.ctx.session.lastInsertId();
      const u = v < 0 ? BigInt.asUintN(64, BigInt(v)) : v;
      rt.ctx.session.setLastInsertId(u);
      return u;
    },
    doc: 'LAST_INSERT_ID([n]). Manual: Information Functions.',
  },
  {
    name: 'mysql_query_attribute_string',
    args: ['string'],
    type: systemString(UNSPECIFIED),
    stable: false,
    kernel: (rt: Runtime, name: Uint8Array) => rt.ctx.session.queryAttribute(decodeUtf8(name)),
    doc: 'MYSQL_QUERY_ATTRIBUTE_STRING(name): what the client sent along with the statement under that name. Manual: Query Attribute User-Defined Functions.',
  },
  {
    name: 'tidb_encode_sql_digest',
    args: ['string'],
    type: systemString(64),
    kernel: (_rt, sql: Uint8Array) => encodeUtf8(normalizeDigest(decodeUtf8(sql)).digest),
    doc: 'TIDB_ENCODE_SQL_DIGEST(sql): the digest of the normalized statement (TiDB).',
  },
  {
    name: 'statement_digest',
    args: ['string'],
    type: systemString(64),
    kernel: (_rt, sql: Uint8Array) => encodeUtf8(digestOfOne(sql).digest),
    doc: 'STATEMENT_DIGEST(sql): the digest of a statement, as statement summaries have it. Manual: Encryption and Compression Functions.',
  },
  {
    name: 'statement_digest_text',
    args: ['string'],
    type: systemString(UNSPECIFIED),
    kernel: (_rt, sql: Uint8Array) => encodeUtf8(digestOfOne(sql).normalized),
    doc: 'STATEMENT_DIGEST_TEXT(sql): the normalized statement, as statement summaries have it. Manual: Encryption and Compression Functions.',
  },
  {
    name: 'benchmark',
    args: ['int', 'any'],
    type: () => intType(false, 1),
    nullAware: true,
    deterministic: false,
    kernel: (rt: Runtime, n: DecInt | null, _v: Datum) => {
      if (n === null) return null;
      if (n < 0) {
        rt.problem('ER_WRONG_VALUE_FOR_TYPE', 'count', String(n), 'benchmark');
        return null;
      }
      return 0;
    },
    doc: 'BENCHMARK(n, expr): evaluates and gives 0. Manual: Information Functions.',
  },
  {
    name: 'format_bytes',
    args: ['real'],
    type: systemString(20),
    kernel: (_rt, n: number) => encodeUtf8(inUnits(n, BYTE_UNITS)),
    doc: 'FORMAT_BYTES(n). Manual: Performance Schema Functions.',
  },
  {
    name: 'format_nano_time',
    args: ['real'],
    type: systemString(20),
    kernel: (_rt, n: number) => encodeUtf8(inUnits(n, NANO_UNITS)),
    doc: 'FORMAT_NANO_TIME(n) (TiDB).',
  },
  {
    name: 'format_pico_time',
    args: ['real'],
    type: systemString(17),
    kernel: (_rt, n: number) => encodeUtf8(formatPico(n)),
    total: true,
    doc: 'FORMAT_PICO_TIME(n). Manual: Performance Schema Functions.',
  },
  {
    name: 'ps_current_thread_id',
    args: [],
    type: () => intType(true, 20),
    stable: false,
    kernel: (rt: Runtime) => rt.ctx.session.connectionId,
    total: true,
    doc: 'PS_CURRENT_THREAD_ID(): the connection is its own thread. Manual: Performance Schema Functions.',
  },
  {
    name: 'ps_thread_id',
    args: ['int'],
    type: () => intType(true, 20),
    kernel: (_rt, id: DecInt) => id,
    doc: 'PS_THREAD_ID(connection). Manual: Performance Schema Functions.',
  },
  {
    name: 'icu_version',
    args: [],
    type: systemString(8),
    kernel: () => encodeUtf8(process.versions['icu'] ?? ''),
    total: true,
    doc: 'ICU_VERSION(). Manual: Information Functions.',
  },
  {
    name: 'gtid_subset',
    args: ['string', 'string'],
    type: () => intType(false, 1),
    kernel: (_rt, a: Uint8Array, b: Uint8Array) =>
      subtractGtids(parseGtidSet(decodeUtf8(a)), parseGtidSet(decodeUtf8(b))).size === 0 ? 1 : 0,
    total: true,
    doc: 'GTID_SUBSET(a, b). Manual: Functions Used with Global Transaction Identifiers (GTIDs).',
  },
  {
    name: 'gtid_subtract',
    args: ['string', 'string'],
    type: systemString(16383),
    kernel: (_rt, a: Uint8Array, b: Uint8Array) =>
      encodeUtf8(formatGtidSet(subtractGtids(parseGtidSet(decodeUtf8(a)), parseGtidSet(decodeUtf8(b))))),
    total: true,
    doc: 'GTID_SUBTRACT(a, b). Manual: Functions Used with Global Transaction Identifiers (GTIDs).',
  },
]);

const PICO_UNITS: readonly (readonly [number, string])[] = [
  [86_400e12, 'd'],
  [3_600e12, 'h'],
  [60e12, 'min'],
  [1e12, 's'],
  [1e9, 'ms'],
  [1e6, 'us'],
  [1e3, 'ns'],
];

/** Below a nanosecond without decimals. */
function formatPico(n: number): string {
  const a = Math.abs(n);
  const unit = PICO_UNITS.find(([size]) => a >= size);
  if (unit === undefined) return `${String(Math.trunc(n)).padStart(3)} ps`;
  return scaled(n / unit[0], unit[1]);
}

/** Two decimals, past 99999 with an exponent. */
const scaled = (v: number, unit: string): string =>
  `${Math.abs(v) < 1e5 ? v.toFixed(2) : v.toExponential(2).replace(/e\+(\d)$/, 'e+0$1')} ${unit}`;

type Units = readonly (readonly [size: number, name: string])[];

const BYTE_UNITS: Units = [
  [2 ** 60, 'EiB'],
  [2 ** 50, 'PiB'],
  [2 ** 40, 'TiB'],
  [2 ** 30, 'GiB'],
  [2 ** 20, 'MiB'],
  [2 ** 10, 'KiB'],
  [1, 'bytes'],
];

const NANO_UNITS: Units = [
  [86400e9, 'd'],
  [3600e9, 'h'],
  [60e9, 'min'],
  [1e9, 's'],
  [1e6, 'ms'],
  [1e3, 'us'],
  [1, 'ns'],
];

/** In the largest unit that the amount reaches; whole in the smallest. */
function inUnits(n: number, units: Units): string {
  const [size, name] = units.find(([u]) => Math.abs(n) >= u) ?? units.at(-1)!;
  if (size === 1) return `${roundHalfEven(n)} ${name}`;
  return scaled(n / size, name);
}

const roundHalfEven = (n: number): number => {
  const down = Math.floor(n);
  return n - down === 0.5 ? down + (down % 2 === 0 ? 0 : 1) : Math.round(n);
};

const fact = (name: string, doc: string, value: (e: Expression) => string | number) => ({
  name,
  minArgs: 1,
  maxArgs: 1,
  family: 'information',
  doc: `${doc} Manual: Information Functions.`,
  rewrite: ([e]: readonly Expression[]): Expression => {
    const v = value(e!);
    return typeof v === 'number'
      ? newConstant(v, { ...intType(false, 1), flag: Flag.Binary | Flag.NotNull })
      : newConstant(encodeUtf8(v), { ...stringType(64, 'utf8mb4', 'utf8mb4_bin'), flag: Flag.NotNull });
  },
  resolve: (args: readonly Expression[]) => ({ args, type: stringType(64) }),
  emit(): never {
    throw new Error(`${name} is known when the statement is planned`);
  },
});

registerFunctions([
  fact('charset', 'CHARSET(e).', (e) => (isStringType(e.type) ? e.type.charset : 'binary')),
  fact('collation', 'COLLATION(e).', (e) => (isStringType(e.type) ? e.type.collate : 'binary')),
  fact('coercibility', 'COERCIBILITY(e).', (e) => coercibilityOf(e)),
]);

function lockName(b: Uint8Array | null): string {
  const name = b === null ? '' : decodeUtf8(b);
  if (b === null || name === '' || [...name].length > 64)
    throw mysqlError('ER_USER_LOCK_WRONG_NAME', b === null ? 'NULL' : name);
  return name.toLowerCase();
}

defineAll('locking', [
  {
    name: 'sleep',
    args: ['real'],
    type: () => intType(false, 1),
    deterministic: false,
    sideEffects: true,
    nullAware: true,
    async: true,
    kernel: ((rt: Runtime, s: number | null): Promise<Datum> => {
      if (s === null || s < 0) {
        const e = mysqlError('ER_WRONG_ARGUMENTS', 'sleep');
        if (rt.ctx.lenient !== true) throw e;
        rt.ctx.warn({ level: 'Warning', code: e.code, message: e.message });
        return Promise.resolve(0);
      }
      return rt.ctx.session.sleep(s).then((interrupted) => (interrupted ? 1 : 0));
    }) as unknown as ScalarDefinition['kernel'],
    doc: 'SLEEP(seconds). Manual: Miscellaneous Functions.',
  },
  {
    name: 'get_lock',
    args: ['string', 'numeric'],
    type: () => intType(false, 1),
    deterministic: false,
    sideEffects: true,
    nullAware: true,
    async: true,
    kernel: ((rt: Runtime, name: Uint8Array | null, timeout: DecInt | null): Promise<Datum> =>
      rt.ctx.session
        .getLock(lockName(name), timeout === null ? 0 : Number(timeout))
        .then((r) => (r === null ? null : r ? 1 : 0))) as unknown as ScalarDefinition['kernel'],
    doc: 'GET_LOCK(name, timeout). Manual: Locking Functions.',
  },
  {
    name: 'release_lock',
    args: ['string'],
    type: () => intType(false, 1),
    deterministic: false,
    sideEffects: true,
    nullAware: true,
    async: true,
    kernel: ((rt: Runtime, name: Uint8Array | null): Promise<Datum> =>
      rt.ctx.session
        .releaseLock(lockName(name))
        .then((r) => (r === null ? null : r ? 1 : 0))) as unknown as ScalarDefinition['kernel'],
    doc: 'RELEASE_LOCK(name). Manual: Locking Functions.',
  },
  {
    name: 'release_all_locks',
    args: [],
    type: () => intType(true, 21),
    deterministic: false,
    sideEffects: true,
    kernel: (rt: Runtime) => rt.ctx.session.releaseAllLocks(),
    doc: 'RELEASE_ALL_LOCKS(). Manual: Locking Functions.',
  },
  {
    name: 'is_free_lock',
    args: ['string'],
    type: () => intType(false, 1),
    deterministic: false,
    stable: false,
    nullAware: true,
    async: true,
    kernel: ((rt: Runtime, name: Uint8Array | null): Promise<Datum> =>
      rt.ctx.session
        .lockHolder(lockName(name))
        .then((holder) => (holder === null ? 1 : 0))) as unknown as ScalarDefinition['kernel'],
    doc: 'IS_FREE_LOCK(name). Manual: Locking Functions.',
  },
  {
    name: 'is_used_lock',
    args: ['string'],
    type: () => intType(true, 21),
    deterministic: false,
    stable: false,
    nullAware: true,
    async: true,
    kernel: ((rt: Runtime, name: Uint8Array | null): Promise<Datum> =>
      rt.ctx.session.lockHolder(lockName(name))) as unknown as ScalarDefinition['kernel'],
    doc: 'IS_USED_LOCK(name). Manual: Locking Functions.',
  },
]);
