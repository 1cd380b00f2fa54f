import fs from 'node:fs';
import path from 'node:path';

/** Another process works on the data directory. */
export class StoreLockedError extends Error {
  constructor(directory: string, pid: number) {
    super(`the data directory ${directory} is in use by process ${pid}`);
    this.name = 'StoreLockedError';
  }
}

const LOCK_FILE = 'LOCK';
/** How long an owner that is ending is waited for, and how often it is looked at, ms. */
const LEAVING_MS = 10_000;
const LEAVING_POLL_MS = 20;
/** Of linux/sched.h: the process is being ended. */
const PF_EXITING = 4;

/**
 * Owns a data directory for this process: a file made with O_EXCL which names the owner by process id and start time. A file
 * left behind by a killed process names a process that is no more (or whose id was given to another), and is taken over.
 */
export function lockDataDir(directory: string): () => void {
  const file = path.join(directory, LOCK_FILE);
  const mine = `${process.pid} ${startTime(process.pid) ?? ''}\n`;
  for (let attempt = 0; attempt < 10; attempt++) {
    try {
      // Linked into place whole: nobody ever reads a half-written lock file.
      const draft = `${file}.${process.pid}`;
      fs.writeFileSync(draft, mine);
      try {
        fs.linkSync(draft, file);
      } finally {
        fs.unlinkSync(draft);
      }
      return () => {
        if (readLock(file) === mine) fs.rmSync(file, { force: true });
      };
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    }
    const found = readLock(file);
    if (found === null) continue;
    const [pidText, started] = found.trim().split(' ');
    const pid = Number(pidText);
    if (isAlive(pid) && (started === undefined || (startTime(pid) ?? started) === started)) {
      throw new StoreLockedError(directory, pid);
    }
    // Of several processes that find the stale file, the one whose rename succeeds removes it.
    const stale = `${file}.stale.${process.pid}`;
    try {
      fs.renameSync(file, stale);
      if (readLock(stale) !== found) fs.renameSync(stale, file);
      else fs.unlinkSync(stale);
    } catch {
      // Another process was faster; look again.
    }
  }
  throw new StoreLockedError(directory, 0);
}

function readLock(file: string): string | null {
  try {
    return fs.readFileSync(file, 'utf8');
  } catch {
    return null;
  }
}

/** Whether the process may still work on files. One that is on its way out (`kill -9` of a large one takes a while) is waited for. */
function isAlive(pid: number): boolean {
  if (!Number.isInteger(pid) || pid <= 0) return false;
  for (let waited = 0; ; waited += LEAVING_POLL_MS) {
    try {
      process.kill(pid, 0);
    } catch (error) {
      return (error as NodeJS.ErrnoException).code === 'EPERM';
    }
    const leaving = stateOf(pid);
    if (leaving === 'gone') return false;
    if (leaving === 'alive' || waited >= LEAVING_MS) return true;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, LEAVING_POLL_MS);
  }
}

/**
 * A process that ended keeps its number until its parent asks for its status, which in a container may be never: `gone` all the same.
 * proc(5): fields 3 and 9 of stat.
 */
function stateOf(pid: number): 'alive' | 'leaving' | 'gone' {
  const fields = statOf(pid);
  if (fields === null) return 'alive';
  const ended = fields[0] === 'Z' || fields[0] === 'X';
  if (ended && tasksOf(pid) <= 1) return 'gone';
  return ended || (Number(fields[6]) & PF_EXITING) !== 0 ? 'leaving' : 'alive';
}

function tasksOf(pid: number): number {
  try {
    return fs.readdirSync(`/proc/${pid}/task`).length;
  } catch {
    return 0;
  }
}

/** The fields of /proc/PID/stat from the third on; null where there are none. */
function statOf(pid: number): readonly string[] | null {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'latin1');
    return stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  } catch {
    return null;
  }
}

/** Start time of a process in clock ticks since boot, with the boot's id (proc(5), field 22 of stat); null where there is no /proc. */
function startTime(pid: number): string | null {
  const fields = statOf(pid);
  if (fields === null) return null;
  try {
    const boot = fs.readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
    return `${boot}/${fields[19]}`;
  } catch {
    return null;
  }
}
