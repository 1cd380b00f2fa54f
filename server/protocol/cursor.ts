import type { Chunk } from '../../chunk/chunk.js';
import type { RowsResult } from '../../session/client-session.js';
import { ServerStatus } from '../../session/client-session.js';
import { BinaryRowWriter } from './binary-rows.js';
import type { Client } from './client.js';
import { writeEnd } from './replies.js';

/** A read-only, forward-only server-side cursor: a result set that COM_STMT_FETCH pulls from. */
export class Cursor {
  private readonly rows: BinaryRowWriter;
  private chunk: Chunk | null = null;
  private at = 0;
  private closed = false;

  constructor(
    private readonly result: RowsResult,
    resultsCharset: string | null,
  ) {
    this.rows = new BinaryRowWriter(result.columns, resultsCharset);
  }

  /** Sends up to `count` rows and says whether more may follow. Returns false when the cursor is used up. */
  async fetch(client: Client, count: number): Promise<boolean> {
    const { writer, channel } = client;
    let left = count;
    let more = true;
    try {
      while (left > 0) {
        if (this.chunk === null) {
          const next = this.result.nextChunk();
          this.chunk = next instanceof Promise ? await next : next;
          this.at = 0;
          if (this.chunk === null) {
            more = false;
            break;
          }
        }
        const total = this.chunk.rows;
        const stopped = this.rows.write(writer, this.chunk, this.at, Math.min(total, this.at + left));
        left -= stopped - this.at;
        this.at = stopped;
        if (stopped === total) this.chunk = null;
        if (left > 0) {
          if (writer.pending > 0) writer.flush();
          if (channel.congested) await channel.drained();
        }
      }
    } catch (e) {
      writer.abandon();
      await this.close();
      throw e;
    }
    if (!more) await this.close();
    const flag = more ? ServerStatus.CursorExists : ServerStatus.LastRowSent;
    writeEnd(
      writer,
      client.capabilities,
      client.session.statusFlags | flag,
      more ? 0 : this.result.warnings(),
    );
    return more;
  }

  async close(): Promise<void> {
    if (this.closed) return;
    this.closed = true;
    this.chunk = null;
    this.rows.unbind();
    await this.result.close();
  }
}
