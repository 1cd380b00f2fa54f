import type { Socket } from 'node:net';
import type { Account, ClientSession, ConnectionInfo } from '../../session/client-session.js';
import { ServerStatus } from '../../session/client-session.js';
import type { Awaitable } from '../../types/awaitable.js';
import { mysqlError } from '../../types/error-table.js';
import { MysqlError } from '../../types/error.js';
import { randomSalt } from '../auth/caching-sha2.js';
import { AUTH_PLUGINS, DEFAULT_AUTH_PLUGIN } from '../auth/plugins.js';
import { Capability, SERVER_CAPABILITIES } from './capabilities.js';
import { Channel } from './channel.js';
import type { Client } from './client.js';
import { CommandCode } from './command-codes.js';
import { COMMANDS } from './commands.js';
import type { LoginRequest } from './handshake.js';
import {
  isSslRequest,
  NONCE_BYTES,
  parseChangeUser,
  parseHandshakeResponse,
  writeGreeting,
} from './handshake.js';
import { authenticate } from './login.js';
import { PayloadReader } from './payload-reader.js';
import type { PreparedStatement } from './prepared-statement.js';
import { ConnectionLost, FatalProtocolError } from './protocol-errors.js';
import { writeErr, writeOk } from './replies.js';
import type { ResultShape } from './result-shape.js';
import type { ServerContext } from './server-context.js';

/** Collation id of the greeting: utf8mb4_general_ci fits one byte and every client knows it. */
const GREETING_COLLATION = 45;
/** No packet of a login is longer than this. */
const LOGIN_MAX_PAYLOAD = 1 << 20;
/** How long a killed connection may take to tell its client before it is cut. */
const KILL_GRACE_MS = 5000;

/** How a command ends that has not failed. */
const NO_ERROR = Symbol();

/**
 * One client connection from greeting to close: login, then commands one after the other in the order of their packets.
 * A command that answers at once is served in the tick its bytes arrived in; replies of pipelined commands leave
 * together.
 */
export class Connection implements Client {
  readonly channel: Channel;
  readonly writer;
  readonly statements = new Map<number, PreparedStatement>();
  textShape: ResultShape | null = null;
  capabilities = 0;
  /** A command is under way. */
  running = false;
  /** Code of the running command. */
  private command: number = CommandCode.Sleep;
  /** Close once the running command has been answered. */
  private closing = false;
  private ended = false;
  private current: ClientSession | null = null;
  private nonce: Buffer = Buffer.alloc(0);
  private collationId = GREETING_COLLATION;
  private readonly payload = new PayloadReader();
  private startedAt = 0;

  constructor(
    readonly id: number,
    private readonly context: ServerContext,
    socket: Socket,
    readonly host: string,
    readonly peer: string,
    private readonly unixSocket: boolean,
    private readonly onClosed: (connection: Connection) => void,
  ) {
    this.channel = new Channel(socket, LOGIN_MAX_PAYLOAD);
    this.writer = this.channel.writer;
    this.channel.onLost = () => this.lost();
    this.channel.onEnd = () => this.clientEnded();
  }

  get session(): ClientSession {
    if (this.current === null) throw new ConnectionLost();
    return this.current;
  }

  get loggedIn(): boolean {
    return this.current !== null;
  }

  /** Milliseconds since the client was last heard or answered; 0 while a command runs. */
  idleMs(now: number): number {
    return this.running ? 0 : now - this.channel.lastRead;
  }

  /** wait_timeout or interactive_timeout; 0 = never. A login has its own, shorter limit. */
  get idleLimitMs(): number {
    if (this.current === null) return 0;
    const own = this.current.idleTimeoutSeconds;
    if (own !== undefined) return own * 1000;
    return (
      Number(
        this.global(
          (this.capabilities & Capability.Interactive) !== 0 ? 'interactive_timeout' : 'wait_timeout',
        ),
      ) * 1000
    );
  }

  // ---- login

  start(): void {
    const timer = setTimeout(() => {
      if (!this.loggedIn) this.channel.destroy();
    }, this.context.connectTimeoutMs);
    timer.unref();
    this.login()
      .catch((e: unknown) => this.refuse(e))
      .finally(() => clearTimeout(timer));
  }

