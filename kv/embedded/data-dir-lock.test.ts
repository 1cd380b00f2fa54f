import { spawn } from 'node:child_process';
import fs from 'node:fs';
import path from 'node:path';
import { StoreLockedError, lockDataDir } from './data-dir-lock.js';
import { openEmbeddedStore } from './engine.js';
import { scratchDir } from './testing/client.js';

describe('data directory lock', () => {
  test('one owner; free again after release', () => {
    const directory = scratchDir('lock');
    const release = lockDataDir(directory);
    expect(() => lockDataDir(directory)).toThrow(StoreLockedError);
    release();
    lockDataDir(directory)();
    expect(fs.readdirSync(directory)).toEqual([]);
    fs.rmSync(directory, { recursive: true });
  });

  test('what a dead process left behind is taken over; a live one is respected', async () => {
    const directory = scratchDir('lock');
    const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
    const file = path.join(directory, 'LOCK');
    fs.writeFileSync(file, `${child.pid} \n`);
    const dead = new Promise((resolve) => child.on('exit', resolve));
    // No start time on record: the process id decides.
    expect(() => lockDataDir(directory)).toThrow(new RegExp(`process ${child.pid}`));
    child.kill('SIGKILL');
    await dead;
    lockDataDir(directory)();
    // The same id, but another process than the one that wrote it.
    fs.writeFileSync(file, `${process.pid} someboot/1\n`);
    lockDataDir(directory)();
    fs.writeFileSync(file, 'garbage');
    lockDataDir(directory)();
    fs.rmSync(directory, { recursive: true });
  });

  // Only there does a process that ended keep a number that can be looked at.
  (fs.existsSync('/proc/self/stat') ? test : test.skip)(
    'an owner that ended, whose parent has not asked for it',
    async () => {
      const directory = scratchDir('lock');
      const parent = spawn('sh', ['-c', 'sleep 0.2 & echo $!; exec sleep 60'], {
        stdio: ['ignore', 'pipe', 'ignore'],
      });
      const pid = Number(await new Promise<Buffer>((resolve) => parent.stdout.once('data', resolve)));
      fs.writeFileSync(path.join(directory, 'LOCK'), `${pid} \n`);
      expect(() => lockDataDir(directory)).toThrow(StoreLockedError);
      const state = (): string => /\) (\w)/.exec(fs.readFileSync(`/proc/${pid}/stat`, 'latin1'))![1]!;
      while (state() !== 'Z') await new Promise((resolve) => setTimeout(resolve, 10));
      lockDataDir(directory)();
      expect(state()).toBe('Z');
      parent.kill('SIGKILL');
      fs.rmSync(directory, { recursive: true });
    },
  );

  test('a second store on the directory fails with one line, and the first goes on', async () => {
    const directory = scratchDir('lock');
    const store = await openEmbeddedStore({ dataDir: directory });
    await expect(openEmbeddedStore({ dataDir: directory })).rejects.toThrow(/in use by process \d+$/);
    expect(store.timestamp() > 0n).toBe(true);
    await store.close();
    await (await openEmbeddedStore({ dataDir: directory })).close();
    fs.rmSync(directory, { recursive: true });
  });
});
