import fs from 'node:fs';
import path from 'node:path';
import { crc32, crc32Table } from './crc32.js';
import { bytes, scratchDir } from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';
import { WalCorruptError, listSegments, replayWal } from './log-replay.js';
import { Wal } from './wal.js';

const onError = (error: Error): void => {
  throw error;
};

function append(wal: Wal, body: string): void {
  wal.begin(1).blob(bytes(body));
  wal.commit();
}

function replay(directory: string, first = 1): { bodies: string[]; next: number; lsn: number } {
  const bodies: string[] = [];
  const end = replayWal(directory, first, 0, (_type, body) =>
    bodies.push(body.subarray(body.length > 128 ? 2 : 1).toString('latin1')),
  );
  return { bodies, next: end.nextSegment, lsn: end.lsn };
}

describe('write-ahead log', () => {
  test('CRC-32 check value (ITU V.42 / zlib)', () => {
    expect(crc32(bytes('123456789'))).toBe(0xcbf43926);
    expect(crc32Table(bytes('123456789'))).toBe(0xcbf43926);
    expect(crc32Table(bytes('6789'), crc32Table(bytes('12345')))).toBe(0xcbf43926);
  });

  test('records come back in order, over segments and restarts', async () => {
    const directory = scratchDir('wal');
    const expected: string[] = [];
    let next = 1;
    let lsn = 0;
    for (let run = 0; run < 3; run++) {
      const wal = Wal.create(directory, next, lsn, { onError });
      for (let i = 0; i < 40; i++) {
        append(wal, `record ${run}.${i}`);
        expected.push(`record ${run}.${i}`);
        if (i % 7 === 0) await wal.sync();
        if (i % 15 === 14) wal.rotate();
      }
      await wal.close();
      const found = replay(directory);
      expect(found.bodies).toEqual(expected);
      next = found.next;
      lsn = found.lsn;
    }
    fs.rmSync(directory, { recursive: true });
  });

  test('one sync serves all that wait for it, and answers none too early', async () => {
    const directory = scratchDir('wal');
    const wal = Wal.create(directory, 1, 0, { onError });
    const before = wal.flushes;
    let written = false;
    const done = Array.from({ length: 50 }, (_, i) => {
      append(wal, `r${i}`);
      return new Promise<void>((resolve) => wal.whenDurable(1, resolve));
    });
    append(wal, 'os');
    wal.whenDurable(2, () => (written = true));
    expect(written).toBe(false);
    await Promise.all(done);
    expect(written).toBe(true);
    expect(wal.flushes - before).toBeLessThanOrEqual(2);
    expect(wal.durable).toBe(wal.lsn);
    await wal.close();
    fs.rmSync(directory, { recursive: true });
  });

  test('a sync covers the segment that its group is in, however often the log rotates meanwhile', async () => {
    const directory = scratchDir('wal');
    const wal = Wal.create(directory, 1, 0, { onError });
    const synced = new Set<string>();
    const { fdatasync, fdatasyncSync } = fs;
    const begin = (fd: number): string => {
      const file = path.basename(fs.readlinkSync(`/proc/self/fd/${fd}`));
      // While the retired segment is synced, the log turns to yet another one.
      if (file === 'wal-000000000001.log') wal.rotate();
      return file;
    };
    Object.assign(fs, {
      fdatasync: (fd: number, done: (error: NodeJS.ErrnoException | null) => void): void => {
        const file = begin(fd);
        fdatasync(fd, (error) => {
          synced.add(file);
          done(error);
        });
      },
      fdatasyncSync: (fd: number): void => {
        const file = begin(fd);
        fdatasyncSync(fd);
        synced.add(file);
      },
    });
    try {
      append(wal, 'first');
      wal.rotate();
      append(wal, 'second');
      await wal.sync();
      expect([...synced]).toEqual(expect.arrayContaining(['wal-000000000001.log', 'wal-000000000002.log']));
    } finally {
      Object.assign(fs, { fdatasync, fdatasyncSync });
    }
    await wal.close();
    fs.rmSync(directory, { recursive: true });
  });

  describe('where the disk is slow', () => {
    interface Sync {
      readonly fd: number;
      end(error: Error | null): void;
    }

    /** A log that no longer waits for syncs in place, and those that it begins, which the test ends. */
    async function onSlowDisk(
      work: (wal: Wal, begun: Sync[], errors: Error[]) => Promise<void>,
    ): Promise<string[]> {
      const directory = scratchDir('wal');
      const errors: Error[] = [];
      const wal = Wal.create(directory, 1, 0, { onError: (error) => errors.push(error) });
      const { fdatasync, fdatasyncSync } = fs;
      const waste = (): void => {
        for (const end = performance.now() + 2; performance.now() < end;);
      };
      Object.assign(fs, {
        fdatasyncSync: (fd: number) => (waste(), fdatasyncSync(fd)),
        fdatasync: (fd: number, done: fs.NoParamCallback) => (waste(), fdatasync(fd, done)),
      });
      try {
        for (let i = 0; i < 12; i++) {
          append(wal, 'slow');
          await wal.sync();
        }
        const begun: Sync[] = [];
        Object.assign(fs, {
          fdatasync: (fd: number, done: fs.NoParamCallback): void => {
            begun.push({ fd, end: (error) => (error === null ? fdatasync(fd, done) : done(error)) });
          },
        });
        await work(wal, begun, errors);
      } finally {
        Object.assign(fs, { fdatasync, fdatasyncSync });
      }
      await wal.close();
      const { bodies } = replay(directory);
      fs.rmSync(directory, { recursive: true });
      return bodies.slice(12);
    }

    /** Appends a record and waits until its sync has begun. */
    async function commit(wal: Wal, body: string): Promise<{ readonly durable: Promise<void> }> {
      append(wal, body);
      const durable = wal.sync();
      for (let i = 0; i < 2; i++) await new Promise((resolve) => setImmediate(resolve));
      return { durable };
    }

    test('several syncs are under way, through descriptors of their own, and end in any order', async () => {
      const bodies = await onSlowDisk(async (wal, begun) => {
        const a = await commit(wal, 'a');
        const b = await commit(wal, 'b');
        expect(new Set(begun.map((s) => s.fd)).size).toBe(2);
        begun[1]!.end(null);
        await b.durable;
        expect(wal.durable).toBe(wal.lsn);
        begun[0]!.end(null);
        await a.durable;
      });
      expect(bodies).toEqual(['a', 'b']);
    });

    test('those that come when no more can begin share one of them', async () => {
      await onSlowDisk(async (wal, begun) => {
        const all: Promise<void>[] = [];
        for (const body of ['a', 'b', 'c', 'd', 'e', 'f']) all.push((await commit(wal, body)).durable);
        expect(begun.length).toBeLessThan(4);
        let done = false;
        const end = Promise.all(all).then(() => (done = true));
        for (let ended = 0; !done;) {
          for (; ended < begun.length; ended++) begun[ended]!.end(null);
          await new Promise((resolve) => setImmediate(resolve));
        }
        await end;
        expect(begun.length).toBeLessThan(6);
        expect(wal.durable).toBe(wal.lsn);
      });
    });

    test('none is acknowledged once one has failed', async () => {
      await onSlowDisk(async (wal, begun, errors) => {
        const a = await commit(wal, 'a');
        const b = await commit(wal, 'b');
        const refused = [a, b].map((c) => expect(c.durable).rejects.toThrow('no disk'));
        begun[0]!.end(new Error('no disk'));
        begun[1]!.end(null);
        await Promise.all(refused);
        expect(errors.map((e) => e.message)).toEqual(['no disk']);
      });
    });
  });

  test('a torn tail ends the log, wherever it is cut or garbled; what follows a recovery is kept', async () => {
    const random = new Random(testSeed());
    for (let round = 0; round < 60; round++) {
      const directory = scratchDir('torn');
      const wal = Wal.create(directory, 1, 0, { onError });
      const synced = 1 + random.below(10);
      for (let i = 0; i < synced; i++) {
        append(wal, `s${i}`.padEnd(random.below(300), '.'));
        if (random.chance(0.3)) await wal.sync();
      }
      await wal.sync();
      const safe = wal.segmentBytes;
      append(wal, 'tail'.padEnd(random.below(3000), 't'));
      await new Promise<void>((resolve) => wal.whenDurable(2, resolve));
      const end = wal.segmentBytes;
      await wal.close();
      const file = path.join(directory, listSegments(directory)[0]!);
      const content = fs.readFileSync(file);
      const at = safe + random.below(end - safe);
      if (random.chance(0.5)) fs.writeFileSync(file, content.subarray(0, at));
      else {
        content[at]! ^= 1 + random.below(255);
        fs.writeFileSync(file, content);
      }
      const found = replay(directory);
      // Damage to the padding or the reserved word may leave the tail intact.
      expect(found.bodies.length === synced || found.bodies.length === synced + 1).toBe(true);
      const more = Wal.create(directory, found.next, found.lsn, { onError });
      append(more, 'after');
      await more.close();
      const again = replay(directory);
      expect(again.bodies.length).toBe(found.bodies.length + 1);
      expect(again.bodies.at(-1)).toBe('after');
      fs.rmSync(directory, { recursive: true });
    }
  });

  test('damage in front of records that were durable later is an error, not an end', async () => {
    const directory = scratchDir('corrupt');
    const wal = Wal.create(directory, 1, 0, { onError });
    append(wal, 'one');
    await wal.sync();
    const middle = wal.segmentBytes - 8;
    append(wal, 'two');
    await wal.sync();
    append(wal, 'three');
    await wal.close();
    const file = path.join(directory, listSegments(directory)[0]!);
    const content = fs.readFileSync(file);
    content[middle]! ^= 1;
    fs.writeFileSync(file, content);
    expect(() => replay(directory)).toThrow(WalCorruptError);
    fs.rmSync(directory, { recursive: true });
  });
});
