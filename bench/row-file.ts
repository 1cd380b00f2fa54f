import { once } from 'node:events';
import { createWriteStream } from 'node:fs';

/** Writes a file of `rows` lines for LOAD DATA; `line` gives them without their end. */
export async function writeRowFile(path: string, rows: number, line: (row: number) => string): Promise<void> {
  const out = createWriteStream(path);
  for (let i = 0; i < rows; i++) if (!out.write(`${line(i)}\n`)) await once(out, 'drain');
  out.end();
  await once(out, 'finish');
}