  private async login(): Promise<void> {
    const { engine } = this.context;
    // A Unix socket is as safe without.
    const upgrader = this.unixSocket ? null : this.context.tls;
    const offered = SERVER_CAPABILITIES | (upgrader === null ? 0 : Capability.Ssl);
    const defaultPlugin = this.defaultPlugin();
    this.nonce = randomSalt(NONCE_BYTES);
    this.writer.sequence = 0;
    writeGreeting(this.writer, {
      serverVersion: engine.globalVariable('version'),
      connectionId: this.id,
      nonce: this.nonce,
      capabilities: offered,
      collationId: GREETING_COLLATION,
      status: ServerStatus.Autocommit,
      authPlugin: defaultPlugin,
    });
    this.writer.flush();
    await this.channel.readPacket();
    let r = this.packet();
    if (isSslRequest(r)) {
      if (upgrader === null) throw new FatalProtocolError(mysqlError('ER_HANDSHAKE_ERROR'));
      await this.channel.startTls(upgrader);
      await this.channel.readPacket();
      r = this.packet();
    }
    const request = parseHandshakeResponse(r);
    this.capabilities = request.capabilities & offered;
    const tls = this.channel.tls !== null;
    if (!tls && !this.unixSocket && this.global('require_secure_transport') === 'ON')
      throw mysqlError('ER_SECURE_TRANSPORT_REQUIRED');
    this.collationId = request.collationId;
    const account = await this.authenticate(request);
    this.current = await this.openSession(account, request);
    // The client may have gone while the session was being opened.
    if (this.channel.lost) return this.lost();
    this.channel.reader.maxPayload = Number(this.global('max_allowed_packet')) || 1 << 26;
    writeOk(this.writer, this.capabilities, 0x00, 0, 0, this.current.statusFlags, 0);
    this.writer.flush();
    if ((this.capabilities & Capability.Compress) !== 0) this.channel.startCompression();
    this.channel.onPackets = () => this.serve();
    this.serve();
  }

  private packet(): PayloadReader {
    const { data, start, end } = this.channel.reader;
    return this.payload.reset(data, start, end);
  }

  private global(name: string): string {
    return this.context.engine.globalVariable(name);
  }

  private defaultPlugin(): string {
    const name = this.global('default_authentication_plugin');
    return AUTH_PLUGINS.has(name) ? name : DEFAULT_AUTH_PLUGIN;
  }

  private authenticate(request: LoginRequest): Promise<Account> {
    const tls = this.channel.tls !== null;
    return authenticate(
      {
        engine: this.context.engine,
        channel: this.channel,
        host: this.host,
        secure: tls || this.unixSocket,
        tls,
        defaultPlugin: this.defaultPlugin(),
      },
      request,
      this.nonce,
    );
  }

  private async openSession(account: Account, request: LoginRequest): Promise<ClientSession> {
    const has = (capability: number): boolean => (this.capabilities & capability) !== 0;
    const { channel, writer } = this;
    // COM_CHANGE_USER: what went to and fro before was the old session's.
    const received = this.loggedIn ? channel.bytesRead : 0;
    const sent = this.loggedIn ? writer.bytesWritten : 0;
    const info: ConnectionInfo = {
      id: this.id,
      user: request.user,
      host: this.host,
      peer: this.peer,
      account,
      database: request.database,
      collationId: request.collationId,
      foundRows: has(Capability.FoundRows),
      multiStatements: has(Capability.MultiStatements),
      localFiles: has(Capability.LocalFiles),
      interactive: has(Capability.Interactive),
      ignoreSpace: has(Capability.IgnoreSpace),
      tls: this.channel.tls !== null,
      tlsCipher: this.channel.tls?.getCipher()?.name ?? '',
      tlsVersion: this.channel.tls?.getProtocol() ?? '',
      attributes: request.attributes,
      compressed: has(Capability.Compress),
      traffic: () => ({ received: channel.bytesRead - received, sent: writer.bytesWritten - sent }),
      disconnect: () => this.disconnect(),
    };
    return this.context.engine.openSession(info);
  }

  /** A login that fails is answered once, then the connection ends. */
  private refuse(e: unknown): void {
    if (e instanceof ConnectionLost || this.channel.lost) return this.channel.destroy();
    const error = e instanceof FatalProtocolError ? e.error : this.errorFor(e);
    if (error !== null) {
      if (error.code === 1045) this.context.metrics.authFailures++;
      this.context.metrics.failed(error.code);
      this.context.log.info({ conn: this.id, peer: this.peer, code: error.code }, error.message);
      writeErr(this.writer, error);
    }
    this.channel.end();
  }

  /** A new login on the same connection; failing it ends the connection. */
  async changeUser(r: PayloadReader): Promise<void> {
    const old = this.session;
    try {
      const request = parseChangeUser(r, this.capabilities, this.collationId);
      const account = await this.authenticate(request);
      await this.dropStatements();
      await old.close();
      this.current = await this.openSession(account, request);
      this.collationId = request.collationId;
    } catch (e) {
      throw e instanceof FatalProtocolError ? e : new FatalProtocolError(this.errorFor(e));
    }
    writeOk(this.writer, this.capabilities, 0x00, 0, 0, this.session.statusFlags, 0);
  }

  async dropStatements(): Promise<void> {
    const cursors = [...this.statements.values()].map((s) => s.cursor);
    this.statements.clear();
    for (const cursor of cursors) await cursor?.close();
  }

  // ---- commands

  /** Serves the packets that are there, until none is left or a command has to be waited for. */
  private serve(): void {
    const { channel, writer } = this;
    const { reader } = channel;
    while (!this.running && !channel.lost && !this.closing) {
      try {
        if (!reader.next()) break;
      } catch (e) {
        this.abort(e);
        return;
      }
      const waiting = writer.pos > 0;
      const pending = this.runCommand();
      if (pending === undefined) continue;
      this.running = true;
      // Earlier replies do not wait for this one.
      if (waiting) writer.flush();
      pending.then(
        () => this.commandDone(NO_ERROR),
        (e: unknown) => this.commandDone(e),
      );
      return;
    }
    if (this.running) return;
    writer.flush();
    if (this.closing || this.ended) channel.end();
    else {
      reader.releaseIdle();
      channel.resume();
    }
  }

