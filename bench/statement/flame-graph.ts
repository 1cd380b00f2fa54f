import type { Profiler } from 'node:inspector';
import { framesOf, LAYERS, type Layer } from './layers.js';

const WIDTH = 1400;
const ROW = 17;
/** Narrower frames are left out, in units of the picture. */
const LEAST = 1.5;
const COLORS: Readonly<Record<Layer, string>> = {
  socket: '#b0b7bf',
  packet: '#8fb8de',
  lexer: '#a3d9a5',
  'plan cache': '#7cc6a4',
  plan: '#5fb49c',
  session: '#f2d388',
  execute: '#f0a868',
  kv: '#e07a5f',
  reply: '#9d8ec7',
  gc: '#d1495b',
  node: '#cfd4da',
};

interface Frame {
  readonly label: string;
  readonly layer: Layer;
  us: number;
  readonly children: Map<string, Frame>;
}

const escape = (s: string): string => s.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');

/** A profile as an SVG flame graph: callers below, the time that a function and its callees took as its width. */
export function flameGraph(profile: Profiler.Profile, title: string): string {
  const root: Frame = { label: 'all', layer: 'node', us: 0, children: new Map() };
  for (const { stack, us } of framesOf(profile)) {
    root.us += us;
    let at = root;
    for (const { label, layer } of stack) {
      let next = at.children.get(label);
      if (next === undefined) at.children.set(label, (next = { label, layer, us: 0, children: new Map() }));
      next.us += us;
      at = next;
    }
  }
  const boxes: string[] = [];
  let depth = 0;
  const draw = (f: Frame, x: number, level: number): void => {
    const width = (f.us / root.us) * WIDTH;
    if (width < LEAST) return;
    depth = Math.max(depth, level);
    const share = ((f.us / root.us) * 100).toFixed(1);
    const text =
      width > 40
        ? `<text x="${(x + 3).toFixed(1)}" y="12">${escape(f.label.slice(0, Math.floor(width / 6.5)))}</text>`
        : '';
    boxes.push(
      `<g transform="translate(0 ${-(level + 1) * ROW})"><title>${escape(f.label)} ${share}%</title><rect x="${x.toFixed(1)}" width="${Math.max(0.5, width - 0.5).toFixed(1)}" height="${ROW - 1}" fill="${COLORS[f.layer]}"/>${text}</g>`,
    );
    let at = x;
    for (const c of [...f.children.values()].sort((a, b) => b.us - a.us)) {
      draw(c, at, level + 1);
      at += (c.us / root.us) * WIDTH;
    }
  };
  draw(root, 0, 0);
  const height = (depth + 3) * ROW + 20;
  const legend = LAYERS.map(
    (l, i) =>
      `<rect x="${i * 105 + 330}" y="6" width="11" height="11" fill="${COLORS[l]}"/><text x="${i * 105 + 345}" y="16">${l}</text>`,
  ).join('');
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" font-family="monospace" font-size="11">
<rect width="100%" height="100%" fill="white"/><text x="4" y="16">${escape(title)}</text>${legend}
<g transform="translate(0 ${height - 4})" clip-path="none">
${boxes.join('\n')}
</g></svg>
`;
}
