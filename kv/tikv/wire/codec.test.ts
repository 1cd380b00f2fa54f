import { BatchCommandsRequest, type BatchCommandsRequestRequestInit } from '../generated/tikvpb.js';
import { GetMembersResponse, UpdateServiceGCSafePointRequest } from '../generated/pdpb.js';
import { Context, GetRequest, KvPair, PessimisticLockRequest } from '../generated/kvrpcpb.js';
import { ProtoFormatError } from './proto-reader.js';

const bytes = (...b: number[]): Uint8Array => Uint8Array.from(b);
const hex = (b: Uint8Array): string => Buffer.from(b).toString('hex');

describe('protobuf', () => {
  test('fields, defaults and nested messages are written as the specification has them', () => {
    expect(hex(GetRequest.encode({}))).toBe('');
    expect(hex(GetRequest.encode({ key: bytes(0x61), version: 300n }))).toBe('12016118ac02');
    // A nested message that is there but empty is written with length 0.
    expect(hex(GetRequest.encode({ context: {} }))).toBe('0a00');
    expect(hex(Context.encode({ regionId: 2, resolvedLocks: [1n, 300n] }))).toBe('08026a0301ac02');
  });

  test.each([
    0n,
    1n,
    127n,
    128n,
    2n ** 28n,
    2n ** 32n - 1n,
    2n ** 32n,
    2n ** 35n,
    2n ** 53n,
    2n ** 63n,
    2n ** 64n - 1n,
  ])('timestamp %s', (version) => {
    expect(GetRequest.decode(GetRequest.encode({ version })).version).toBe(version);
  });

  test.each([0, 1, 127, 128, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5, Number.MAX_SAFE_INTEGER])(
    'id %s',
    (regionId) => {
      expect(Context.decode(Context.encode({ regionId })).regionId).toBe(regionId);
    },
  );

  test('negative integers take ten bytes', () => {
    const b = PessimisticLockRequest.encode({ waitTimeout: -1 });
    expect(hex(b)).toBe('40ffffffffffffffffff01');
    expect(PessimisticLockRequest.decode(b).waitTimeout).toBe(-1);
    const ttl = UpdateServiceGCSafePointRequest.encode({ ttl: 2n ** 63n - 1n });
    expect(UpdateServiceGCSafePointRequest.decode(ttl).ttl).toBe(2n ** 63n - 1n);
  });

  test('lists are read packed and unpacked, in order', () => {
    expect(Context.decode(bytes(0x6a, 2, 5, 6)).resolvedLocks).toEqual([5n, 6n]);
    expect(Context.decode(bytes(0x68, 5, 0x68, 6)).resolvedLocks).toEqual([5n, 6n]);
  });

  test('maps', () => {
    const tsoAllocatorLeaders = new Map([['dc', { name: 'm', clientUrls: ['http://a:1', 'http://b:2'] }]]);
    const m = GetMembersResponse.decode(GetMembersResponse.encode({ tsoAllocatorLeaders }));
    expect(m.tsoAllocatorLeaders.get('dc')).toMatchObject({
      name: 'm',
      clientUrls: ['http://a:1', 'http://b:2'],
    });
  });

  test('the command of a batch is known by its number', () => {
    const requests: BatchCommandsRequestRequestInit[] = [
      { cmd: { tag: 1, value: { key: bytes(1) } } },
      { cmd: { tag: 255, value: {} } },
    ];
    const m = BatchCommandsRequest.decode(
      BatchCommandsRequest.encode({ requests, requestIds: [7, 2 ** 40] }),
    );
    expect(m.requests.map((r) => r.cmd?.tag)).toEqual([1, 255]);
    expect(m.requestIds).toEqual([7, 2 ** 40]);
  });

  test('unknown fields are passed over', () => {
    const b = Buffer.concat([bytes(0xf8, 0x07, 1, 0xfa, 0x07, 2, 9, 9), KvPair.encode({ key: bytes(5) })]);
    expect(hex(KvPair.decode(b).key)).toBe('05');
  });

  test('a large message grows the buffer', () => {
    const value = new Uint8Array(1 << 20).fill(7);
    const m = KvPair.decode(KvPair.encode({ key: bytes(1), value }));
    expect(m.value.length).toBe(value.length);
  });

  test.each([
    ['cut within an integer', bytes(0x18, 0x80)],
    ['cut within bytes', bytes(0x12, 5, 1)],
    ['a nested message longer than its parent', bytes(0x0a, 9, 8)],
    ['an integer of eleven bytes', bytes(0x18, ...new Array<number>(10).fill(0xff), 1)],
    ['a group', bytes(0x1b)],
  ])('%s is refused', (_, b) => {
    expect(() => GetRequest.decode(b)).toThrow(ProtoFormatError);
  });
});
