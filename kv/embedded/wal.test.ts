import fs from 'node:fs';
import path from 'node:path';
import { crc32, crc32Table } from './crc32.js';
import { bytes, scratchDir } from './testing/client.js';
import { Random, testSeed } from '../../testing/random.js';
import { WalCorruptError, listSegments, replayWal } from './log-replay.js';
import { ByteReader } from './byte-buffer.js';
import { LogState } from './log-state.js';
import { startLogThread } from './testing/log-thread.js';
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
    const { fdatasyncSync } = fs;
    Object.assign(fs, {
      fdatasyncSync: (fd: number): void => {
        const file = path.basename(fs.readlinkSync(`/proc/self/fd/${fd}`));
        // While the retired segment is synced, the log turns to yet another one.
        if (file === 'wal-000000000001.log') wal.rotate();
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
      Object.assign(fs, { fdatasyncSync });
    }
    await wal.close();
    fs.rmSync(directory, { recursive: true });
  });

  describe('with a thread that syncs', () => {
    /** A log that is shared, and another thread's hold of it. */
    async function shared(
      work: (wal: Wal, other: Wal, directory: string, errors: string[]) => Promise<void>,
    ): Promise<void> {
      const directory = scratchDir('wal');
      const errors: string[] = [];
      const noted = {
        onError: (error: Error) => void errors.push(error.message),
        startThread: startLogThread,
      };
      const wal = Wal.create(directory, 1, 0, noted);
      const other = Wal.attach(wal.share(), 1, noted);
      while (!wal.isHelped) await new Promise((resolve) => setImmediate(resolve));
      await work(wal, other, directory, errors);
      other.detach();
      await wal.close();
      fs.rmSync(directory, { recursive: true });
    }

    test('commits of all threads go together, none is answered before it is on disk', async () => {
      await shared(async (wal, other, directory, errors) => {
        const random = new Random(testSeed());
        const expected: string[] = [];
        const client = async (of: Wal, name: string): Promise<void> => {
          for (let i = 0; i < 30; i++) {
            // Some do not fit beside others.
            const body = `${name}.${i}`.padEnd(random.chance(0.05) ? 600_000 : random.below(500), '.');
            expected.push(body);
            append(of, body);
            if (random.chance(0.02)) wal.rotate();
            const { lsn } = wal;
            await of.sync();
            expect(wal.durable).toBeGreaterThanOrEqual(lsn);
          }
        };
        await Promise.all(
          Array.from({ length: 8 }, (_, i) => client(i % 2 === 0 ? wal : other, `client ${i}`)),
        );
        expect(wal.durable).toBe(wal.lsn);
        expect(wal.flushes).toBeLessThan(expected.length / 2);
        const found: string[] = [];
        replayWal(directory, 1, 0, (_type, body) => {
          const reader = new ByteReader(body);
          found.push(Buffer.from(reader.blob()).toString('latin1'));
        });
        expect(found).toEqual(expected);
        expect(errors).toEqual([]);
      });
    });

    test('when it can not write, nobody is answered any more', async () => {
      await shared(async (wal, other, directory, errors) => {
        // It has not opened the segment yet.
        fs.rmSync(path.join(directory, listSegments(directory)[0]!));
        append(wal, 'a');
        append(other, 'b');
        await Promise.all([
          expect(wal.sync()).rejects.toThrow(/ENOENT|can not write/),
          expect(other.sync()).rejects.toThrow('another thread can not write the log'),
        ]);
        expect(() => append(other, 'c')).toThrow('can not write');
        expect(errors.length).toBe(2);
      });
    });

    test('a commit that became durable is answered in the middle of a turn', async () => {
      await shared(async (wal) => {
        const before = wal.flushes;
        let answered = false;
        append(wal, 'a');
        wal.whenDurable(1, () => (answered = true));
        append(wal, 'b');
        wal.whenDurable(1, () => undefined);
        // At the end of this turn the sync is asked for; the next one lasts until it is there.
        await new Promise((resolve) => setImmediate(resolve));
        while (wal.flushes === before);
        expect(answered).toBe(false);
        append(wal, 'c');
        wal.whenDurable(1, () => undefined);
        expect(answered).toBe(true);
      });
    });

    test('who commits alone syncs in place', async () => {
      await shared(async (wal) => {
        const { fdatasyncSync } = fs;
        let inPlace = 0;
        Object.assign(fs, { fdatasyncSync: () => void inPlace++ });
        try {
          for (let i = 0; inPlace === 0; i++) {
            append(wal, `r${i}`);
            await wal.sync();
          }
        } finally {
          Object.assign(fs, { fdatasyncSync });
        }
        expect(wal.durable).toBe(wal.lsn);
      });
    });

    test.each([
      { name: 'who runs nothing but commits syncs in place', perCommit: 1, inPlace: true },
      { name: 'who runs other statements as well does not', perCommit: 4, inPlace: false },
    ])('$name', async ({ perCommit, inPlace }) => {
      await shared(async (wal) => {
        let statements = 0;
        wal.statements = () => statements;
        const { fdatasyncSync } = fs;
        let synced = 0;
        Object.assign(fs, { fdatasyncSync: () => void synced++ });
        try {
          for (let i = 0; i < 100; i++) {
            append(wal, `a${i}`);
            append(wal, `b${i}`);
            statements += 2 * perCommit;
            await Promise.all([wal.sync(), wal.sync()]);
          }
        } finally {
          Object.assign(fs, { fdatasyncSync });
        }
        expect(synced > 0).toBe(inPlace);
        expect(wal.durable).toBe(wal.lsn);
      });
    });
  });

  test('a thread that ends while it appends or writes ends the log', async () => {
    for (const cut of ['appending', 'writing', 'neither']) {
      const directory = scratchDir('wal');
      const errors: string[] = [];
      const wal = Wal.create(directory, 1, 0, { onError: (error) => errors.push(error.message) });
      const gone = new LogState(wal.share(), 3);
      if (cut !== 'neither') gone.lock();
      if (cut === 'writing') {
        gone.claim(gone.half, 0, 8);
        gone.unlock();
      }
      expect(wal.endOf(2)).toBe(false);
      expect(wal.endOf(3)).toBe(cut !== 'neither');
      append(wal, 'a');
      if (cut === 'neither') await wal.sync();
      else await expect(wal.sync()).rejects.toThrow('another thread can not write the log');
      await wal.close();
      fs.rmSync(directory, { recursive: true });
    }
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
