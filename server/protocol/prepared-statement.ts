import type { PreparedInfo, ResultColumn } from '../../session/client-session.js';
import type { Cursor } from './cursor.js';
import type { ResultShape } from './result-shape.js';

/** What the connection remembers of a prepared statement besides what the session keeps. */
export class PreparedStatement {
  readonly id: number;
  readonly paramCount: number;
  readonly columns: readonly ResultColumn[];
  /** Type codes as last bound, high byte 0x80 for unsigned; null before the first execution that sends them. */
  paramTypes: Uint16Array | null = null;
  /** Parameters sent by COM_STMT_SEND_LONG_DATA since the last execution or reset. */
  longData: Map<number, Buffer[]> | null = null;
  longDataBytes = 0;
  /** Why the next execution fails: SEND_LONG_DATA has no reply to say so in. */
  longDataError: Error | null = null;
  cursor: Cursor | null = null;
  /** Shape of its latest result. */
  shape: ResultShape | null = null;

  constructor(info: PreparedInfo) {
    this.id = info.id;
    this.paramCount = info.params.length;
    this.columns = info.columns;
  }

  addLongData(param: number, data: Uint8Array): void {
    const parts = (this.longData ??= new Map<number, Buffer[]>());
    let list = parts.get(param);
    if (list === undefined) parts.set(param, (list = []));
    list.push(Buffer.from(data));
    this.longDataBytes += data.length;
  }

  dropLongData(): void {
    this.longData = null;
    this.longDataBytes = 0;
    this.longDataError = null;
  }
}
