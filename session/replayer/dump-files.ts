import { randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, stat, unlink, writeFile } from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';

/** Dumps are kept for so long (TiDB's keeps them an hour as well). */
const KEEP_MS = 3_600_000;
const NAME = /^(?:replayer|optimizer_trace)_[A-Za-z0-9_-]+\.zip$/;

/** Of this user alone: dumps hold data. */
const folder = (): string => join(tmpdir(), `rutile-dumps-${userInfo().uid}`);

/** Keeps a dump for the status API to serve; gives its name. */
export async function keepDump(kind: 'replayer' | 'optimizer_trace', data: Buffer): Promise<string> {
  const dir = folder();
  await mkdir(dir, { recursive: true, mode: 0o700 });
  for (const name of await readdir(dir)) {
    const old = await stat(join(dir, name)).catch(() => null);
    if (old !== null && Date.now() - old.mtimeMs > KEEP_MS)
      await unlink(join(dir, name)).catch(() => undefined);
  }
  const name = `${kind}_${randomBytes(12).toString('base64url')}_${Date.now()}.zip`;
  await writeFile(join(dir, name), data, { mode: 0o600 });
  return name;
}

/** A dump by its name; null when there is none. */
export async function readDump(name: string): Promise<Buffer | null> {
  return NAME.test(name) ? readFile(join(folder(), name)).catch(() => null) : null;
}
