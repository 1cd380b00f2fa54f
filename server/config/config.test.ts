import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { helpText, kvHelpText, parseInvocation, parseKvInvocation, UsageError } from './config.js';
import { KV_SETTINGS, SETTINGS } from './settings.js';

let dir: string;
beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'rutile-config-'));
});
afterAll(() => rmSync(dir, { recursive: true }));

function file(text: string): string {
  const path = join(dir, 'rutile.toml');
  writeFileSync(path, text);
  return path;
}

function configOf(...argv: string[]) {
  const invocation = parseInvocation(argv);
  if (invocation.kind !== 'serve') throw new Error('not a configuration');
  return invocation.config;
}

describe('configuration', () => {
  test('defaults', () => {
    expect(configOf()).toMatchObject({
      host: '127.0.0.1',
      port: 4000,
      'status-port': 10080,
      'data-dir': './data',
      store: 'embedded',
      durability: 1,
    });
  });

  test('a flag beats the file, the file beats the default', () => {
    const path = file('port = 5000\nhost = "0.0.0.0"\nlog-level = "debug"\n');
    expect(configOf('--config', path, '--port', '6000')).toMatchObject({
      port: 6000,
      host: '0.0.0.0',
      'log-level': 'debug',
      'status-port': 10080,
    });
    expect(configOf(`--config=${path}`).port).toBe(5000);
  });

  test.each([
    [['--nonsense'], "Unknown option '--nonsense'"],
    [['--port', 'abc'], '--port must be an integer from 0 to 65535, not "abc"'],
    [['--port', '70000'], '--port must be an integer from 0 to 65535'],
    [['--port', '40 00'], '--port must be an integer'],
    [['--port'], '--port'],
    [['--store', 'mysql'], '--store must be one of embedded, tikv, not "mysql"'],
    [['--store', 'tikv'], '--store tikv needs --pd'],
    [['--pd', 'localhost:2379'], '--pd needs --store tikv'],
    [['--cluster-cert', 'x.pem'], '--cluster-cert and --cluster-key go together'],
    [['--cluster-cert', 'x.pem', '--cluster-key', 'y.pem'], '--cluster-cert needs --cluster-ca'],
    [['--log-level', 'loud'], '--log-level must be one of trace, debug'],
    [['data'], 'data'],
    [['--tls-cert', 'x.pem'], '--tls-cert and --tls-key go together'],
    [['--config', '/does/not/exist.toml'], 'cannot read configuration file /does/not/exist.toml: ENOENT'],
  ])('%j is refused', (argv, message) => {
    expect(() => parseInvocation(argv)).toThrow(UsageError);
    expect(() => parseInvocation(argv)).toThrow(message);
    try {
      parseInvocation(argv);
    } catch (e) {
      expect((e as Error).message).not.toContain('\n');
    }
  });

  test.each([
    ['prot = 5000', 'unknown setting "prot"'],
    ['port = "many"', 'port must be an integer'],
    ['port = 1.5', 'port must be an integer'],
    ['host = 5', 'host must be a text'],
    ['port = = 5', 'rutile.toml: '],
    ['[server]\nport = 4000', 'unknown setting "server"'],
  ])('a file with %j is refused', (text, message) => {
    expect(() => parseInvocation(['--config', file(text)])).toThrow(message);
  });

  test('rutile kv', () => {
    expect(parseKvInvocation(['--addr', '0.0.0.0:2379', '--region-size', '96'])).toMatchObject({
      kind: 'serve',
      config: { addr: '0.0.0.0:2379', 'region-size': 96, 'data-dir': './data', durability: 1 },
    });
    expect(() => parseKvInvocation(['--addr', 'localhost'])).toThrow('--addr must be HOST:PORT');
    expect(() => parseKvInvocation(['--port', '1'])).toThrow("Unknown option '--port'");
    for (const s of KV_SETTINGS) expect(kvHelpText()).toContain(`--${s.name} `);
  });

  test('help names every setting and its default', () => {
    const text = helpText();
    for (const s of SETTINGS) {
      expect(text).toContain(`--${s.name} `);
      expect(text).toContain(s.doc);
    }
    expect(text).toContain('[4000]');
    expect(parseInvocation(['--help']).kind).toBe('help');
    expect(parseInvocation(['-V']).kind).toBe('version');
  });
});
