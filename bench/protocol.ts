// Speed of the protocol frontend over an engine that costs nothing.
//   npx tsx bench/protocol.ts [--json]
// Rows: rows and MB a second that the row writers turn out of vectors, one column class at a time, without a socket.
// Loops: commands a second through a socket of this machine, the client in a process of its own; every command waits for
// the reply of the one before it on its connection.
import { fork } from 'node:child_process';
import { connect } from 'node:net';
import { fileURLToPath } from 'node:url';
import { Chunk } from '../chunk/chunk.js';
import type { Vector } from '../chunk/vector.js';
import { NumVector } from '../chunk/vector.js';
import { BinaryRowWriter } from '../server/protocol/binary-rows.js';
import { MysqlServer } from '../server/protocol/mysql-server.js';
import { PacketWriter } from '../server/protocol/packet-writer.js';
import type { RowWriter } from '../server/protocol/row-writer.js';
import { TextRowWriter } from '../server/protocol/text-rows.js';
import { bytesVector, column, FakeEngine, oneChunk } from '../server/testing/fake-engine.js';
import { handshakeResponse, packet } from '../server/testing/raw-client.js';
import type { FieldType } from '../types/field-type.js';
import { newFieldType, TypeCode } from '../types/field-type.js';
import { packDate, packDateTime } from '../types/time.js';

const ROWS = 4096;
const SECONDS = 1;

interface Result {
  readonly name: string;
  readonly perSecond: number;
  readonly megabytes?: number;
}

const numbers = (f: (i: number) => number): NumVector =>
  new NumVector(
    Float64Array.from({ length: ROWS }, (_, i) => f(i)),
    ROWS,
  );
const strings = (f: (i: number) => string): Vector =>
  bytesVector(Array.from({ length: ROWS }, (_, i) => f(i)));

const CLASSES: Readonly<Record<string, readonly (readonly [FieldType, Vector])[]>> = {
  int: [[newFieldType(TypeCode.Long), numbers((i) => i * 7919)]],
  bigint: [[newFieldType(TypeCode.LongLong), numbers((i) => i * 1e11)]],
  'decimal(12,2)': [[newFieldType(TypeCode.NewDecimal, { flen: 12, decimal: 2 }), numbers((i) => i * 12345)]],
  double: [[newFieldType(TypeCode.Double), numbers((i) => i / 7)]],
  date: [[newFieldType(TypeCode.Date), numbers((i) => packDate(1992 + (i % 7), 1 + (i % 12), 1 + (i % 28)))]],
  datetime: [
    [
      newFieldType(TypeCode.DateTime),
      numbers((i) => Number(packDateTime(2024, 1, 1 + (i % 28), i % 24, i % 60, 5, 0, 0))),
    ],
  ],
  'varchar(12)': [[newFieldType(TypeCode.VarChar, { flen: 12 }), strings((i) => `value ${i}`)]],
  'varchar(120)': [
    [newFieldType(TypeCode.VarChar, { flen: 120 }), strings((i) => `value ${i} `.padEnd(120, '.'))],
  ],
  'sysbench row': [
    [newFieldType(TypeCode.Long), numbers((i) => i)],
    [newFieldType(TypeCode.Long), numbers((i) => i * 31)],
    [newFieldType(TypeCode.String, { flen: 120 }), strings((i) => `${i}-`.repeat(30).slice(0, 119))],
    [newFieldType(TypeCode.String, { flen: 60 }), strings((i) => `${i}-`.repeat(20).slice(0, 59))],
  ],
};

function rowSpeed(name: string, writer: RowWriter, chunk: Chunk): Result {
  const w = new PacketWriter({ write: () => true });
  let rows = 0;
  const run = (ms: number): void => {
    const end = performance.now() + ms;
    do {
      for (let at = 0; at < ROWS;) {
        at = writer.write(w, chunk, at, ROWS);
        w.flush();
      }
      rows += ROWS;
    } while (performance.now() < end);
  };
  run(200);
  rows = 0;
  const bytes = w.bytesWritten;
  const start = performance.now();
  run(SECONDS * 1000);
  const seconds = (performance.now() - start) / 1000;
  return { name, perSecond: rows / seconds, megabytes: (w.bytesWritten - bytes) / seconds / 1e6 };
}

