import { randomBytes, randomUUID } from 'node:crypto';
import { decodeUtf8, encodeUtf8 } from '../../types/charset.js';
import { intDatum } from '../../types/datum.js';
import type { DecInt } from '../../types/decimal.js';
import { mysqlError } from '../../types/error-table.js';
import { boolType, decimalType, intType } from '../type-inference.js';
import { bytesOf, connectionString, defineAll } from './scalar.js';

/** Universally unique identifiers (RFC 9562; manual, "Miscellaneous Functions"). */

/** UUID version 1 fields: a counter of 100 ns since 1582, a random node with the multicast bit set. */
const NODE = randomBytes(6);
NODE[0] = NODE[0]! | 1;
const CLOCK = (randomBytes(2).readUInt16BE() & 0x3fff) | 0x8000;
let lastTick = 0n;

function uuid1(): string {
  let tick = BigInt(Date.now()) * 10000n + 122192928000000000n;
  if (tick <= lastTick) tick = lastTick + 1n;
  lastTick = tick;
  const low = (tick & 0xffffffffn).toString(16).padStart(8, '0');
  const mid = ((tick >> 32n) & 0xffffn).toString(16).padStart(4, '0');
  const high = (((tick >> 48n) & 0x0fffn) | 0x1000n).toString(16).padStart(4, '0');
  return `${low}-${mid}-${high}-${CLOCK.toString(16).padStart(4, '0')}-${NODE.toString('hex')}`;
}

/** The 16 bytes of a UUID text in any of its three forms; null when it is none. */
function parseUuid(s: string): Uint8Array | null {
  const m =
    /^(?:\{([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\}|([0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})|([0-9a-f]{32}))$/i.exec(
      s,
    );
  if (m === null) return null;
  return new Uint8Array(Buffer.from((m[1] ?? m[2] ?? m[3])!.replaceAll('-', ''), 'hex'));
}

function uuidText(b: Uint8Array): string {
  const h = Buffer.from(b).toString('hex');
  return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
}

/** time-low and time-high swapped, so that version 1 values sort by time. */
const swap = (b: Uint8Array): Uint8Array =>
  Uint8Array.from([b[6]!, b[7]!, b[4]!, b[5]!, b[0]!, b[1]!, b[2]!, b[3]!, ...b.subarray(8)]);
const unswap = (b: Uint8Array): Uint8Array =>
  Uint8Array.from([b[4]!, b[5]!, b[6]!, b[7]!, b[2]!, b[3]!, b[0]!, b[1]!, ...b.subarray(8)]);

const SHORT_BASE = BigInt(Math.floor(Date.now() / 1000)) << 24n;
let shortCounter = 0n;

/** Version 7: 48 bits of milliseconds, then random ones. */
function uuid7(): Uint8Array {
  const b = randomBytes(16);
  b.writeUIntBE(Date.now(), 0, 6);
  b[6] = (b[6]! & 0x0f) | 0x70;
  b[8] = (b[8]! & 0x3f) | 0x80;
  return b;
}

const versionOf = (b: Uint8Array): number => b[6]! >> 4;

/** Ticks of 100 ns from the epoch of versions 1 and 6 (15 October 1582) to Unix's. */
const GREGORIAN = 122192928000000000n;

/** Microseconds since the Unix epoch of versions that have a time. */
function microsOfUuid(b: Uint8Array): bigint | null {
  const h = Buffer.from(b).toString('hex');
  switch (versionOf(b)) {
    case 1:
      return (BigInt(`0x${h.slice(13, 16)}${h.slice(8, 12)}${h.slice(0, 8)}`) - GREGORIAN) / 10n;
    case 6:
      return (BigInt(`0x${h.slice(0, 12)}${h.slice(13, 16)}`) - GREGORIAN) / 10n;
    case 7:
      return BigInt(`0x${h.slice(0, 12)}`) * 1000n;
    default:
      return null;
  }
}

function uuidArgument(text: Uint8Array, name: string): Uint8Array {
  const u = parseUuid(decodeUtf8(text));
  if (u === null) throw mysqlError('ER_WRONG_VALUE_FOR_TYPE', 'string', decodeUtf8(text), name);
  return u;
}

defineAll('miscellaneous', [
  {
    name: 'uuid',
    args: [],
    type: connectionString(36),
    deterministic: false,
    kernel: () => encodeUtf8(uuid1()),
    doc: 'UUID(): version 1. Manual: Miscellaneous Functions.',
  },
  {
    name: 'uuid_v4',
    args: [],
    type: connectionString(36),
    deterministic: false,
    kernel: () => encodeUtf8(randomUUID()),
    doc: 'UUID_V4() (TiDB).',
  },
  {
    name: 'uuid_short',
    args: [],
    type: () => intType(true, 20),
    deterministic: false,
    kernel: () => SHORT_BASE + shortCounter++,
    doc: 'UUID_SHORT(). Manual: Miscellaneous Functions.',
  },
  {
    name: 'is_uuid',
    args: ['string'],
    type: () => boolType(),
    kernel: (_rt, b: Uint8Array) => (parseUuid(decodeUtf8(b)) === null ? 0 : 1),
    total: true,
    pure: true,
    doc: 'IS_UUID(s). Manual: Miscellaneous Functions.',
  },
  {
    name: 'uuid_to_bin',
    args: ['string', 'int'],
    min: 1,
    type: bytesOf(16),
    kernel: (_rt, b: Uint8Array, flag?: DecInt) => {
      const u = uuidArgument(b, 'uuid_to_bin');
      return flag !== undefined && Number(flag) !== 0 ? swap(u) : u;
    },
    doc: 'UUID_TO_BIN(s[, swap]). Manual: Miscellaneous Functions.',
  },
  {
    name: 'bin_to_uuid',
    args: ['string', 'int'],
    min: 1,
    type: connectionString(36),
    kernel: (_rt, b: Uint8Array, flag?: DecInt) => {
      if (b.length !== 16)
        throw mysqlError('ER_WRONG_VALUE_FOR_TYPE', 'string', decodeUtf8(b), 'bin_to_uuid');
      return encodeUtf8(uuidText(flag !== undefined && Number(flag) !== 0 ? unswap(b) : b));
    },
    doc: 'BIN_TO_UUID(b[, swap]). Manual: Miscellaneous Functions.',
  },
  {
    name: 'uuid_v7',
    args: [],
    type: connectionString(36),
    deterministic: false,
    kernel: () => encodeUtf8(uuidText(uuid7())),
    doc: 'UUID_V7(): version 7, in the order of time (TiDB).',
  },
  {
    name: 'uuid_version',
    args: ['string'],
    type: () => intType(false, 10),
    kernel: (_rt, b: Uint8Array) => versionOf(uuidArgument(b, 'uuid_version')),
    doc: 'UUID_VERSION(s) (TiDB).',
  },
  {
    name: 'uuid_timestamp',
    args: ['string'],
    type: () => decimalType(18, 6),
    kernel: (_rt, b: Uint8Array) => {
      const micros = microsOfUuid(uuidArgument(b, 'uuid_timestamp'));
      return micros === null ? null : intDatum(micros);
    },
    doc: 'UUID_TIMESTAMP(s): seconds since the epoch of versions 1, 6 and 7, NULL of others (TiDB).',
  },
]);
