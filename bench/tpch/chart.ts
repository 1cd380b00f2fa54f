export interface ChartRow {
  readonly label: string;
  /** Milliseconds by system, null where it did not run. */
  readonly times: readonly (number | null)[];
}

const COLOURS = ['#2563eb', '#f59e0b', '#94a3b8'] as const;
const BAR = 11;
const PLOT_HEIGHT = 320;
const LEFT = 60;
const TOP = 44;

/** Grouped bars on a logarithmic axis, as SVG. */
export function chart(title: string, systems: readonly string[], rows: readonly ChartRow[]): string {
  const all = rows.flatMap((r) => r.times.filter((t) => t !== null && t > 0)) as number[];
  const low = Math.floor(Math.log10(Math.min(...all)));
  const high = Math.ceil(Math.log10(Math.max(...all)));
  const group = BAR * systems.length + 12;
  const width = LEFT + rows.length * group + 20;
  const height = TOP + PLOT_HEIGHT + 34;
  const y = (ms: number): number =>
    TOP + PLOT_HEIGHT - ((Math.log10(Math.max(ms, 10 ** low)) - low) / (high - low)) * PLOT_HEIGHT;
  const out: string[] = [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">`,
    `<rect width="${width}" height="${height}" fill="#fff"/>`,
    `<text x="${LEFT}" y="18" font-size="14">${title}</text>`,
  ];
  systems.forEach((s, i) => {
    const x = LEFT + i * 110;
    out.push(`<rect x="${x}" y="26" width="10" height="10" fill="${COLOURS[i % COLOURS.length]}"/>`);
    out.push(`<text x="${x + 14}" y="35">${s}</text>`);
  });
  for (let e = low; e <= high; e++) {
    const at = y(10 ** e);
    out.push(`<line x1="${LEFT}" x2="${width - 10}" y1="${at}" y2="${at}" stroke="#e5e7eb"/>`);
    out.push(`<text x="${LEFT - 6}" y="${at + 4}" text-anchor="end">${10 ** e} ms</text>`);
  }
  rows.forEach((row, r) => {
    const x = LEFT + 8 + r * group;
    row.times.forEach((ms, i) => {
      if (ms === null) return;
      const at = y(ms);
      out.push(
        `<rect x="${x + i * BAR}" y="${at.toFixed(1)}" width="${BAR - 1}" height="${(TOP + PLOT_HEIGHT - at).toFixed(1)}" ` +
          `fill="${COLOURS[i % COLOURS.length]}"><title>${row.label} ${systems[i]}: ${ms.toFixed(1)} ms</title></rect>`,
      );
    });
    const middle = x + (BAR * systems.length) / 2;
    out.push(`<text x="${middle}" y="${TOP + PLOT_HEIGHT + 16}" text-anchor="middle">${row.label}</text>`);
  });
  out.push('</svg>');
  return `${out.join('\n')}\n`;
}
