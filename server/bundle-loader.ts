import './v8-flags.js';
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Script } from 'node:vm';
import { BroadcastChannel, isMainThread, threadId } from 'node:worker_threads';

/** Names of the bundles to be recorded: set by scripts/record-code-cache.mjs, which tells the process when enough has been run. */
const RECORDED = process.env['RUTILE_CODE_CACHE']?.split(',');
const CHANNEL = 'rutile-code-cache';

function readIfThere(file: string): Buffer | undefined {
  try {
    return readFileSync(file);
  } catch {
    return undefined;
  }
}

/** Writes what has been compiled in this thread, if that is `wanted`, when the process is told to; the main thread tells the others. */
function recordWhenTold(script: Script, cache: string, wanted: boolean): void {
  const record = (): void => {
    if (!wanted) return;
    // Threads of one kind write the same file.
    const own = `${cache}.${threadId}`;
    writeFileSync(own, script.createCachedData());
    renameSync(own, cache);
  };
  const channel = new BroadcastChannel(CHANNEL);
  channel.unref();
  channel.onmessage = record;
  if (!isMainThread) return;
  process.on('message', () => {
    record();
    channel.postMessage('record');
  });
  process.channel?.unref();
}

/**
 * Runs NAME.cjs of dist/, with V8's code cache of it (NAME.code) where there is one: the functions that a server runs as it starts are
 * neither parsed nor compiled again. V8 refuses the cache of another version, of other flags or of another source, and compiles.
 */
export function runBundle(entry: string): void {
  const file = fileURLToPath(entry).replace(/\.js$/, '.cjs');
  const cache = file.replace(/\.cjs$/, '.code');
  // The bundler writes ASCII alone.
  const source = readFileSync(file, 'latin1');
  const cachedData = RECORDED === undefined ? readIfThere(cache) : undefined;
  const script = new Script(`(function (exports, require, module, __filename, __dirname) {${source}\n})`, {
    filename: file,
    ...(cachedData === undefined ? {} : { cachedData }),
  });
  if (RECORDED !== undefined) recordWhenTold(script, cache, RECORDED.includes(basename(cache, '.code')));
  const module = { exports: {} };
  const run = script.runInThisContext() as (...context: readonly unknown[]) => void;
  run(module.exports, createRequire(file), module, file, dirname(file));
}
