import { MysqlError } from '../../types/error.js';
import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import type { Datum } from '../../types/datum.js';
import { intDatum } from '../../types/datum.js';
import type { DecInt } from '../../types/decimal.js';
import type { PackedTime } from '../../types/time.js';
import { rescaleDateTime } from '../../types/time.js';
import { epochMicrosToLocal } from '../../types/timezone.js';
import { decodeBinaryPlan } from '../binary-plan.js';
import { decodePlan } from '../plan-codec.js';
import { vitessHash } from '../vitess-hash.js';
import type { Runtime } from '../runtime.js';
import { datetimeType, intType, stringType } from '../type-inference.js';
import { TypeCode, UNSPECIFIED, type FieldType } from '../../types/field-type.js';
import { defineAll, type ScalarDefinition, type Kernel } from './scalar.js';
import type { TypedDatum } from '../eval-context.js';

/** TiDB's own functions ("TiDB Specific Functions"). */

const text = (): FieldType => stringType(UNSPECIFIED, 'utf8mb4', 'utf8mb4_bin');

/** Buckets of TIDB_SHARD. */
const SHARDS = 256n;

/** The normalized statements of digests, in their order; null: the argument is no JSON array. */
function statementsOf(rt: Runtime, digests: Uint8Array, limit: number): Uint8Array | null {
  rt.ctx.session.requirePrivilege('PROCESS');
  const source = decodeUtf8(digests);
  let list: unknown;
  try {
    list = JSON.parse(source);
  } catch {
    list = null;
  }
  if (!Array.isArray(list)) {
    rt.warn({
      level: 'Warning',
      code: 1210,
      message: `The argument can't be unmarshalled as JSON array: '${source.length > 256 ? `${source.slice(0, 256)}...` : source}'`,
    });
    return null;
  }
  const known = rt.ctx.session.statementsOfDigests(list.filter((d) => typeof d === 'string'));
  const out = list.map((d: unknown) => {
    const sql = typeof d === 'string' ? known.get(d) : undefined;
    if (sql === undefined) return null;
    return limit > 0 && sql.length > limit ? `${sql.slice(0, limit)}...` : sql;
  });
  return encodeUtf8(JSON.stringify(out));
}

function decodedKey(rt: Runtime, hex: Uint8Array, key: Uint8Array | null): Uint8Array {
  const found = key === null ? null : rt.ctx.session.decodeKey(key);
  if (found !== null) return encodeUtf8(found);
  rt.warn({ level: 'Warning', code: 1105, message: `invalid key: ${decodeUtf8(hex)}` });
  return hex;
}

/** Values after the first `skip` arguments as they came; ENUM and SET come as their text. */
function typedValues(types: readonly FieldType[], skip: number): (values: readonly Datum[]) => TypedDatum[] {
  const own = types
    .slice(skip)
    .map((t) =>
      t.tp === TypeCode.Enum || t.tp === TypeCode.Set ? stringType(UNSPECIFIED, t.charset, t.collate) : t,
    );
  return (values) => own.map((type, i) => ({ type, value: values[i] ?? null }));
}

const hexText = (b: Uint8Array): Uint8Array =>
  encodeUtf8(Buffer.from(b.buffer, b.byteOffset, b.length).toString('hex'));

