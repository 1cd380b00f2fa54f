/** Between two looks at a store that did not answer. */
const INTERVAL_MS = 1000;

/** Whether a store lives: asked when requests to it fail, and again until it does. */
export class Liveness {
  alive = true;
  private asking = false;
  private timer: NodeJS.Timeout | null = null;

  constructor(private readonly ask: () => Promise<boolean>) {}

  /** A request failed. */
  suspect(): void {
    if (!this.asking) void this.look();
  }

  private async look(): Promise<void> {
    this.asking = true;
    this.alive = await this.ask();
    if (this.alive) {
      this.asking = false;
      return;
    }
    this.timer = setTimeout(() => void this.look(), INTERVAL_MS);
    this.timer.unref();
  }

  close(): void {
    this.alive = true;
    if (this.timer !== null) clearTimeout(this.timer);
  }
}