  private commandDone(error: unknown): void {
    try {
      if (error === NO_ERROR) this.finished(this.command);
      else this.failed(this.command, error);
      this.running = false;
      this.channel.lastRead = performance.now();
      this.serve();
    } catch (e) {
      this.abort(e);
    }
  }

  /** Runs the packet in the reader. Answers undefined when the reply, or an error, is written already. Never throws. */
  private runCommand(): Promise<void> | undefined {
    const r = this.packet();
    this.writer.sequence = this.channel.replySequence;
    const code = r.remaining > 0 ? r.u8() : CommandCode.Sleep;
    this.startedAt = performance.now();
    try {
      if (this.context.stopping && code !== CommandCode.Quit)
        throw new FatalProtocolError(mysqlError('ER_SERVER_SHUTDOWN'));
      const handler = COMMANDS[code];
      if (handler === undefined) throw mysqlError('ER_UNKNOWN_COM_ERROR');
      const pending = handler(this, r);
      if (pending instanceof Promise) {
        this.command = code;
        return pending;
      }
    } catch (e) {
      this.failed(code, e);
      return undefined;
    }
    this.finished(code);
    return undefined;
  }

  private finished(code: number): void {
    this.context.metrics.finished(code, performance.now() - this.startedAt);
  }

  /** Reports a failed command; after a fatal one the connection is closed. */
  private failed(code: number, e: unknown): void {
    this.finished(code);
    this.writer.abandon();
    let error: MysqlError | null;
    if (e instanceof FatalProtocolError) {
      error = e.error;
      this.closing = true;
    } else {
      error = this.errorFor(e);
    }
    if (error === null || this.channel.lost) return;
    this.context.metrics.failed(error.code);
    writeErr(this.writer, error, this.current?.resultsCharset ?? null);
  }

  /** What a client is told of an exception; anything that is no MysqlError is ours to repair, and logged. */
  private errorFor(e: unknown): MysqlError {
    if (e instanceof MysqlError) return e;
    const message = e instanceof Error ? e.message : String(e);
    this.context.log.error({ conn: this.id, err: e instanceof Error ? e.stack : message }, 'internal error');
    return mysqlError('ER_UNKNOWN_ERROR', message);
  }

  /** The stream is out of step: say why and close. */
  private abort(e: unknown): void {
    this.running = false;
    this.closing = true;
    if (e instanceof FatalProtocolError && e.error !== null && !this.channel.lost) {
      this.context.metrics.failed(e.error.code);
      this.writer.sequence = this.channel.replySequence;
      writeErr(this.writer, e.error);
    } else if (!(e instanceof FatalProtocolError)) {
      this.errorFor(e);
    }
    this.channel.end();
  }

  statusText(): string {
    const s = this.context.engine.statistics();
    const rate = s.uptimeSeconds > 0 ? s.questions / s.uptimeSeconds : 0;
    return (
      `Uptime: ${Math.floor(s.uptimeSeconds)}  Threads: ${s.sessions}  Questions: ${s.questions}  Slow queries: ${s.slowQueries}  ` +
      `Opens: 0  Flush tables: 0  Open tables: 0  Queries per second avg: ${rate.toFixed(3)}`
    );
  }

  kill(connectionId: number): Awaitable<void> {
    return this.context.engine.kill(this.session, connectionId, false);
  }

  // ---- end

  quit(): void {
    this.closing = true;
  }

  /** KILL: the running statement, which the session interrupts, is answered first. */
  disconnect(): void {
    this.closing = true;
    if (!this.running) {
      // A command that kills its own connection is still to be answered in this tick.
      setImmediate(() => this.channel.end());
      return;
    }
    const timer = setTimeout(() => this.channel.destroy(), KILL_GRACE_MS);
    timer.unref();
  }

  /** Closes an idle connection with an error, or marks a busy one to be closed after its command. */
  dismiss(error: MysqlError | null): void {
    if (this.running) {
      this.closing = true;
      return;
    }
    if (error !== null && !this.channel.lost) {
      this.writer.sequence = 0;
      writeErr(this.writer, error);
    }
    this.channel.end();
  }

  /** The client sent its last byte. What it sent before is served; if it awaits a result, it does so no longer. */
  private clientEnded(): void {
    this.ended = true;
    if (!this.loggedIn || !this.channel.reader.complete) this.channel.destroy();
  }

  private lost(): void {
    const session = this.current;
    this.current = null;
    if (!this.closing) this.context.engine.noteAborted?.(session !== null);
    this.onClosed(this);
    if (session === null) return;
    this.releaseSession(session).catch((e: unknown) => this.errorFor(e));
  }

  private async releaseSession(session: ClientSession): Promise<void> {
    await session.close();
    await this.dropStatements();
  }
}
