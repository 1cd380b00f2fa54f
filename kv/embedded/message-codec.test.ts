import { ByteReader, ByteWriter } from './byte-buffer.js';
import { messageOf, readValue, writeValue } from './message-codec.js';

const roundTrip = (value: unknown): unknown => {
  const out = new ByteWriter(4);
  writeValue(out, value);
  const bytes = messageOf(out);
  const from = new ByteReader(Buffer.from(bytes.buffer));
  const back = readValue(from);
  expect(from.done).toBe(true);
  return back;
};

test('requests and responses come back as they were', () => {
  const lock = {
    primaryLock: Uint8Array.of(1, 2),
    lockVersion: 463_000_000_000_000_000n,
    key: Uint8Array.of(),
    lockTtl: 20_003.5,
    txnSize: 0,
    lockType: 'pessimisticLock',
    lockForUpdateTs: 2n ** 64n - 1n,
    useAsyncCommit: false,
    minCommitTs: 0n,
    secondaries: [Uint8Array.of(9)],
  };
  for (const value of [
    null,
    true,
    false,
    -1,
    2 ** 53 - 1,
    -0.5,
    '',
    'naïve',
    [],
    { errors: [{ kind: 'locked', lock }], minCommitTs: 0n },
    { values: [null, Uint8Array.of(0)], notFounds: [true, false] },
    {
      kind: 'deadlock',
      lockTs: 1n,
      lockKey: Uint8Array.of(1),
      deadlockKeyHash: 5n,
      waitChain: [{ txn: 1n, waitForTxn: 2n, key: Uint8Array.of(3) }],
    },
    { context: { regionId: 1, regionEpoch: { confVer: 1, version: 1 } }, waitTimeout: -1 },
  ])
    expect(roundTrip(value)).toEqual(value);
});

test('a field without a number is an error, not a loss', () => {
  expect(() => roundTrip({ unheardOf: 1 })).toThrow('unheardOf');
});

test('absent fields stay absent', () => {
  expect(roundTrip({ key: Uint8Array.of(1), value: undefined })).toEqual({ key: Uint8Array.of(1) });
});