function rowResults(): Result[] {
  const results: Result[] = [];
  for (const [name, cells] of Object.entries(CLASSES)) {
    const columns = cells.map(([type], i) => column(`c${i}`, type));
    const chunk = new Chunk(
      cells.map(([, v]) => v),
      ROWS,
    );
    results.push(rowSpeed(`rows text   ${name}`, new TextRowWriter(columns, 'utf8mb4'), chunk));
    results.push(rowSpeed(`rows binary ${name}`, new BinaryRowWriter(columns, 'utf8mb4'), chunk));
  }
  return results;
}

/** In the client's process: `connections` loops of one command whose reply has `replyBytes` bytes. */
function clientLoop(port: number, connections: number, command: Buffer, replyBytes: number): void {
  let done = 0;
  let start = 0;
  for (let i = 0; i < connections; i++) {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    let state = 0;
    let pending = replyBytes;
    socket.on('data', (d) => {
      if (state === 0) {
        state = 1;
        socket.write(packet(1, handshakeResponse(d.subarray(4), 0, 'root', '')));
      } else if (state === 1) {
        state = 2;
        socket.write(command);
      } else {
        pending -= d.length;
        if (pending > 0) return;
        pending = replyBytes;
        done++;
        socket.write(command);
      }
    });
  }
  setTimeout(() => {
    done = 0;
    start = performance.now();
  }, 300);
  setTimeout(
    () => {
      process.send!((done * 1000) / (performance.now() - start), () => process.exit(0));
    },
    300 + SECONDS * 1000,
  );
}

const COMMANDS: Readonly<Record<string, { readonly packet: Buffer; readonly replyBytes: number }>> = {
  ping: { packet: packet(0, Buffer.of(0x0e)), replyBytes: 11 },
  'point select': { packet: packet(0, Buffer.from('\x03SELECT c FROM sbtest1 WHERE id=1')), replyBytes: 0 },
};

async function loopResults(): Promise<Result[]> {
  const engine = new FakeEngine();
  const columns = [column('c', newFieldType(TypeCode.String, { flen: 120 }))];
  const row = bytesVector(['x'.repeat(119)]);
  engine.on('SELECT c FROM sbtest1 WHERE id=1', () => oneChunk(columns, [row]));
  const nothing = (): void => {};
  const server = new MysqlServer({ engine, log: { info: nothing, warn: nothing, error: nothing } });
  const port = await server.listenTcp('127.0.0.1', 0);
  const results: Result[] = [];
  for (const name of Object.keys(COMMANDS)) {
    for (const connections of [1, 8, 32]) {
      const child = fork(
        fileURLToPath(import.meta.url),
        ['client', String(port), String(connections), name],
        { execArgv: process.execArgv },
      );
      const cpu = process.cpuUsage();
      const perSecond = await new Promise<number>((resolve) =>
        child.once('message', (v) => resolve(Number(v))),
      );
      const used = process.cpuUsage(cpu);
      const us = (used.user + used.system) / (perSecond * (SECONDS + 0.3));
      results.push({
        name: `loop ${name}, ${connections} connections (server ${us.toFixed(1)} us each)`,
        perSecond,
      });
    }
  }
  await server.close(0);
  return results;
}

const [mode, port, connections, name] = process.argv.slice(2);
if (mode === 'client') {
  const c = COMMANDS[name!]!;
  // count, one definition, EOF, row, EOF: see the fake engine's columns.
  clientLoop(Number(port), Number(connections), c.packet, c.replyBytes || 5 + 34 + 9 + 124 + 9);
} else {
  const results = [...rowResults(), ...(await loopResults())];
  if (mode === '--json') console.log(JSON.stringify(results, null, 2));
  else
    for (const r of results)
      console.log(
        `${r.name.padEnd(70)} ${Math.round(r.perSecond).toLocaleString().padStart(12)}/s ${r.megabytes === undefined ? '' : `${Math.round(r.megabytes)} MB/s`}`,
      );
}
