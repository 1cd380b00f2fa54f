// In a process of its own: connections that send one statement after another, each waiting for its reply.
import { createConnection } from 'mysql2/promise';

const [port, connections, seconds, kind, sql] = process.argv.slice(2) as [
  string,
  string,
  string,
  string,
  string,
];

const SIZE = 20_000;
/** Fills in `{id}` (a stored key), `{to}` (99 above it), `{free}` (a key that nothing has), `{text}`. */
let free = 1_000_000 + Math.floor(Math.random() * 1e9);
function values(): Map<string, string | number> {
  const id = 1 + Math.floor(Math.random() * (SIZE - 100));
  return new Map<string, string | number>([
    ['{id}', id],
    ['{to}', id + 99],
    ['{free}', free++],
    ['{text}', `${Math.random().toString(36).slice(2)}`.padEnd(60, 'x')],
  ]);
}
const PLACES = /\{\w+\}/g;

async function run(): Promise<number> {
  const db = await createConnection({
    host: '127.0.0.1',
    port: Number(port),
    user: 'root',
    database: 'bench',
  });
  const steps = sql.split(';').map((s) => s.trim());
  const prepared = steps.map((s) => s.replace(PLACES, '?'));
  const names = steps.map((s) => s.match(PLACES) ?? []);
  let done = 0;
  const end = performance.now() + Number(seconds) * 1000;
  while (performance.now() < end) {
    const v = values();
    for (let i = 0; i < steps.length; i++) {
      if (kind === 'prepared' && names[i]!.length > 0)
        await db.execute(
          prepared[i]!,
          names[i]!.map((n) => v.get(n)!),
        );
      else
        await db.query(
          steps[i]!.replace(PLACES, (n) => (n === '{text}' ? `'${v.get(n)!}'` : String(v.get(n)!))),
        );
    }
    done++;
  }
  await db.end();
  return done;
}

const done = await Promise.all(Array.from({ length: Number(connections) }, run));
process.send!(
  done.reduce((a, b) => a + b, 0),
  () => process.exit(0),
);
