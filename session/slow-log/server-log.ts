import { open } from 'node:fs/promises';
import type { EngineCore } from '../engine/engine-core.js';
import type { Fact } from '../summary/fact-rows.js';

/** What is read of the log's end. */
const TAIL_BYTES = 4 << 20;

/** Levels of pino's log under the names that CLUSTER_LOG has for them (TiDB docs, "CLUSTER_LOG"). */
const LEVELS: ReadonlyMap<number, string> = new Map([
  [10, 'TRACE'],
  [20, 'DEBUG'],
  [30, 'INFO'],
  [40, 'WARN'],
  [50, 'ERROR'],
  [60, 'CRITICAL'],
]);

const two = (n: number): string => String(n).padStart(2, '0');

/** A moment in the server's time zone: 2020/07/22 09:18:27.367. */
function momentOf(iso: string): string {
  const d = new Date(iso);
  const date = `${d.getFullYear()}/${two(d.getMonth() + 1)}/${two(d.getDate())}`;
  const time = `${two(d.getHours())}:${two(d.getMinutes())}:${two(d.getSeconds())}`;
  return `${date} ${time}.${String(d.getMilliseconds()).padStart(3, '0')}`;
}

/** A line of the log; null for what is none, as one whose beginning was not read. */
function factOf(line: string, instance: string): Fact | null {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line) as Record<string, unknown>;
  } catch {
    return null;
  }
  const { time, level, msg, pid: _pid, ...rest } = entry;
  const more = Object.entries(rest).map(
    ([k, v]) => `[${k}=${typeof v === 'string' ? v : JSON.stringify(v)}]`,
  );
  return {
    TIME: momentOf(String(time)),
    TYPE: 'tidb',
    INSTANCE: instance,
    LEVEL: LEVELS.get(Number(level)) ?? 'UNKNOWN',
    MESSAGE: [`["${String(msg)}"]`, ...more].join(' '),
  };
}

/** The end of this node's log, where it is a file. */
export async function serverLog(core: EngineCore): Promise<Fact[]> {
  const path = String(core.settings.get('log-file') ?? '');
  if (path === '') return [];
  const file = await open(path).catch(() => null);
  if (file === null) return [];
  try {
    const { size } = await file.stat();
    const from = Math.max(0, size - TAIL_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(size - from), 0, size - from, from);
    const lines = buffer.toString('utf8', 0, bytesRead).split('\n');
    return lines.map((line) => factOf(line, core.instance)).filter((fact) => fact !== null);
  } finally {
    await file.close();
  }
}
