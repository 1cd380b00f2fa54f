/**
 * Micro-benchmarks of the codecs and of the client's own work per operation: `npx tsx bench/codec.ts`.
 */
import { Flag, newFieldType, TypeCode, type FieldType } from '../types/field-type.js';
import type { Datum } from '../types/datum.js';
import { IndexBatchDecoder } from '../kv/codec/index-batch-decoder.js';
import { encodeIndexValue } from '../kv/codec/index-value.js';
import { RowBatchDecoder } from '../kv/codec/row-batch-decoder.js';
import { decodeRowToDatums, encodeRow } from '../kv/codec/row-v2.js';
import { indexKey, recordKey } from '../kv/codec/table-key.js';
import { TxnMemBuffer } from '../kv/client/mem-buffer.js';
import { openStorage } from '../kv/client/storage.js';
import type { KvRpc } from '../kv/rpc.js';

const ROWS = 20_000;

function measure(name: string, perRound: number, round: () => void): void {
  round();
  round();
  let best = Infinity;
  const until = performance.now() + 600;
  while (performance.now() < until) {
    const t = performance.now();
    round();
    best = Math.min(best, performance.now() - t);
  }
  const ns = (best * 1e6) / perRound;
  console.log(`${name.padEnd(44)} ${ns.toFixed(0).padStart(8)} ns  ${(1e3 / ns).toFixed(2).padStart(8)} M/s`);
}

const bigint = newFieldType(TypeCode.LongLong);
const int = newFieldType(TypeCode.Long);
const price = newFieldType(TypeCode.NewDecimal, { flen: 15, decimal: 2 });
const date = newFieldType(TypeCode.Date);
const char = newFieldType(TypeCode.String, { flen: 10 });
const comment = newFieldType(TypeCode.VarChar, { flen: 44 });
const datetime6 = newFieldType(TypeCode.DateTime, { decimal: 6 });
const unsigned = newFieldType(TypeCode.LongLong, { flag: Flag.Unsigned });

/** TPC-H's lineitem. */
const types: FieldType[] = [
  bigint,
  bigint,
  bigint,
  int,
  price,
  price,
  price,
  price,
  char,
  char,
  date,
  date,
  date,
  char,
  char,
  comment,
];
const ids = types.map((_, i) => i + 1);
const day = (1996 << 9) | (3 << 5) | 13;
const rowOf = (i: number): Datum[] => [
  i,
  i * 7,
  i % 1000,
  i % 7,
  1700 + (i % 50) * 100,
  2_116_823 + i,
  4,
  2,
  Buffer.from('N'),
  Buffer.from('O'),
  day,
  day - 3,
  day + 2,
  Buffer.from('DELIVER IN'),
  Buffer.from('TRUCK'),
  Buffer.from('egular courts above the'),
];
const keys = Array.from({ length: ROWS }, (_, i) => recordKey(100, i));
const values = Array.from({ length: ROWS }, (_, i) => encodeRow(ids, rowOf(i), types));

measure('encodeRow, 16 columns', ROWS, () => {
  for (let i = 0; i < ROWS; i++) encodeRow(ids, rowOf(i), types);
});
measure('encodeRow, 4 columns (sbtest)', ROWS, () => {
  const t = [int, char, char];
  const c = [2, 3, 4];
  const a = Buffer.alloc(120, 'a');
  const b = Buffer.alloc(60, 'b');
  for (let i = 0; i < ROWS; i++) encodeRow(c, [i, a, b], t);
});
measure('recordKey', ROWS, () => {
  for (let i = 0; i < ROWS; i++) recordKey(100, i);
});
measure('indexKey (int, handle)', ROWS, () => {
  for (let i = 0; i < ROWS; i++) indexKey(100, 1, [i], [int], false, i);
});