defineAll('tidb', [
  {
    name: 'tidb_is_ddl_owner',
    args: [],
    type: () => intType(false, 1),
    stable: false,
    kernel: (rt: Runtime) => (rt.ctx.session.isDdlOwner ? 1 : 0),
    total: true,
    doc: 'TIDB_IS_DDL_OWNER(): whether this node runs the schema changes (TiDB).',
  },
  {
    name: 'tidb_mvcc_info',
    args: ['string'],
    type: text,
    deterministic: false,
    stable: false,
    nullAware: true,
    async: true,
    kernel: (async (rt: Runtime, key: Uint8Array | null): Promise<Datum> => {
      rt.ctx.session.requirePrivilege('SUPER');
      if (key === null) return null;
      const hex = decodeUtf8(key);
      if (hex.length % 2 !== 0 || !/^[0-9a-f]*$/i.test(hex))
        throw new MysqlError(1105, 'HY000', `encoding/hex: invalid key: ${hex}`);
      return encodeUtf8(await rt.ctx.session.mvccInfo(Buffer.from(hex, 'hex')));
    }) as unknown as ScalarDefinition['kernel'],
    doc: 'TIDB_MVCC_INFO(key): the versions of a key given in hex, and the lock on it, as JSON (TiDB).',
  },
  {
    name: 'tidb_encode_record_key',
    args: ['string', 'string'],
    rest: 'any',
    min: 3,
    type: text,
    stable: false,
    nullAware: true,
    make: (types): Kernel => {
      const handle = typedValues(types, 2);
      return (rt: Runtime, schema: Uint8Array | null, table: Uint8Array | null, ...values: Datum[]) =>
        schema === null || table === null
          ? null
          : hexText(rt.ctx.session.recordKey(decodeUtf8(schema), decodeUtf8(table), handle(values)));
    },
    doc: 'TIDB_ENCODE_RECORD_KEY(schema, table, handle, …): the key of a row, in hex (TiDB).',
  },
  {
    name: 'tidb_encode_index_key',
    args: ['string', 'string', 'string'],
    rest: 'any',
    min: 4,
    type: text,
    stable: false,
    nullAware: true,
    make: (types): Kernel => {
      const entry = typedValues(types, 3);
      return (
        rt: Runtime,
        schema: Uint8Array | null,
        table: Uint8Array | null,
        index: Uint8Array | null,
        ...values: Datum[]
      ) =>
        schema === null || table === null || index === null
          ? null
          : hexText(
              rt.ctx.session.indexKey(
                decodeUtf8(schema),
                decodeUtf8(table),
                decodeUtf8(index),
                entry(values),
              ),
            );
    },
    doc: 'TIDB_ENCODE_INDEX_KEY(schema, table, index, value, …, handle, …): the key of an index entry, in hex (TiDB).',
  },
  {
    name: 'tidb_decode_plan',
    args: ['string'],
    type: text,
    kernel: (_rt, v: Uint8Array) => {
      const plan = decodePlan(decodeUtf8(v));
      return plan === null ? v : encodeUtf8(plan);
    },
    total: true,
    doc: 'TIDB_DECODE_PLAN(text): an encoded plan of the slow log as a table; other text comes back as it is (TiDB).',
  },
  {
    name: 'tidb_decode_binary_plan',
    args: ['string'],
    type: text,
    kernel: (rt: Runtime, v: Uint8Array) => {
      try {
        return encodeUtf8(decodeBinaryPlan(decodeUtf8(v)));
      } catch (error) {
        rt.ctx.warn({
          level: 'Warning',
          code: 1105,
          message: error instanceof Error ? error.message : String(error),
        });
        return new Uint8Array(0);
      }
    },
    total: true,
    doc: 'TIDB_DECODE_BINARY_PLAN(text): a plan of EXPLAIN FORMAT = binary, the slow log or the statement summary as a table; other text warns (TiDB).',
  },
  {
    name: 'tidb_decode_key',
    args: ['string'],
    type: text,
    stable: false,
    kernel: (rt: Runtime, v: Uint8Array) => {
      const hex = decodeUtf8(v);
      return decodedKey(rt, v, /^([0-9a-fA-F]{2})+$/.test(hex) ? Buffer.from(hex, 'hex') : null);
    },
    total: true,
    doc: 'TIDB_DECODE_KEY(hex): what a key of the store means, as JSON (TiDB).',
  },
  {
    name: 'tidb_decode_base64_key',
    args: ['string'],
    type: text,
    stable: false,
    kernel: (rt: Runtime, v: Uint8Array) => decodedKey(rt, v, Buffer.from(decodeUtf8(v), 'base64')),
    total: true,
    doc: 'TIDB_DECODE_BASE64_KEY(text): TIDB_DECODE_KEY of a key in base64 (TiDB).',
  },
  {
    name: 'tidb_decode_sql_digests',
    args: ['string', 'int'],
    min: 1,
    type: text,
    stable: false,
    kernel: (rt: Runtime, digests: Uint8Array, limit?: DecInt) =>
      statementsOf(rt, digests, limit === undefined ? 0 : Number(limit)),
    doc: 'TIDB_DECODE_SQL_DIGESTS(digests[, length]): normalized statements of the digests in a JSON array, as far as statement summaries know them (TiDB).',
  },
  {
    name: 'tidb_bounded_staleness',
    args: ['datetime', 'datetime'],
    type: () => datetimeType(3),
    stable: false,
    make:
      ([a, b]) =>
      (rt: Runtime, from: PackedTime, to: PackedTime): Datum => {
        const low = rescaleDateTime(from, Math.max(0, a!.decimal), 3);
        const high = rescaleDateTime(to, Math.max(0, b!.decimal), 3);
        if (low === null || high === null || low > high) return null;
        // What is committed is readable at once here: the newest safe time is now.
        const now = epochMicrosToLocal(Math.floor(rt.ctx.nowMicros / 1000) * 1000, 3, rt.timeZone);
        return now < low ? low : now > high ? high : now;
      },
    doc: 'TIDB_BOUNDED_STALENESS(t1, t2): the newest time between the two that can be read without waiting (TiDB).',
  },
  {
    name: 'tidb_shard',
    args: ['int'],
    type: () => intType(true, 4),
    kernel: (_rt, v: DecInt) => intDatum(vitessHash(BigInt(v)) % SHARDS),
    total: true,
    doc: 'TIDB_SHARD(n): a bucket of 256, to scatter the entries of an index (TiDB).',
  },
  {
    name: 'tidb_current_tso',
    args: [],
    type: () => intType(false, 20),
    stable: false,
    kernel: (rt: Runtime) =>
      intDatum(BigInt(rt.ctx.session.systemVariable('tidb_current_ts', 'session') || 0)),
    total: true,
    doc: 'TIDB_CURRENT_TSO(): the timestamp at which the transaction began (TiDB).',
  },
]);
