import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { parse as parseToml } from 'smol-toml';
import type { Config, KvConfig, Setting } from './settings.js';
import { KV_SETTINGS, SETTINGS } from './settings.js';

/** What is wrong with the command line or the configuration file, in one line. Exit code 2. */
export class UsageError extends Error {}

/** What the command line asks for. */
export type Invocation =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'serve'; readonly config: Config };

/** The same for `rutile kv`. */
export type KvInvocation =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'serve'; readonly config: KvConfig };

type Values = Record<string, string | number>;

function check(setting: Setting, given: unknown, where: string): string | number {
  const { type } = setting;
  const wrong = (expected: string): UsageError =>
    new UsageError(`${where} must be ${expected}, not ${JSON.stringify(given)}`);
  switch (type.kind) {
    case 'string':
      if (typeof given !== 'string') throw wrong('a text');
      return given;
    case 'integer': {
      const n = typeof given === 'string' && /^-?\d+$/.test(given) ? Number(given) : given;
      if (typeof n !== 'number' || !Number.isInteger(n) || n < type.min || n > type.max) {
        throw wrong(`an integer from ${type.min} to ${type.max}`);
      }
      return n;
    }
    case 'choice':
      if (typeof given !== 'string' || !type.choices.includes(given)) {
        throw wrong(type.choices.length === 1 ? `"${type.choices[0]}"` : `one of ${type.choices.join(', ')}`);
      }
      return given;
  }
}

/** The TOML file's settings: top-level keys named like the flags. */
function readFile(path: string, settings: readonly Setting[]): Map<string, string | number> {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (e) {
    throw new UsageError(
      `cannot read configuration file ${path}: ${(e as NodeJS.ErrnoException).code ?? String(e)}`,
    );
  }
  let table: Record<string, unknown>;
  try {
    table = parseToml(text);
  } catch (e) {
    throw new UsageError(`${path}: ${(e as Error).message.split('\n', 1)[0]}`);
  }
  const values = new Map<string, string | number>();
  for (const [key, value] of Object.entries(table)) {
    const setting = settings.find((s) => s.name === key);
    if (setting === undefined) throw new UsageError(`${path}: unknown setting "${key}"`);
    values.set(key, check(setting, value, `${path}: ${key}`));
  }
  return values;
}

/** Reads the command line and the file it names. A flag beats the file, the file beats the default. Throws UsageError. */
export function parseInvocation(argv: readonly string[]): Invocation {
  const values = parse(argv, SETTINGS);
  if ('kind' in values) return values as Invocation;
  if ((values['tls-cert'] === '') !== (values['tls-key'] === ''))
    throw new UsageError('--tls-cert and --tls-key go together');
  if (values['tls-ca'] !== '' && values['tls-cert'] === '')
    throw new UsageError('--tls-ca needs --tls-cert and --tls-key');
  if (values['store'] === 'tikv' && values['pd'] === '') throw new UsageError('--store tikv needs --pd');
  if (values['store'] !== 'tikv' && values['pd'] !== '') throw new UsageError('--pd needs --store tikv');
  checkClusterTls(values);
  return { kind: 'serve', config: values as Config };
}

/** Reads the command line of `rutile kv`. */
export function parseKvInvocation(argv: readonly string[]): KvInvocation {
  const values = parse(argv, KV_SETTINGS);
  if ('kind' in values) return values as KvInvocation;
  if (!/:\d+$/.test(String(values['addr'])))
    throw new UsageError(`--addr must be HOST:PORT, not ${JSON.stringify(values['addr'])}`);
  checkClusterTls(values);
  if (values['cluster-ca'] !== '' && values['cluster-cert'] === '')
    throw new UsageError('--cluster-ca needs --cluster-cert and --cluster-key');
  return { kind: 'serve', config: values as KvConfig };
}

function checkClusterTls(values: Values): void {
  if ((values['cluster-cert'] === '') !== (values['cluster-key'] === ''))
    throw new UsageError('--cluster-cert and --cluster-key go together');
  if (values['cluster-cert'] !== '' && values['cluster-ca'] === '')
    throw new UsageError('--cluster-cert needs --cluster-ca');
}

function parse(
  argv: readonly string[],
  settings: readonly Setting[],
): Values | { readonly kind: 'help' | 'version' } {
  const options: Record<string, { type: 'string' | 'boolean'; short?: string }> = {
    help: { type: 'boolean', short: 'h' },
    version: { type: 'boolean', short: 'V' },
    config: { type: 'string' },
  };
  for (const s of settings) options[s.name] = { type: 'string' };
  let flags: Record<string, unknown>;
  try {
    flags = parseArgs({ args: [...argv], options, strict: true, allowPositionals: false }).values;
  } catch (e) {
    throw new UsageError((e as Error).message.split(/\.\s|\n/, 1)[0]!);
  }
  if (flags['help'] === true) return { kind: 'help' };
  if (flags['version'] === true) return { kind: 'version' };
  const file =
    typeof flags['config'] === 'string'
      ? readFile(flags['config'], settings)
      : new Map<string, string | number>();
  const values: Record<string, string | number> = {};
  for (const s of settings) {
    const flag = flags[s.name];
    values[s.name] = flag !== undefined ? check(s, flag, `--${s.name}`) : (file.get(s.name) ?? s.default);
  }
  return values;
}

export function helpText(): string {
  return helpOf(SETTINGS, [
    'Usage: rutile [--option VALUE]...',
    '       rutile kv [--option VALUE]...',
    '',
    'A MySQL-compatible SQL server. `rutile kv` serves a store to several of them (rutile kv --help).',
    '',
  ]);
}

export function kvHelpText(): string {
  return helpOf(KV_SETTINGS, [
    'Usage: rutile kv [--option VALUE]...',
    '',
    'Serves a store on the protocol of TiKV and PD: rutile --store tikv --pd HOST:PORT.',
    '',
  ]);
}

function helpOf(settings: readonly Setting[], head: readonly string[]): string {
  const lines = [...head];
  const width = Math.max(...settings.map((s) => s.name.length + s.value.length)) + 3;
  const line = (flag: string, doc: string): void => void lines.push(`  ${flag.padEnd(width + 2)}  ${doc}`);
  for (const s of settings) {
    const choices = s.type.kind === 'choice' ? ` (${s.type.choices.join(', ')})` : '';
    line(`--${s.name} ${s.value}`, `${s.doc}${choices}${s.default === '' ? '' : ` [${s.default}]`}`);
  }
  line('--config FILE', 'TOML file with these settings, its keys named like the flags; flags come first');
  line('--help, -h', 'print this text');
  line('--version, -V', 'print the version');
  return lines.join('\n') + '\n';
}
