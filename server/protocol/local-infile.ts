import type { LocalInfileRequest, OkResult } from '../../session/client-session.js';
import { mysqlError } from '../../types/error-table.js';
import { Capability } from './capabilities.js';
import type { Client } from './client.js';

/**
 * LOAD DATA LOCAL (protocol: LOCAL INFILE Request): asks the client for the file and hands its packets to the statement as
 * they are asked for. Whatever the statement did not read is taken off the wire before its outcome is reported.
 */
export async function receiveLocalFile(client: Client, request: LocalInfileRequest): Promise<OkResult> {
  const { channel, writer } = client;
  if ((client.capabilities & Capability.LocalFiles) === 0) throw mysqlError('ER_CLIENT_LOCAL_FILES_DISABLED');
  writer.begin();
  writer.u8(0xfb);
  writer.text(request.fileName);
  writer.end();
  writer.flush();

  let ended = false;
  const nextPart = async (): Promise<Uint8Array | null> => {
    if (ended) return null;
    await channel.readPacket();
    const { data, start, end } = channel.reader;
    if (start === end) ended = true;
    return ended ? null : data.subarray(start, end);
  };
  async function* content(): AsyncGenerator<Uint8Array> {
    for (let part = await nextPart(); part !== null; part = await nextPart()) yield part;
  }
  try {
    return await request.supply(content());
  } finally {
    while (!ended && !channel.lost) await nextPart();
  }
}
