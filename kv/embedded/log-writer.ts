import fs from 'node:fs';
import { LogFiles } from './log-files.js';
import { groupSize, sealGroup } from './log-replay.js';
import { type Group, type LogState, Word } from './log-state.js';

/** Space is written with zeros ahead of use, so that most fdatasyncs change no file size (no journal commit of the file system). */
const AHEAD = 1 << 20;
const ZEROS = Buffer.alloc(AHEAD);

/**
 * Writes what was appended as groups and makes them durable, in whichever thread that is asked of.
 *
 * Records gather in one of two buffers in turn: while a group of one is written, without the lock, the other is appended to.
 * The next group is taken only when that one is in its file, so that groups are written in order and a file has no gaps. Who
 * syncs does so for every segment that may hold what was appended before: none depends on another's sync.
 */
export class LogWriter {
  private readonly files: LogFiles;

  constructor(private readonly state: LogState) {
    this.files = new LogFiles(state.buffers.directory);
  }

  /** Everything appended so far is on disk when this returns. */
  flush(): void {
    const { lsn, segment, from } = this.write();
    // Another thread's sync may have taken ours along.
    if (this.state.durable >= lsn) return;
    for (let s = from; s <= segment; s++) this.sync(s);
    this.state.expectWritable();
    this.state.noteSynced(lsn, segment);
    this.files.closeBefore(segment);
  }

  /** Everything appended so far is in the files when this returns; gives where the log ends then, and the first segment to sync. */
  write(): { readonly lsn: number; readonly segment: number; readonly from: number } {
    const { state } = this;
    for (;;) {
      state.awaitWritten(state.claimed);
      state.lock();
      if (state.isWriting) {
        state.unlock();
        continue;
      }
      const group = this.claimPending();
      const end = { lsn: state.lsn, segment: state.segment, from: state.words[Word.synced]! };
      state.unlock();
      if (group !== null) this.writeGroup(group);
      return end;
    }
  }

  /** Under the lock: writes what was appended, and behind it a group of these bytes, if they are given. */
  writeLocked(bytes: Buffer | null, length: number): void {
    const { state } = this;
    state.awaitWritten(state.claimed);
    const group = this.claimPending();
    if (group !== null) this.writeGroup(group);
    if (bytes !== null) this.writeGroup(state.claim(bytes, length, groupSize(length)));
  }

  /** Under the lock, or before there are other threads: the log goes on in this segment. */
  begin(segment: number): void {
    const { words } = this.state;
    this.files.create(segment);
    words[Word.segment] = segment;
    words[Word.position] = 0;
    words[Word.allocated] = 0;
  }

  close(): void {
    this.files.closeBefore(Infinity);
  }

  private claimPending(): Group | null {
    const { state } = this;
    const length = state.words[Word.pending]!;
    if (length === 0) return null;
    state.words[Word.pending] = 0;
    return state.claim(state.half, length, groupSize(length));
  }

  private writeGroup({ bytes, length, segment, at, lsn }: Group): void {
    const { state } = this;
    try {
      sealGroup(bytes, length, segment, lsn, state.durable);
      const size = groupSize(length);
      const fd = this.files.open(segment);
      this.allocate(fd, at + size);
      for (let done = 0; done < size;) done += fs.writeSync(fd, bytes, done, size - done, at + done);
    } catch (error) {
      state.fail();
      throw error;
    }
    state.noteWritten();
  }

  /** A segment needs no sync when another thread did it, or a checkpoint made it superfluous and it is gone. */
  private sync(segment: number): void {
    const { words } = this.state;
    if (segment < words[Word.synced]!) return;
    let fd: number;
    try {
      fd = this.files.open(segment);
    } catch (error) {
      if (segment < words[Word.synced]!) return;
      throw error;
    }
    fs.fdatasyncSync(fd);
  }

  private allocate(fd: number, end: number): void {
    const { words } = this.state;
    const allocated = words[Word.allocated]!;
    if (end <= allocated) return;
    const length = Math.max(AHEAD, end - allocated);
    for (let at = 0; at < length; at += AHEAD)
      fs.writeSync(fd, ZEROS, 0, Math.min(AHEAD, length - at), allocated + at);
    words[Word.allocated] = allocated + length;
  }
}
