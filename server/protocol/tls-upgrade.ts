import type { Socket } from 'node:net';
import type { Server, TLSSocket } from 'node:tls';
import { createServer } from 'node:tls';
import { ConnectionLost } from './protocol-errors.js';

export interface TlsMaterial {
  /** PEM. */
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Authorities that certificates of clients are checked against; a client need not have one. */
  readonly ca?: Buffer;
}

interface Waiter {
  readonly resolve: (socket: TLSSocket) => void;
  readonly reject: (e: Error) => void;
}

const nameOf = (s: Socket): string => `${s.remoteAddress}:${s.remotePort}`;

/**
 * Turns connected TCP sockets into TLS ones in the middle of their stream (protocol: SSLRequest). A tls.Server that never
 * listens does the handshakes; connections are handed to it and recognised by their remote address when they come back.
 */
export class TlsUpgrader {
  private readonly server: Server;
  private readonly waiting = new Map<string, Waiter>();

  /** Throws when certificate and key cannot be used. */
  constructor(material: TlsMaterial) {
    this.server = createServer({
      ...material,
      requestCert: material.ca !== undefined,
      rejectUnauthorized: false,
      minVersion: 'TLSv1.2',
      allowHalfOpen: true,
    });
    this.server.on('secureConnection', (socket) => this.secured(socket));
    // The socket's own 'close' tells its connection; nothing else is to be done here.
    this.server.on('tlsClientError', (_e, socket) => socket.destroy());
  }

  /** Serves connections to come with other certificates. Throws, and keeps those that there are, when they cannot be used. */
  renew(material: TlsMaterial): void {
    this.server.setSecureContext({ ...material, minVersion: 'TLSv1.2' });
  }

  /** `raw` must be paused and without listeners for its data; bytes pushed back into it are read first. */
  upgrade(raw: Socket): Promise<TLSSocket> {
    const name = nameOf(raw);
    return new Promise((resolve, reject) => {
      raw.once('close', () => {
        this.waiting.delete(name);
        reject(new ConnectionLost());
      });
      this.waiting.set(name, { resolve, reject });
      this.server.emit('connection', raw);
    });
  }

  private secured(socket: TLSSocket): void {
    const name = nameOf(socket);
    const waiter = this.waiting.get(name);
    this.waiting.delete(name);
    const presented = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
    if (waiter === undefined || (presented && !socket.authorized)) {
      waiter?.reject(new ConnectionLost());
      socket.destroy();
      return;
    }
    waiter.resolve(socket);
  }
}
