import fs from 'node:fs';
import path from 'node:path';
import { segmentName, syncDirectory } from './log-replay.js';

/** Segments of the log that are open here. */
export class LogFiles {
  private readonly fds = new Map<number, number>();

  constructor(private readonly directory: string) {}

  create(segment: number): void {
    this.fds.set(segment, fs.openSync(this.path(segment), 'wx'));
    syncDirectory(this.directory);
  }

  open(segment: number): number {
    let fd = this.fds.get(segment);
    if (fd === undefined) {
      fd = fs.openSync(this.path(segment), 'r+');
      this.fds.set(segment, fd);
    }
    return fd;
  }

  closeBefore(segment: number): void {
    for (const [number, fd] of this.fds) {
      if (number >= segment) continue;
      fs.closeSync(fd);
      this.fds.delete(number);
    }
  }

  private path(segment: number): string {
    return path.join(this.directory, segmentName(segment));
  }
}
