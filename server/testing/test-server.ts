import type { MysqlServerOptions } from '../protocol/mysql-server.js';
import { MysqlServer } from '../protocol/mysql-server.js';
import { FakeEngine } from './fake-engine.js';

export interface TestServer {
  readonly engine: FakeEngine;
  readonly server: MysqlServer;
  readonly port: number;
  /** Messages of errors that were logged. */
  readonly logged: string[];
}

/** A server on a free port over a scripted engine. */
export async function startTestServer(options: Partial<MysqlServerOptions> = {}): Promise<TestServer> {
  const engine = new FakeEngine();
  const logged: string[] = [];
  const log = {
    info: () => {},
    warn: () => {},
    error: (fields: object, message: string) => void logged.push(message + JSON.stringify(fields)),
  };
  const server = new MysqlServer({ engine, log, ...options });
  const port = await server.listenTcp('127.0.0.1', 0);
  return { engine, server, port, logged };
}
