import { readFileSync } from 'node:fs';
import type { Profiler, Runtime } from 'node:inspector';
import { SourceMap } from 'node:module';
import { fileURLToPath } from 'node:url';

/** Where a statement's time goes, in the order in which it passes. */
export const LAYERS = [
  'socket',
  'packet',
  'lexer',
  'plan cache',
  'plan',
  'session',
  'execute',
  'kv',
  'reply',
  'gc',
  'node',
] as const;
export type Layer = (typeof LAYERS)[number];

/** A source file's layer: the first pattern that its path from the repository's root begins with. */
const FOLDERS: readonly (readonly [RegExp, Layer])[] = [
  [
    /^server\/protocol\/(result-|text-rows|binary-rows|replies|packet-writer|row-writer|column-|number-text|time-text|buffer-pool)/,
    'reply',
  ],
  [/^server\//, 'packet'],
  [/^session\/(plan-cache|text-plans|plan-environment)/, 'plan cache'],
  [/^session\//, 'session'],
  [/^parser\//, 'lexer'],
  [/^(planner|statistics)\//, 'plan'],
  [/^kv\//, 'kv'],
  [/^(executor|expression|chunk|types|catalog|ddl)\//, 'execute'],
];

const SOCKET = /node:(net|internal\/stream_base|internal\/streams|stream)/;

const maps = new Map<string, SourceMap | null>();

/** Source file and line (from 1) of a function of a bundle. */
function sourceOf(frame: Runtime.CallFrame): { readonly path: string; readonly line: number } | null {
  if (!frame.url.startsWith('file:')) return null;
  let map = maps.get(frame.url);
  if (map === undefined) {
    try {
      map = new SourceMap(JSON.parse(readFileSync(`${fileURLToPath(frame.url)}.map`, 'utf8')) as never);
    } catch {
      map = null;
    }
    maps.set(frame.url, map);
  }
  const entry = map?.findEntry(frame.lineNumber, frame.columnNumber);
  if (entry === undefined || !('originalSource' in entry)) return null;
  return { path: entry.originalSource.replace(/^(\.\.\/)+/, ''), line: entry.originalLine + 1 };
}

/** Where the samples of a profile fell. */
export interface Spent {
  readonly layers: ReadonlyMap<Layer, number>;
  /** By `layer function file:line`. */
  readonly functions: ReadonlyMap<string, number>;
}

/** A function on a stack. */
export interface StackFrame {
  /** `function file:line`. */
  readonly label: string;
  readonly layer: Layer;
}

/** The samples of a profile: stacks from the outermost function on, with their microseconds; idle time is left out. */
export function framesOf(
  profile: Profiler.Profile,
): { readonly stack: readonly StackFrame[]; readonly us: number }[] {
  const stacks = new Map<number, readonly StackFrame[] | null>();
  const byId = new Map(profile.nodes.map((n) => [n.id, n]));
  const visit = (id: number, above: readonly StackFrame[]): void => {
    const { callFrame, children } = byId.get(id)!;
    const layer = layerOf(callFrame, above.at(-1)?.layer ?? 'node');
    const source = sourceOf(callFrame);
    const where = source === null ? callFrame.url.replace(/^.*\//, '') : `${source.path}:${source.line}`;
    const label = `${callFrame.functionName || '(anonymous)'} ${where}`.trim();
    const stack =
      layer === null ? null : callFrame.functionName === '(root)' ? above : [...above, { label, layer }];
    stacks.set(id, stack);
    for (const child of children ?? []) visit(child, stack ?? above);
  };
  visit(profile.nodes[0]!.id, []);
  const out: { stack: readonly StackFrame[]; us: number }[] = [];
  profile.samples!.forEach((id, i) => {
    const stack = stacks.get(id);
    if (stack) out.push({ stack, us: profile.timeDeltas![i]! });
  });
  return out;
}

/** Microseconds of a profile by layer. Native functions count for who calls them. */
export function timeByLayer(profile: Profiler.Profile): Spent {
  const layers = new Map<Layer, number>();
  const functions = new Map<string, number>();
  for (const { stack, us } of framesOf(profile)) {
    const top = stack.at(-1);
    if (top === undefined) continue;
    layers.set(top.layer, (layers.get(top.layer) ?? 0) + us);
    const name = `${top.layer.padEnd(11)}${top.label}`;
    functions.set(name, (functions.get(name) ?? 0) + us);
  }
  return { layers, functions };
}

function layerOf(frame: Runtime.CallFrame, above: Layer): Layer | null {
  const { functionName, url } = frame;
  if (functionName === '(idle)') return null;
  if (functionName === '(garbage collector)') return 'gc';
  // Outside of JavaScript: system calls for sockets, mostly.
  if (functionName === '(program)') return 'socket';
  if (SOCKET.test(url)) return 'socket';
  const source = sourceOf(frame);
  if (source === null) return above;
  return FOLDERS.find(([pattern]) => pattern.test(source.path))?.[1] ?? above;
}
