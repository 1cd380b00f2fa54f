import type { Account } from '../../session/client-session.js';
import { cachingSha2AuthString, cachingSha2Password, cachingSha2Reply, randomSalt } from './caching-sha2.js';
import { nativeAuthString, nativePassword, nativeReply, verifyNativeReply } from './native-password.js';
import { sha256Crypt } from './sha256-crypt.js';

const account = (plugin: string, authString: string): Account => ({
  user: 'u',
  host: '%',
  plugin,
  authString,
  locked: false,
  passwordExpired: false,
  requireTls: false,
});

describe('mysql_native_password', () => {
  test('stored form is that of PASSWORD()', () => {
    expect(nativeAuthString('mypass')).toBe('*6C8989366EAF75BB670AD8EA7A7FC1176A95CEF4');
    expect(nativeAuthString('')).toBe('');
  });

  test('accepts the right reply only', () => {
    const nonce = randomSalt(20);
    const stored = nativeAuthString('secret');
    expect(verifyNativeReply(stored, nonce, nativeReply('secret', nonce))).toBe(true);
    expect(verifyNativeReply(stored, nonce, nativeReply('Secret', nonce))).toBe(false);
    expect(verifyNativeReply(stored, randomSalt(20), nativeReply('secret', nonce))).toBe(false);
    expect(verifyNativeReply(stored, nonce, Buffer.alloc(0))).toBe(false);
    expect(verifyNativeReply('', nonce, Buffer.alloc(0))).toBe(true);
    expect(verifyNativeReply('', nonce, nativeReply('x', nonce))).toBe(false);
    expect(verifyNativeReply('*garbage', nonce, nativeReply('x', nonce))).toBe(false);
  });

  test('a password in clear', () => {
    const a = account('mysql_native_password', nativeAuthString('secret'));
    expect(nativePassword.verifyPassword(a, 'secret')).toBe(true);
    expect(nativePassword.verifyPassword(a, '')).toBe(false);
    expect(nativePassword.verifyPassword(account('mysql_native_password', ''), '')).toBe(true);
  });
});

describe('caching_sha2_password', () => {
  test('SHA-crypt gives what crypt(3) gives', () => {
    expect(sha256Crypt(Buffer.from('hunter2'), Buffer.from('abcdefghijklmnop'), 5000)).toBe(
      '/xm2M1oTvGc2fCTR8/zBr3MgGwgm.aL3PLXlM2aQy86',
    );
    expect(sha256Crypt(Buffer.from('a'.repeat(40)), Buffer.from('saltsalt'), 5000)).toBe(
      'G1qu30rZzvAGCu2thdMEThmCKt3ZWh94sky.fqSjYN2',
    );
  });

  test('full authentication fills the cache that the fast one reads', async () => {
    const a = account('caching_sha2_password', cachingSha2AuthString('geheim'));
    const run = async (password: string): Promise<{ readonly ok: boolean; readonly asked: number[] }> => {
      const asked: number[] = [];
      const nonce = randomSalt(20);
      const exchange = {
        secure: true,
        sendMoreData: (d: Uint8Array) => void asked.push(d[0]!),
        readReply: async () => Buffer.from(`${password}\0`),
      };
      return {
        ok: await cachingSha2Password.verify(exchange, a, cachingSha2Reply(password, nonce), nonce),
        asked,
      };
    };
    expect(await run('falsch')).toEqual({ ok: false, asked: [4] });
    expect(await run('geheim')).toEqual({ ok: true, asked: [4] });
    expect(await run('geheim')).toEqual({ ok: true, asked: [3] });
    expect(await run('falsch')).toEqual({ ok: false, asked: [4] });
    expect(cachingSha2Password.verifyPassword(a, 'geheim')).toBe(true);
    expect(cachingSha2Password.verifyPassword(a, 'falsch')).toBe(false);
  });

  test('nonces hold neither zero nor $ nor high bits', () => {
    for (let i = 0; i < 200; i++)
      for (const c of randomSalt(20)) expect(c > 0 && c < 128 && c !== 0x24).toBe(true);
  });
});
