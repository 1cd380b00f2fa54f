import fs from 'node:fs';
import { native } from './lmdb-native.js';

/**
 * LMDB's data file as memory. LMDB maps the whole file read-only once (the map size is fixed and large, so it is never
 * remapped); its page cache is the kernel's, so that what the writer has written is seen here at once. Reading pages straight
 * from the map makes a point get or a step of a scan a few loads instead of a call through Node-API.
 *
 * The map is seen through windows: typed arrays over `WINDOW` bytes which overlap their successor, so that a value on
 * overflow pages is always whole in the window where it begins. They are large, for V8 takes each for memory that JavaScript has
 * allocated and collects garbage; offsets in them stay small integers. Where the address of the map cannot be found (no
 * /proc/self/maps) windows are single pages or page runs read from the file, dropped after each write.
 */
export const PAGE_SIZE = 8192;
const WINDOW_BITS = 30;
const WINDOW = 1 << WINDOW_BITS;
const OVERLAP = 17 << 20;
const PAGES_PER_WINDOW_BITS = WINDOW_BITS - 13;

export interface PageWindow {
  readonly u8: Uint8Array;
  readonly u16: Uint16Array;
}

export interface PageMap {
  /** Where other threads of the process find the map, or null when they must read the file. */
  readonly address: number | null;
  /** The window that holds the page, and `at` = offset of the page in it. */
  window(page: number): PageWindow;
  at(page: number): number;
  /** The window with `length` bytes from the page on. */
  run(page: number, length: number): PageWindow;
  /** The file changed: cached copies are void. */
  invalidate(): void;
  /**
   * The same pages for one long scan, read from the file in stretches: mapped pages that were touched once count as the process's
   * memory for good. A window lasts for some turns of a page; it is void after `invalidate`.
   */
  sequential(): PageMap;
  /** The same pages for another cursor of the scan: a window of `sequential` lasts for the turns of one cursor, not for those of others. */
  forAnotherCursor(): PageMap;
  close(): void;
}

export function openPageMap(path: string): PageMap {
  const address = mappedAddress(path);
  return attachPageMap(path, address);
}

/** The map as another thread opened it, which must outlive this one. */
export function attachPageMap(path: string, address: number | null): PageMap {
  return address === null ? new FilePages(path) : new MappedPages(path, address);
}

/** Where the file is mapped into this process, or null when that cannot be known. */
function mappedAddress(path: string): number | null {
  let maps: string;
  try {
    maps = fs.readFileSync('/proc/self/maps', 'utf8');
  } catch {
    return null;
  }
  const stat = fs.statSync(path);
  for (const line of maps.split('\n')) {
    // address range, permissions, offset, device, inode, path
    const m = /^([0-9a-f]+)-[0-9a-f]+ r\S+ 0+ \S+ (\d+)/.exec(line);
    if (m !== null && Number(m[2]) === stat.ino && line.includes(fs.realpathSync(path)))
      return parseInt(m[1]!, 16);
  }
  return null;
}

class MappedPages implements PageMap {
  private windows: (PageWindow | undefined)[] = [];
  private closed = false;
  /** For those that read the file; opened for the first. */
  private fd = -1;

  constructor(
    private readonly path: string,
    readonly address: number,
  ) {}

  window(page: number): PageWindow {
    return this.windows[page >>> PAGES_PER_WINDOW_BITS] ?? this.open(page >>> PAGES_PER_WINDOW_BITS);
  }

  at(page: number): number {
    return (page & ((1 << PAGES_PER_WINDOW_BITS) - 1)) * PAGE_SIZE;
  }

  run(page: number): PageWindow {
    return this.window(page);
  }

  invalidate(): void {}

  sequential(): PageMap {
    return new SequentialPages((into, at) => {
      if (this.closed) throw new Error('the store is closed');
      if (this.fd < 0) this.fd = fs.openSync(this.path, 'r');
      fs.readSync(this.fd, into, 0, into.length, at);
    });
  }

  forAnotherCursor(): PageMap {
    return this;
  }

  close(): void {
    this.closed = true;
    if (this.fd >= 0) fs.closeSync(this.fd);
    this.fd = -1;
    // A view that outlives the map must not fault: detach them all.
    for (const w of this.windows) if (w !== undefined) native.detachBuffer(w.u8.buffer);
    this.windows = [];
  }

  private open(index: number): PageWindow {
    if (this.closed) throw new Error('the store is closed');
    const buffer = native.createBufferForAddress(this.address + index * WINDOW, WINDOW + OVERLAP);
    const window: PageWindow = {
      u8: new Uint8Array(buffer.buffer, buffer.byteOffset, WINDOW + OVERLAP),
      u16: new Uint16Array(buffer.buffer, buffer.byteOffset, (WINDOW + OVERLAP) >> 1),
    };
    this.windows[index] = window;
    return window;
  }
}

