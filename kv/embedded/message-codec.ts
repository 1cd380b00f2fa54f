import type { ByteReader, ByteWriter } from './byte-buffer.js';

/**
 * Plain values (the requests and responses of kv/rpc.ts) as bytes, for the way between threads: structured cloning would copy the
 * whole buffer behind each view of a few bytes, and costs several times more per object. A value is a tag and its content; the names
 * of the surface's fields are numbers.
 */
const Tag = {
  undefined: 0,
  null: 1,
  false: 2,
  true: 3,
  uint: 4,
  negative: 5,
  double: 6,
  bigint: 7,
  string: 8,
  bytes: 9,
  array: 10,
  object: 11,
} as const;

/** Field names of kv/rpc.ts. A field that is missing here is an error at the first message that has it. */
const FIELDS = (
  'context regionId regionEpoch confVer version peerStoreId priority isolationLevel notFillCache maxExecutionMs resourceGroup ' +
  'requestSource resolvedLocks committedLocks startKey endKey key value primaryLock lockVersion lockTtl txnSize lockType ' +
  'lockForUpdateTs useAsyncCommit minCommitTs secondaries kind lock startTs conflictTs conflictCommitTs primary reason lockTs lockKey ' +
  'deadlockKeyHash waitChain attemptedCommitTs primaryKey commitTs message txn waitForTxn resourceGroupTag op assertion error keys pairs ' +
  'limit keyOnly reverse mutations startVersion pessimisticActions forUpdateTs maxCommitTs tryOnePc durability errors onePcCommitTs ' +
  'commitVersion isFirstLock waitTimeout returnValues checkExistence lockOnlyIfExists values notFounds adviseLockTtl callerStartTs ' +
  'currentTs rollbackIfNotExist forceSyncCommit resolvingPessimisticLock action lockInfo locks maxVersion safePoint regionError ' +
  'leaderStoreId backoffMs leaderPeerId isRetry regions id storeId role term peers currentRegions entries ' +
  'ranges source snapshot locked ts dataFile mapAddress dataRoot historyRoot packedRoot blocks unique again durable memtables ' +
  'newest lockedTs assertionLevel existingStartTs existingCommitTs token'
).split(' ');
const CODES = new Map<string, number>();
for (const name of FIELDS) if (!CODES.has(name)) CODES.set(name, CODES.size + 1);
const NAMES = ['', ...CODES.keys()];

const scratch = new DataView(new ArrayBuffer(8));

export function writeValue(out: ByteWriter, value: unknown): void {
  switch (typeof value) {
    case 'undefined':
      return out.u8(Tag.undefined);
    case 'boolean':
      return out.u8(value ? Tag.true : Tag.false);
    case 'number':
      if (Number.isSafeInteger(value) && !Object.is(value, -0)) {
        out.u8(value < 0 ? Tag.negative : Tag.uint);
        return out.varint(value < 0 ? -value : value);
      }
      out.u8(Tag.double);
      scratch.setFloat64(0, value);
      return out.u64(scratch.getBigUint64(0));
    case 'bigint':
      // Timestamps and hashes: 64 bits without a sign.
      out.u8(Tag.bigint);
      return out.u64(value);
    case 'string':
      out.u8(Tag.string);
      return out.blob(Buffer.from(value));
    case 'object':
      break;
    default:
      throw new Error(`a ${typeof value} cannot be sent`);
  }
  if (value === null) return out.u8(Tag.null);
  if (value instanceof Uint8Array) {
    out.u8(Tag.bytes);
    return out.blob(value);
  }
  if (Array.isArray(value)) {
    out.u8(Tag.array);
    out.varint(value.length);
    for (const item of value) writeValue(out, item);
    return;
  }
  out.u8(Tag.object);
  const object = value as Record<string, unknown>;
  for (const name in object) {
    const field = object[name];
    if (field === undefined) continue;
    const code = CODES.get(name);
    if (code === undefined) throw new Error(`field ${name} has no number`);
    out.varint(code);
    writeValue(out, field);
  }
  out.varint(0);
}

export function readValue(from: ByteReader): unknown {
  switch (from.u8()) {
    case Tag.undefined:
      return undefined;
    case Tag.null:
      return null;
    case Tag.false:
      return false;
    case Tag.true:
      return true;
    case Tag.uint:
      return from.varint();
    case Tag.negative:
      return -from.varint();
    case Tag.double:
      scratch.setBigUint64(0, from.u64());
      return scratch.getFloat64(0);
    case Tag.bigint:
      return from.u64();
    case Tag.string:
      return Buffer.from(from.blob()).toString();
    case Tag.bytes:
      return from.blob();
    case Tag.array: {
      const items: unknown[] = [];
      for (let n = from.varint(); n > 0; n--) items.push(readValue(from));
      return items;
    }
    case Tag.object: {
      const object: Record<string, unknown> = {};
      for (let code = from.varint(); code !== 0; code = from.varint()) object[NAMES[code]!] = readValue(from);
      return object;
    }
    default:
      throw new Error('a message of another version');
  }
}

/** What was written, in memory of its own: a posted view would take the buffer behind it along. */
export function messageOf(out: ByteWriter): Uint8Array {
  const message = new Uint8Array(out.length);
  message.set(out.bytes.subarray(0, out.length));
  return message;
}
