import { UndeterminedError, WriteConflictError } from '../../storage.js';
import { transact } from '../../transact.js';
import { bytes, CLUSTER, FakeCluster, region, text } from '../testing/fake-cluster.js';
import { message } from '../testing/raw-proto.js';

describe('the public protocol', () => {
  let cluster: FakeCluster;
  beforeEach(async () => {
    cluster = new FakeCluster();
    await cluster.start();
  });
  afterEach(() => cluster.stop());

  const get = async (key: string): Promise<string | null> =>
    text(await cluster.storage.snapshot(await cluster.storage.currentTs()).get(bytes(key)));

  test('requests name the cluster, the region, its epoch and peer, and where they come from', async () => {
    cluster.rows.set('a', '1');
    expect(await get('a')).toBe('1');
    expect(await get('b')).toBeNull();
    expect(cluster.unheaded).toEqual([]);
    const context = cluster.asked(1)[0]!.message(1);
    expect(context.int(1)).toBe(1n);
    expect(context.int(35)).toBe(CLUSTER);
    expect([context.message(2).int(1), context.message(2).int(2)]).toEqual([1n, 5n]);
    expect([context.message(3).int(1), context.message(3).int(2)]).toEqual([11n, 1n]);
    expect(context.text(24)).not.toBe('');
    // V1, and no keyspace, as client-go says it.
    expect([context.has(21), context.int(32)]).toEqual([false, 0xffffffffn]);
  });

  test('a cluster whose stores have not joined yet is waited for', async () => {
    const late = new FakeCluster();
    late.notYet = 1;
    await late.start();
    expect(late.notYet).toBeLessThan(0);
    await late.stop();
  });

  test('timestamps whose lowest bits name the allocator', async () => {
    const many = (await Promise.all(
      Array.from({ length: 20 }, () => cluster.storage.currentTs()),
    )) as bigint[];
    expect(new Set(many).size).toBe(20);
    for (const ts of many) expect(ts & 3n).toBe(3n);
  });

  test('values come in any order, and an empty one is none', async () => {
    cluster.rows.set('a', '1').set('c', '3').set('x', '9');
    const snapshot = cluster.storage.snapshot(await cluster.storage.currentTs());
    const found = await snapshot.batchGet(['x', 'c', 'b', 'a'].map(bytes));
    expect(found.map(text)).toEqual(['9', '3', null, '1']);
  });

  test('a store that is out of reach is asked through another', async () => {
    cluster.rows.set('a', '1');
    const [first, second] = cluster.stores;
    const notLeader = message([
      [
        2,
        message([
          [1, 1],
          [
            2,
            message([
              [1, 11],
              [2, 1],
            ]),
          ],
        ]),
      ],
    ]);
    cluster.intercept = (tag, _, store) =>
      tag === 1 && store === second && second.asked.at(-1)!.host === ''
        ? message([[1, notLeader]])
        : Buffer.alloc(0);
    first!.server.forceShutdown();
    expect(await get('a')).toBe('1');
    expect(second!.asked.at(-1)!.host).toBe(first!.address);
    const context = second!.asked.at(-1)!.request.message(1);
    expect([context.message(3).int(1), context.message(3).int(2)]).toEqual([11n, 1n]);
  });

  /** errorpb.Error: each is tried again, elsewhere or later. */
  const ERRORS: readonly (readonly [string, Buffer])[] = [
    [
      'not_leader, naming another',
      message([
        [
          2,
          message([
            [1, 1],
            [
              2,
              message([
                [1, 12],
                [2, 2],
              ]),
            ],
          ]),
        ],
      ]),
    ],
    ['not_leader, naming nobody', message([[2, message([[1, 1]])]])],
    ['region_not_found', message([[3, message([[1, 1]])]])],
    [
      'key_not_in_region',
      message([
        [
          4,
          message([
            [1, 'a'],
            [2, 1],
          ]),
        ],
      ]),
    ],
    [
      'epoch_not_match',
      message([
        [
          5,
          message([
            [1, region(1, '', 'c', 6)],
            [1, region(3, 'c', 'm', 6)],
          ]),
        ],
      ]),
    ],
    ['epoch_not_match without regions', message([[5, message([])]])],
    [
      'server_is_busy',
      message([
        [
          6,
          message([
            [1, 'busy'],
            [2, 5],
          ]),
        ],
      ]),
    ],
    ['stale_command', message([[7, message([])]])],
    [
      'store_not_match',
      message([
        [
          8,
          message([
            [1, 1],
            [2, 9],
          ]),
        ],
      ]),
    ],
    ['max_timestamp_not_synced', message([[10, message([])]])],
    [
      'read_index_not_ready',
      message([
        [
          11,
          message([
            [1, 'soon'],
            [2, 1],
          ]),
        ],
      ]),
    ],
    ['proposal_in_merging_mode', message([[12, message([[1, 1]])]])],
    [
      'data_is_not_ready',
      message([
        [
          13,
          message([
            [1, 1],
            [2, 11],
            [3, 5],
          ]),
        ],
      ]),
    ],
    ['region_not_initialized', message([[14, message([[1, 1]])]])],
    ['undetermined_result, of a read', message([[22, message([[1, 'unknown']])]])],
    ['recovery_in_progress', message([[16, message([[1, 1]])]])],
    [
      'mismatch_peer_id',
      message([
        [
          20,
          message([
            [1, 11],
            [2, 12],
          ]),
        ],
      ]),
    ],
    [
      'bucket_version_not_match',
      message([
        [
          21,
          message([
            [1, 3],
            [2, 'k'],
          ]),
        ],
      ]),
    ],
    [
      'one of a later version',
      message([
        [1, 'later'],
        [88, message([])],
      ]),
    ],
  ];

  test.each(ERRORS)('%s', async (_, error) => {
    cluster.rows.set('a', '1');
    let times = 0;
    cluster.intercept = (tag) => (tag === 1 && times++ === 0 ? message([[1, error]]) : Buffer.alloc(0));
    expect(await get('a')).toBe('1');
    expect(times).toBe(2);
  });

  test('one region: a transaction in one phase, within bounds of time', async () => {
    const txn = await cluster.storage.begin();
    txn.set(bytes('a'), bytes('1'));
    txn.set(bytes('b'), bytes('2'));
    const ts = await txn.commit();
    const [prewrite] = cluster.asked(3);
    expect(prewrite!.int(4)).toBe(txn.startTs);
    expect(prewrite!.int(13)).toBe(1n);
    expect(prewrite!.int(10)).toBeGreaterThan(txn.startTs);
    expect(prewrite!.int(14)).toBeGreaterThan(prewrite!.int(10));
    expect(ts).toBe(prewrite!.int(10) + 1n);
    expect(cluster.asked(4)).toEqual([]);
    // A write that is still queued then is not carried out any more.
    expect(prewrite!.message(1).int(14)).toBe(20_000n);
  });

  test('definitions are written also where space runs out', async () => {
    await transact(cluster.storage, (txn) => {
      txn.set(bytes('a'), bytes('1'));
      return Promise.resolve();
    });
    const txn = await cluster.storage.begin();
    txn.set(bytes('b'), bytes('2'));
    await txn.commit();
    expect(cluster.asked(3).map((r) => r.message(1).int(19))).toEqual([1n, 0n]);
  });

  test('two regions: asynchronous commit, whose primary names the others', async () => {
    const txn = await cluster.storage.begin();
    txn.set(bytes('a'), bytes('1'));
    txn.set(bytes('z'), bytes('2'));
    const ts = await txn.commit();
    const [first, second] = cluster.asked(3).sort((a, b) => b.allBytes(12).length - a.allBytes(12).length);
    expect([first!.int(11), second!.int(11)]).toEqual([1n, 1n]);
    expect(first!.allBytes(12).map(text)).toEqual(['z']);
    expect(second!.allBytes(12)).toEqual([]);
    expect(text(first!.bytes(3))).toBe('a');
    // The largest of the smallest timestamps that the locks allow.
    expect(ts).toBe(first!.int(10) + 5n);
  });

  /** errorpb.Error: [22] undetermined_result. */
  const UNKNOWN = message([[1, message([[22, message([[1, 'a leader resigned']])]])]]);
  /** KeyError: [4] conflict. */
  const CONFLICT = message([
    [
      4,
      message([
        [1, 5],
        [2, 6],
        [3, 'a'],
      ]),
    ],
  ]);

  test.each<[string, Buffer, object]>([
    ['committed', message([[4, 77]]), { value: 77n }],
    ['rolled back', message([[5, 2]]), { error: expect.objectContaining({ code: 9007 }) as unknown }],
    ['still locked', message([[3, 9]]), { error: expect.any(UndeterminedError) as unknown }],
  ])('a prewrite of unknown outcome, then refused: the transaction is %s', async (_, status, outcome) => {
    let prewrites = 0;
    cluster.intercept = (tag) => {
      if (tag === 25) return status;
      if (tag !== 3) return Buffer.alloc(0);
      return prewrites++ === 0 ? UNKNOWN : message([[2, CONFLICT]]);
    };
    const txn = await cluster.storage.begin();
    txn.set(bytes('a'), bytes('1'));
    const found = await Promise.resolve(txn.commit()).then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    expect(found).toEqual(outcome);
  });

  test('a commit of unknown outcome is asked for again, and what is refused then did not take place', async () => {
    let commits = 0;
    cluster.intercept = (tag) => {
      // No asynchronous commit.
      if (tag === 3) return message([[3, 0]]);
      if (tag !== 4) return Buffer.alloc(0);
      // [12] txn_lock_not_found.
      return commits++ === 0 ? UNKNOWN : message([[2, message([[12, message([[1, 'a']])]])]]);
    };
    const txn = await cluster.storage.begin();
    txn.set(bytes('a'), bytes('1'));
    txn.set(bytes('z'), bytes('2'));
    await expect(Promise.resolve(txn.commit())).rejects.toMatchObject({ code: 8022 });
    expect(commits).toBe(2);
  });

  test('a commit whose answer is lost is of unknown outcome also where the region is then found no more', async () => {
    let commits = 0;
    cluster.intercept = (tag) => {
      if (tag === 3) return message([[3, 0]]);
      if (tag !== 4) return Buffer.alloc(0);
      if (commits++ === 0) return UNKNOWN;
      cluster.tellsRegions = false;
      // [3] region_not_found.
      return message([[1, message([[3, message([[1, 1]])]])]]);
    };
    const txn = await cluster.storage.begin();
    txn.set(bytes('a'), bytes('1'));
    txn.set(bytes('z'), bytes('2'));
    await expect(Promise.resolve(txn.commit())).rejects.toThrow(UndeterminedError);
    expect(commits).toBe(2);
  });

  test('a store that does not take part in asynchronous commit gets two phases', async () => {
    cluster.intercept = (tag, r) =>
      tag === 3 && text(r.messages(2)[0]!.bytes(2)) === 'z'
        ? message([
            [3, 0],
            [99, 1],
          ])
        : Buffer.alloc(0);
    const txn = await cluster.storage.begin();
    txn.set(bytes('a'), bytes('1'));
    txn.set(bytes('z'), bytes('2'));
    const ts = await txn.commit();
    const commit = cluster.asked(4)[0]!;
    expect(commit.int(2)).toBe(txn.startTs);
    expect(text(commit.bytes(3))).toBe('a');
    expect(commit.int(4)).toBe(ts);
  });

  test('a lock in the way: its transaction is looked up, finished, and the read goes on', async () => {
    cluster.rows.set('a', '1');
    const started = (1_600_000_000_000n << 18n) + 1n;
    const lock = message([
      [1, 'z'],
      [2, started],
      [3, 'a'],
      [4, 10],
      [5, 2],
      [6, 0],
    ]);
    let locked = true;
    cluster.intercept = (tag) => {
      if (tag === 1 && locked) return message([[2, message([[1, lock]])]]);
      // Committed at [4].
      if (tag === 25) return message([[4, started + 9n]]);
      if (tag === 10) locked = false;
      return Buffer.alloc(0);
    };
    expect(await get('a')).toBe('1');
    const check = cluster.asked(25)[0]!;
    expect([text(check.bytes(2)), check.int(3), check.int(9)]).toEqual(['z', started, 1n]);
    const resolve = cluster.asked(10)[0]!;
    expect([resolve.int(2), resolve.int(3), text(resolve.bytes(5))]).toEqual([started, started + 9n, 'a']);
  });

  test('a lock of a finished transaction: the store is told of it, and nobody waits until the lock is gone', async () => {
    cluster.rows.set('a', '1');
    const started = (1_600_000_000_000n << 18n) + 1n;
    const lockOn = (key: string, startTs: bigint): Buffer =>
      message([
        [
          2,
          message([
            [
              1,
              message([
                [1, key],
                [2, startTs],
                [3, key],
                [4, 10],
                [5, 2],
                [6, 0],
              ]),
            ],
          ]),
        ],
      ]);
    // One was committed at [4], the other rolled back. What resolves them is not served: the store is busy.
    cluster.intercept = (tag, r) => {
      if (tag === 10) return message([[1, message([[6, message([[2, 60_000]])]])]]);
      if (tag === 25) return r.int(3) === started ? message([[4, started + 9n]]) : Buffer.alloc(0);
      if (tag !== 1) return Buffer.alloc(0);
      if (!r.message(1).ints(22).includes(started)) return lockOn('y', started);
      return r
        .message(1)
        .ints(13)
        .includes(started + 1n)
        ? Buffer.alloc(0)
        : lockOn('z', started + 1n);
    };
    expect(await get('a')).toBe('1');
    const last = cluster.asked(1).at(-1)!.message(1);
    expect([last.ints(13), last.ints(22)]).toEqual([[started + 1n], [started]]);
    expect(cluster.asked(10).map((r) => [r.int(2), r.int(3)])).toEqual([
      [started, started + 9n],
      [started + 1n, 0n],
    ]);
  });

  /** LockInfo of a transaction's pessimistic lock: [1] primary, [2] start ts, [3] key, [4] ttl, [6] type. */
  const lockOf = (key: string, ttl: number, type: number): Buffer =>
    message([
      [1, 'z'],
      [2, (1_600_000_000_000n << 18n) + 1n],
      [3, key],
      [4, ttl],
      [6, type],
    ]);

  test('a writer waits for a lock although the store tells of a pushed commit timestamp', async () => {
    cluster.intercept = (tag) => {
      if (tag === 23) return message([[2, message([[1, lockOf('a', 20_000, 5)]])]]);
      // Alive, [5] MinCommitTSPushed.
      return tag === 25
        ? message([
            [3, 1 << 30],
            [5, 3],
          ])
        : Buffer.alloc(0);
    };
    const txn = await cluster.storage.begin({ pessimistic: true });
    await expect(txn.lockKeys([bytes('a')], { waitTimeoutMs: -1 })).rejects.toMatchObject({ code: 3572 });
    expect(cluster.asked(25)[0]!.int(4)).toBe(0n);
    await txn.rollback();
  });

  test('a lock without time to live is finished whatever its primary would have', async () => {
    let locked = true;
    cluster.intercept = (tag) => {
      if (tag === 3 && locked) return message([[2, message([[1, lockOf('a', 0, 0)]])]]);
      if (tag === 10) locked = false;
      // Rolled back: neither a time to live nor a commit.
      return tag === 25 ? message([[5, 1]]) : Buffer.alloc(0);
    };
    const txn = await cluster.storage.begin();
    txn.set(bytes('a'), bytes('1'));
    await txn.commit();
    expect(cluster.asked(25)[0]!.int(5)).toBe((1n << 64n) - 1n);
  });

  test('a key locked in spite of a newer version: its value serves who reads nothing else, and the prewrite says of when the lock is', async () => {
    cluster.intercept = (tag, r) =>
      tag === 23
        ? message([
            [
              8,
              message([
                // LockResultLockedWithConflict
                [1, 1],
                [2, 'new'],
                [3, 1],
                [4, r.int(6) + 5n],
              ]),
            ],
          ])
        : Buffer.alloc(0);
    const txn = await cluster.storage.begin({ pessimistic: true, fairLocking: true });
    const [value] = await txn.lockKeys([bytes('a')], { returnValues: true, newest: true });
    const { forUpdateTs } = txn;
    expect([text(value!), forUpdateTs]).toEqual(['new', txn.startTs + 5n]);
    await expect(Promise.resolve(txn.lockKeys([bytes('b')]))).rejects.toThrow(WriteConflictError);
    txn.set(bytes('a'), bytes('1'));
    txn.set(bytes('aa'), bytes('2'));
    await txn.commit();
    expect(cluster.asked(23).map((r) => r.int(14))).toEqual([1n, 1n]);
    const prewrite = cluster.asked(3)[0]!;
    const of = prewrite.messages(16).map((m) => [m.int(1), m.int(2)]);
    expect(of).toEqual([
      [0n, forUpdateTs],
      [2n, forUpdateTs + 5n],
    ]);
  });

  test('a deadlock of what one request has locked is one that the statement may try again', async () => {
    const txn = await cluster.storage.begin({ pessimistic: true });
    await txn.lockKeys([bytes('p')]);
    /** [6] Deadlock: [4] chain of [1] txn, [2] who it waits for, [4] key. */
    const deadlock = (key: string): Buffer => {
      const entry = message([
        [1, 99],
        [2, txn.startTs],
        [4, key],
      ]);
      return message([
        [
          2,
          message([
            [
              6,
              message([
                [1, 99],
                [2, 'z'],
                [4, entry],
              ]),
            ],
          ]),
        ],
      ]);
    };
    for (const [key, retryable] of [
      ['a', true],
      ['p', false],
    ] as const) {
      cluster.intercept = (tag, r) =>
        tag === 23 && text(r.message(2).bytes(2)) === 'z' ? deadlock(key) : Buffer.alloc(0);
      const before = cluster.asked(24).length;
      const locking = Promise.resolve(txn.lockKeys([bytes('a'), bytes('z')]));
      await expect(locking).rejects.toMatchObject({ code: 1213, retryable });
      expect(cluster.asked(24).length).toBe(before + 2);
    }
    await txn.rollback();
  });

  /** What a client hears of each error of a key that ends a transaction: field and content, of the prewrite and of the commit. */
  const KEY_ERRORS: readonly (readonly [string, number, Buffer | string, object])[] = [
    ['retryable', 2, 'again', { code: 8022 }],
    ['abort', 3, 'no', { code: 8022 }],
    [
      'conflict',
      4,
      message([
        [1, 1],
        [2, 2],
        [3, 'a'],
        [5, 3],
      ]),
      { code: 9007 },
    ],
    ['already_exist', 5, message([[1, 'a']]), { name: 'KeyExistsError' }],
    ['txn_not_found', 8, message([[1, 7]]), { code: 8022 }],
    ['commit_ts_too_large', 9, message([[1, 7]]), { code: 8022 }],
    [
      'assertion_failed',
      10,
      message([
        [1, 7],
        [2, 'a'],
        [3, 2],
      ]),
      { code: 8141 },
    ],
    ['primary_mismatch', 11, message([[1, lockOf('a', 10, 0)]]), { code: 8022 }],
    ['txn_lock_not_found', 12, message([[1, 'a']]), { code: 8022 }],
  ];

  test.each(KEY_ERRORS)('%s ends the transaction, and its locks', async (_, field, content, expected) => {
    const error = message([[field, content]]);
    for (const failing of [3, 4]) {
      cluster.intercept = (tag) => {
        if (tag === failing) return message([[2, error]]);
        // No asynchronous commit.
        return tag === 3 ? message([[3, 0]]) : Buffer.alloc(0);
      };
      const txn = await cluster.storage.begin();
      txn.set(bytes('a'), bytes('1'));
      txn.set(bytes('z'), bytes('2'));
      await expect(Promise.resolve(txn.commit())).rejects.toMatchObject(expected);
      const rolledBack = cluster.asked(8).flatMap((r) => r.allBytes(3).map((k) => text(k)));
      if (failing === 4) expect(rolledBack).toEqual(expect.arrayContaining(['a', 'z']));
    }
  });

  /** Fields of errorpb.Error that say that a region is elsewhere, or that it will serve in a while, and of some their content. */
  const EMPTY = message([]);
  const PASSING = [
    { name: 'not_leader', field: 2, content: message([[1, 1]]) },
    { name: 'region_not_found', field: 3, content: message([[1, 1]]) },
    { name: 'key_not_in_region', field: 4, content: EMPTY },
    { name: 'epoch_not_match', field: 5, content: EMPTY },
    { name: 'server_is_busy', field: 6, content: message([[2, 1]]) },
    { name: 'stale_command', field: 7, content: EMPTY },
    { name: 'store_not_match', field: 8, content: EMPTY },
    { name: 'max_timestamp_not_synced', field: 10, content: EMPTY },
    { name: 'read_index_not_ready', field: 11, content: EMPTY },
    { name: 'proposal_in_merging_mode', field: 12, content: EMPTY },
    { name: 'data_is_not_ready', field: 13, content: EMPTY },
    { name: 'region_not_initialized', field: 14, content: EMPTY },
    { name: 'disk_full', field: 15, content: EMPTY },
    { name: 'recovery_in_progress', field: 16, content: EMPTY },
    { name: 'is_witness', field: 19, content: EMPTY },
    { name: 'mismatch_peer_id', field: 20, content: EMPTY },
    { name: 'bucket_version_not_match', field: 21, content: EMPTY },
    { name: 'undetermined_result', field: 22, content: EMPTY },
    { name: 'an error that is not known', field: 99, content: EMPTY },
  ];

  test.each(PASSING)('$name: reads, locks and writes go on', async ({ field, content }) => {
    cluster.rows.set('a', '1');
    const refused = new Set<number>();
    cluster.intercept = (tag) => {
      if (refused.has(tag)) return Buffer.alloc(0);
      refused.add(tag);
      return message([[1, message([[field, content]])]]);
    };
    expect(await get('a')).toBe('1');
    const txn = await cluster.storage.begin({ pessimistic: true, fairLocking: true });
    await txn.lockKeys([bytes('a')]);
    txn.set(bytes('a'), bytes('2'));
    txn.set(bytes('z'), bytes('2'));
    await txn.commit();
    expect(['1', '23', '3'].every((tag) => refused.has(Number(tag)))).toBe(true);
  });

  test('a commit timestamp that readers have passed is taken anew', async () => {
    let commits = 0;
    cluster.intercept = (tag, r) => {
      if (tag === 3) return message([[3, 0]]);
      // [7] commit_ts_expired: [1] start ts, [2] attempted, [3] key, [4] least.
      if (tag !== 4 || commits++ > 0) return Buffer.alloc(0);
      return message([
        [
          2,
          message([
            [
              7,
              message([
                [1, r.int(2)],
                [2, r.int(4)],
                [3, 'a'],
                [4, r.int(4) + 1n],
              ]),
            ],
          ]),
        ],
      ]);
    };
    const txn = await cluster.storage.begin();
    txn.set(bytes('a'), bytes('1'));
    txn.set(bytes('z'), bytes('2'));
    const ts = await txn.commit();
    const [first, second] = cluster.asked(4).map((r) => r.int(4));
    expect(second).toBe(ts);
    expect(second).toBeGreaterThan(first!);
  });

  test('small requests do not queue behind those of a large transaction', async () => {
    const txn = await cluster.storage.begin();
    for (let i = 0; i < 100; i++) txn.set(bytes(`a${i}`), bytes('v'));
    await txn.commit();
    const small = await cluster.storage.begin();
    small.set(bytes('b'), bytes('v'));
    await small.commit();
    expect(await get('b')).toBe('v');
    const streamsOf = (tag: number, keys: number): number[] =>
      cluster.stores[0]!.asked.filter(
        (a) => a.tag === tag && (tag !== 3 || a.request.messages(2).length === keys),
      ).map((a) => a.stream);
    const [large] = streamsOf(3, 100);
    expect(large).toBeDefined();
    for (const stream of [...streamsOf(3, 1), ...streamsOf(1, 0)]) expect(stream).not.toBe(large);
  });

  test('requests of many keys stay within what one entry of a raft log holds', async () => {
    const keys = Array.from({ length: 6000 }, (_, i) => bytes(`a${String(i).padStart(7, '0')}`));
    const txn = await cluster.storage.begin({ pessimistic: true });
    await txn.lockKeys(keys);
    const locked = cluster.asked(23).map((r) => r.messages(2).map((m) => m.bytes(2).length));
    expect(locked[0]).toEqual([8]);
    expect(locked.flat().length).toBe(6000);
    for (const sizes of locked) expect(sizes.reduce((x, y) => x + y)).toBeLessThanOrEqual(16 * 1024);
    await txn.rollback();
    const released = cluster.asked(24).map((r) => r.allBytes(4).length);
    expect(released.reduce((x, y) => x + y)).toBe(6000);
    expect(Math.max(...released)).toBeLessThanOrEqual(2048);
    cluster.rows.set(text(keys[5999]!)!, 'last');
    const snapshot = cluster.storage.snapshot(await cluster.storage.currentTs());
    expect(text((await snapshot.batchGet(keys))[5999]!)).toBe('last');
    expect(
      cluster
        .asked(7)
        .map((r) => r.allBytes(2).length)
        .sort(),
    ).toEqual([5120, 880]);
  });
});