const CACHED_PAGES = 4096;

class FilePages implements PageMap {
  readonly address = null;
  private readonly fd: number;
  private readonly pages = new Map<number, PageWindow>();

  constructor(path: string) {
    this.fd = fs.openSync(path, 'r');
  }

  window(page: number): PageWindow {
    return this.run(page, PAGE_SIZE);
  }

  at(): number {
    return 0;
  }

  run(page: number, length: number): PageWindow {
    const known = this.pages.get(page);
    if (known !== undefined && known.u8.length >= length) return known;
    const buffer = new ArrayBuffer(Math.ceil(length / PAGE_SIZE) * PAGE_SIZE);
    const window: PageWindow = { u8: new Uint8Array(buffer), u16: new Uint16Array(buffer) };
    fs.readSync(this.fd, window.u8, 0, window.u8.length, page * PAGE_SIZE);
    if (this.pages.size >= CACHED_PAGES) this.pages.clear();
    this.pages.set(page, window);
    return window;
  }

  invalidate(): void {
    this.pages.clear();
  }

  sequential(): PageMap {
    return this;
  }

  forAnotherCursor(): PageMap {
    return this;
  }

  close(): void {
    fs.closeSync(this.fd);
    this.pages.clear();
  }
}

const STRETCH_PAGE_BITS = 4;
const STRETCH_PAGES = 1 << STRETCH_PAGE_BITS;
const STRETCH = STRETCH_PAGES * PAGE_SIZE;
/** More than the pages that a cursor has on its way from the root. */
const STRETCHES = 16;

interface Stretch {
  readonly window: PageWindow;
  number: number;
  used: number;
}

function newWindow(bytes: number): PageWindow {
  const buffer = new ArrayBuffer(bytes);
  return { u8: new Uint8Array(buffer), u16: new Uint16Array(buffer) };
}

/** Stretches of neighbouring pages, of which those used last are kept. */
class Stretches {
  private readonly stretches: Stretch[] = [];
  private readonly byNumber = new Map<number, Stretch>();
  private clock = 0;

  constructor(private readonly read: (into: Uint8Array, at: number) => void) {}

  window(page: number): PageWindow {
    const number = Math.floor(page / STRETCH_PAGES);
    const s = this.byNumber.get(number) ?? this.load(number);
    s.used = ++this.clock;
    return s.window;
  }

  private load(number: number): Stretch {
    let s: Stretch | undefined;
    if (this.stretches.length < STRETCHES) {
      s = { window: newWindow(STRETCH), number, used: 0 };
      this.stretches.push(s);
    } else {
      s = this.stretches[0]!;
      for (const other of this.stretches) if (other.used < s.used) s = other;
      this.byNumber.delete(s.number);
      s.number = number;
    }
    this.read(s.window.u8, number * STRETCH);
    this.byNumber.set(number, s);
    return s;
  }

  invalidate(): void {
    this.byNumber.clear();
    for (const s of this.stretches) {
      s.number = -1;
      s.used = 0;
    }
  }

  close(): void {
    this.byNumber.clear();
    this.stretches.length = 0;
  }
}

/**
 * Pages that are read in stretches, for one cursor: it stays at a leaf for many values, so that those of values must not push out those
 * of the tree, and a second cursor that goes on while this one stays would push out both.
 */
class SequentialPages implements PageMap {
  readonly address = null;
  private readonly nodes: Stretches;
  private readonly values: Stretches;

  constructor(private readonly read: (into: Uint8Array, at: number) => void) {
    this.nodes = new Stretches(read);
    this.values = new Stretches(read);
  }

  window(page: number): PageWindow {
    return this.nodes.window(page);
  }

  at(page: number): number {
    return (page % STRETCH_PAGES) * PAGE_SIZE;
  }

  run(page: number, length: number): PageWindow {
    const at = this.at(page);
    if (at + length <= STRETCH) return this.values.window(page);
    // Of its own: it would push out what the cursor is at.
    const window = newWindow(Math.ceil((at + length) / PAGE_SIZE) * PAGE_SIZE);
    this.read(window.u8, page * PAGE_SIZE - at);
    return window;
  }

  invalidate(): void {
    this.nodes.invalidate();
    this.values.invalidate();
  }

  sequential(): PageMap {
    return this;
  }

  forAnotherCursor(): PageMap {
    return new SequentialPages(this.read);
  }

  close(): void {
    this.nodes.close();
    this.values.close();
  }
}
