import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import type { TlsFiles } from '../kv/tikv/tls.js';

/** Why the server cannot start or go on, in one line. Exit code 1. */
export class StartError extends Error {}

const codeOf = (e: unknown): string => (e as NodeJS.ErrnoException).code ?? '';

const REASONS: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use',
  EADDRNOTAVAIL: 'the address is not one of this machine',
  EACCES: 'permission denied',
  EPERM: 'not permitted',
  EROFS: 'the file system is read-only',
  ENOENT: 'no such file or directory',
  ENOTDIR: 'a part of the path is not a directory',
  EEXIST: 'it is not a directory',
  ENOSPC: 'no space left on the device',
  ENOTFOUND: 'unknown host',
  EISDIR: 'it is a directory',
};

/** An error of the system in plain words. */
export const reason = (e: unknown): string =>
  REASONS[codeOf(e)] ?? (e instanceof Error ? e.message : String(e)).split('\n', 1)[0]!;

export function prepareDataDirectory(dir: string): void {
  try {
    mkdirSync(dir, { recursive: true });
    accessSync(dir, constants.R_OK | constants.W_OK | constants.X_OK);
  } catch (e) {
    throw new StartError(`cannot write to data directory ${dir}: ${reason(e)}`);
  }
}

/** The files of --cluster-ca and its kin; null when the cluster speaks plainly. */
export function clusterTls(config: {
  readonly 'cluster-ca': string;
  readonly 'cluster-cert': string;
  readonly 'cluster-key': string;
}): TlsFiles | null {
  if (config['cluster-ca'] === '') return null;
  const read = (name: 'cluster-ca' | 'cluster-cert' | 'cluster-key'): Buffer => {
    try {
      return readFileSync(config[name]);
    } catch (e) {
      throw new StartError(`cannot read --${name} ${config[name]}: ${reason(e)}`);
    }
  };
  const pair = config['cluster-cert'] !== '';
  return {
    ca: read('cluster-ca'),
    cert: pair ? read('cluster-cert') : null,
    key: pair ? read('cluster-key') : null,
  };
}