const decode = (name: string, columns: readonly number[]): void => {
  const d = new RowBatchDecoder(columns.map((c) => ({ id: ids[c]!, ft: types[c]! })));
  measure(`rows to chunk: ${name}`, ROWS, () => {
    for (let i = 0; i < ROWS; i++) {
      const v = values[i]!;
      d.append(keys[i]!, 19, v, 0, v.length);
      if (d.rows === 4096) d.take();
    }
    d.take();
  });
};
decode('4 numbers (Q6)', [4, 5, 6, 10]);
decode('4 mixed (bigint, decimal, date, char)', [0, 5, 10, 8]);
decode('7 columns (Q1)', [4, 5, 6, 7, 8, 9, 10]);
decode(
  'all 16 columns',
  types.map((_, i) => i),
);
measure('row to datums, 4 columns', ROWS, () => {
  const cols = [0, 5, 10, 8].map((c) => ({ id: ids[c]!, ft: types[c]! }));
  for (let i = 0; i < ROWS; i++) decodeRowToDatums(values[i]!, cols);
});
{
  const t = [datetime6, unsigned];
  const vs = Array.from({ length: ROWS }, (_, i) =>
    encodeRow([1, 2], [BigInt(day) * 131072n * 1_000_000n + BigInt(i), 0xffff_ffff_ffff_0000n], t),
  );
  const d = new RowBatchDecoder(t.map((ft, i) => ({ id: i + 1, ft })));
  measure('rows to chunk: 2 wide columns', ROWS, () => {
    for (let i = 0; i < ROWS; i++) {
      d.append(keys[i]!, 19, vs[i]!, 0, vs[i]!.length);
      if (d.rows === 4096) d.take();
    }
    d.take();
  });
}
{
  const shape = { columns: [{ id: 2, ft: int }] };
  const d = new IndexBatchDecoder(shape, [
    { from: 'index', position: 0, ft: int },
    { from: 'handle', ft: bigint },
  ]);
  const iks = Array.from({ length: ROWS }, (_, i) => indexKey(100, 1, [i], [int], false, i));
  const iv = encodeIndexValue({ columns: shape.columns, values: [1], handle: 1, distinct: false });
  measure('index entries to chunk: (int, handle)', ROWS, () => {
    for (let i = 0; i < ROWS; i++) {
      d.append(iks[i]!, iks[i]!.length, iv, 0, iv.length);
      if (d.rows === 4096) d.take();
    }
    d.take();
  });
}

// The client alone, over a store that does nothing.
let ts = 1n << 60n;
const found = { value: values[0]! };
const committed = { errors: [], minCommitTs: 0n, onePcCommitTs: 1n << 61n };
const locked = { errors: [], values: [values[0]!] };
const nothing = {
  get: () => found,
  prewrite: () => committed,
  pessimisticLock: () => locked,
  batchGet: () => ({ pairs: [] }),
  pessimisticRollback: () => ({ errors: [] }),
} as unknown as KvRpc;
const storage = openStorage({ rpc: nothing, oracle: { timestamp: () => ++ts } });
const snapshot = storage.snapshot(ts);
measure('client: snapshot get', ROWS, () => {
  for (let i = 0; i < ROWS; i++) void snapshot.get(keys[i]!);
});
measure('client: begin, set, commit', ROWS, () => {
  for (let i = 0; i < ROWS; i++) {
    const txn = storage.begin();
    if (txn instanceof Promise) throw new Error('begin is asynchronous');
    txn.set(keys[i]!, values[i]!);
    void txn.commit();
  }
});
measure('client: pessimistic begin, lock, set, commit', ROWS, () => {
  for (let i = 0; i < ROWS; i++) {
    const txn = storage.begin({ pessimistic: true });
    if (txn instanceof Promise) throw new Error('begin is asynchronous');
    const key = keys[i]!;
    void txn.lockKeys([key], { returnValues: true });
    const stage = txn.stage();
    txn.set(key, values[i]!);
    txn.releaseStage(stage);
    void txn.commit();
  }
});

const N = 200_000;
const many = Array.from({ length: N }, (_, i) => recordKey(100, i));
const shuffled = Array.from({ length: N }, (_, i) => recordKey(100, (i * 7919 + 13) % N));
measure(`membuffer: ${N} puts in key order`, N, () => {
  const b = new TxnMemBuffer();
  for (let i = 0; i < N; i++) b.put(many[i]!, found.value, 0);
});
measure(`membuffer: ${N} puts at random`, N, () => {
  const b = new TxnMemBuffer();
  for (let i = 0; i < N; i++) b.put(shuffled[i]!, found.value, 0);
});
const full = new TxnMemBuffer();
for (let i = 0; i < N; i++) full.put(shuffled[i]!, found.value, 0);
measure(`membuffer: get of ${N} at random`, N, () => {
  for (let i = 0; i < N; i++) full.get(shuffled[i]!);
});
await storage.close();
