import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join } from 'node:path';
import { createGunzip } from 'node:zlib';
import { mysqlError } from '../../types/error-table.js';

export interface SourceFile {
  readonly path: string;
  readonly size: number;
}

/** `*`, `?` and `[…]` within one name, as Go's filepath.Match reads them. */
function nameMatcher(pattern: string): RegExp {
  const source = pattern.replace(/\[[^\]]+\]|[.+^${}()|\\[\]]|\*|\?/g, (m) =>
    m === '*' ? '[^/]*' : m === '?' ? '[^/]' : m.length > 1 ? m : `\\${m}`,
  );
  return new RegExp(`^${source}$`);
}

/** The files that a path with wildcards in its last part names, in order. Throws 8156, 8158, 8160. */
export async function sourceFiles(path: string): Promise<readonly SourceFile[]> {
  if (path === '') throw mysqlError('ER_LOAD_DATA_EMPTY_PATH');
  const scheme = /^([a-z0-9]+):\/\//i.exec(path)?.[1]?.toLowerCase();
  if (scheme !== undefined && scheme !== 'file')
    throw mysqlError('ER_LOAD_DATA_INVALID_URI', `storage ${scheme} not support yet`);
  const local = scheme === 'file' ? path.slice('file://'.length) : path;
  if (!isAbsolute(local))
    throw mysqlError(
      'ER_LOAD_DATA_INVALID_URI',
      'file location should be absolute path when import from server disk',
    );
  const name = basename(local);
  const dir = dirname(local);
  try {
    const names = /[*?[]/.test(name)
      ? (await readdir(dir)).filter((n) => nameMatcher(name).test(n)).sort()
      : [name];
    const files: SourceFile[] = [];
    for (const n of names) {
      const found = await stat(join(dir, n));
      if (found.isFile()) files.push({ path: join(dir, n), size: found.size });
    }
    if (files.length === 0)
      throw mysqlError(
        'ER_LOAD_DATA_PRECHECK_FAILED',
        `no file matched, or the file is empty. Please provide a valid file location.`,
      );
    return files;
  } catch (error) {
    if (error instanceof Error && 'syscall' in error)
      throw mysqlError('ER_LOAD_DATA_CANT_READ', error.message, 'Please check the file location is correct');
    throw error;
  }
}

/** The bytes of a file, decompressed when its name says so. */
export function openSource(file: SourceFile): AsyncIterable<Uint8Array> {
  const raw = createReadStream(file.path, { highWaterMark: 1 << 20 });
  if (!/\.gz(ip)?$/i.test(file.path)) return raw;
  const unzipped = createGunzip({ chunkSize: 1 << 18 });
  raw.on('error', (e) => unzipped.destroy(e));
  return raw.pipe(unzipped);
}

/** Line terminator of a file whose statement names none: what its first line ends with. */
export async function detectLineEnd(file: SourceFile): Promise<string> {
  for await (const piece of openSource(file)) {
    const at = piece.indexOf(0x0a);
    if (at > 0 && piece[at - 1] === 0x0d) return '\r\n';
    if (at >= 0) return '\n';
    if (piece.includes(0x0d)) return '\r';
  }
  return '\n';
}
