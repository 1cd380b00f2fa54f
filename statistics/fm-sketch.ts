/**
 * Distinct-value sketch of Flajolet and Martin in TiDB's form: of the hashes seen, those with `level` trailing zero bits are
 * kept; when there are too many the level rises. Distinct values = kept * 2^level, within a few per cent at 10,000 kept.
 */
export class FmSketch {
  private kept = new Set<number>();
  private mask = 0;
  /** Hashes added lately, by their upper bits: most values come again and again. Made with the first one. */
  private recent: Int32Array | null = null;

  constructor(private readonly maxSize = 10_000) {}

  /** `hash`: 32 bits. */
  add(hash: number): void {
    if ((hash & this.mask) !== 0) return;
    const recent = (this.recent ??= new Int32Array(1024));
    // The mask looks at the lower bits. A 0 may be one that nobody added.
    const at = hash >>> 22;
    if (recent[at] === hash && hash !== 0) return;
    recent[at] = hash;
    this.kept.add(hash);
    while (this.kept.size > this.maxSize) this.raise((this.mask << 1) | 1);
  }

  private raise(mask: number): void {
    this.mask = mask;
    for (const h of this.kept) if ((h & mask) !== 0) this.kept.delete(h);
  }

  ndv(): number {
    return (this.mask + 1) * this.kept.size;
  }

  merge(other: FmSketch): void {
    if (other.mask > this.mask) this.raise(other.mask);
    for (const h of other.kept) this.add(h);
  }

  /** The mask and the hashes, 32 bits each. */
  toBytes(): Uint8Array {
    const words = new Uint32Array(1 + this.kept.size);
    words[0] = this.mask;
    let i = 1;
    for (const h of this.kept) words[i++] = h;
    return new Uint8Array(words.buffer);
  }

  static fromBytes(bytes: Uint8Array): FmSketch {
    const sketch = new FmSketch();
    const words = new Int32Array(bytes.slice().buffer, 0, bytes.length >> 2);
    sketch.mask = words[0] ?? 0;
    sketch.kept = new Set(words.subarray(1));
    return sketch;
  }
}
