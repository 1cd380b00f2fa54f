import { mysqlError } from '../../types/error-table.js';
import type { EngineCore } from '../engine/engine-core.js';
import { type AccountName, quote, rowsOf } from './account-name.js';
import type { UserRow } from './grant-tables.js';

/** Runs a statement as the server itself. */
export type ServerQuery = EngineCore['internalQuery'];

/** How an account is authenticated by a plugin, and whether it has a password of its own to be judged. */
const EXTERNAL_PLUGINS: ReadonlySet<string> = new Set([
  'tidb_auth_token',
  'auth_socket',
  'authentication_ldap_simple',
  'authentication_ldap_sasl',
]);

/** Whether accounts may name the plugin: one that hashes passwords here, or one that asks elsewhere. */
export const knownPlugin = (core: EngineCore, plugin: string): boolean =>
  core.passwordHashers.has(plugin) || EXTERNAL_PLUGINS.has(plugin);

const HASHES: Readonly<Record<string, RegExp>> = {
  mysql_native_password: /^(\*[0-9A-Fa-f]{40})?$/,
  caching_sha2_password: /^(\$A\$[0-9A-Fa-f]{3}\$[\s\S]{63})?$/,
  tidb_sm3_password: /^(\$A\$[0-9A-Fa-f]{3}\$[\s\S]{63})?$/,
};

/** Throws 1827 for an authentication_string that the plugin could not have made. */
export function checkHash(plugin: string, hash: string): void {
  if (HASHES[plugin]?.test(hash) === false) throw mysqlError('ER_PASSWORD_FORMAT');
}

/** `plugin` and `authentication_string` of a new password. Throws 1524, 1819. */
export function hashPassword(
  core: EngineCore,
  plugin: string,
  password: string,
  account: AccountName,
): string {
  const hasher = core.passwordHashers.get(plugin);
  if (hasher === undefined) {
    if (!EXTERNAL_PLUGINS.has(plugin)) throw mysqlError('ER_PLUGIN_IS_NOT_LOADED', plugin);
    return password;
  }
  validatePassword(core, password, account);
  return password === '' ? '' : hasher(password);
}

/** The rules of validate_password (MySQL manual, "Password Validation Options and Variables"; TiDB docs, "Password Management"). */
function validatePassword(core: EngineCore, password: string, account: AccountName): void {
  const rule = (name: string): string => core.globals.get(`validate_password.${name}`);
  if (rule('enable') !== 'ON') return;
  const refuse = (why: string): never => {
    throw mysqlError('ER_NOT_VALID_PASSWORD_DETAIL', why);
  };
  if (rule('check_user_name') === 'ON' && account.user !== '') {
    if (password.includes(account.user)) refuse('Password Contains User Name');
    if (password.includes([...account.user].reverse().join('')))
      refuse('Password Contains Reversed User Name');
  }
  const characters = [...password];
  const length = Number(rule('length'));
  if (characters.length < length) refuse(`Require Password Length: ${length}`);
  if (rule('policy') === 'LOW') return;
  const counts: readonly (readonly [string, RegExp, number])[] = [
    ['Lowercase', /^\p{Ll}$/u, Number(rule('mixed_case_count'))],
    ['Uppercase', /^\p{Lu}$/u, Number(rule('mixed_case_count'))],
    ['Digit', /^\p{Nd}$/u, Number(rule('number_count'))],
    ['Non-alphanumeric', /^[^\p{L}\p{N}]$/u, Number(rule('special_char_count'))],
  ];
  for (const [what, kind, wanted] of counts) {
    if (characters.filter((c) => kind.test(c)).length < wanted)
      refuse(`Require Password ${what} Count: ${wanted}`);
  }
  if (rule('policy') !== 'STRONG') return;
  const lower = password.toLowerCase();
  const words = rule('dictionary')
    .split(';')
    .map((w) => w.trim().toLowerCase());
  if (words.some((w) => w.length >= 4 && w.length <= 100 && lower.includes(w)))
    refuse('Password contains word in the dictionary');
}

/**
 * Notes a new password in mysql.password_history and throws 3638 for one that the account's rules do not let come
 * back yet (MySQL manual, "Password Reuse Policy"): neither among the last `history` nor younger than `days`.
 */
export async function keepHistory(
  core: EngineCore,
  query: ServerQuery,
  account: AccountName,
  user: Pick<UserRow, 'reuseHistory' | 'reuseDays'>,
  authString: string,
  isSame: (old: string) => boolean,
): Promise<void> {
  const history = user.reuseHistory ?? Number(core.globals.get('password_history'));
  const days = user.reuseDays ?? Number(core.globals.get('password_reuse_interval'));
  const where = rowsOf(account);
  if (history === 0 && days === 0) {
    await query(`DELETE FROM mysql.password_history WHERE ${where}`);
    return;
  }
  const rows = await query(
    `SELECT Password, Password_timestamp > DATE_SUB(CURRENT_TIMESTAMP(6), INTERVAL ${days} DAY), CAST(Password_timestamp AS CHAR)
      FROM mysql.password_history WHERE ${where} ORDER BY Password_timestamp DESC`,
  );
  const shown = (v: unknown): string => (v instanceof Uint8Array ? Buffer.from(v).toString() : '');
  rows.forEach((row, i) => {
    const counts = i < history || Number(row[1]) === 1;
    if (counts && isSame(shown(row[0]))) throw mysqlError('ER_PASSWORD_REUSE', account.user, account.host);
  });
  for (const [i, row] of rows.entries()) {
    if (i + 1 < history || Number(row[1]) === 1) continue;
    await query(
      `DELETE FROM mysql.password_history WHERE ${where} AND Password_timestamp = ${quote(shown(row[2]))}`,
    );
  }
  await query(
    `INSERT INTO mysql.password_history (Host, User, Password) VALUES (${quote(account.host)}, ${quote(account.user)}, ${quote(authString)})`,
  );
}

/** 20 characters out of four kinds, for IDENTIFIED BY RANDOM PASSWORD. */
export function randomPassword(length: number, random: (below: number) => number): string {
  const kinds = [
    'abcdefghijklmnopqrstuvwxyz',
    'ABCDEFGHIJKLMNOPQRSTUVWXYZ',
    '0123456789',
    '!#$%&*+-./<=>?@^_',
  ];
  const all = kinds.join('');
  const chars = Array.from({ length }, (_, i) => {
    const from = kinds[i] ?? all;
    return from[random(from.length)]!;
  });
  for (let i = chars.length - 1; i > 0; i--) {
    const j = random(i + 1);
    [chars[i], chars[j]] = [chars[j]!, chars[i]!];
  }
  return chars.join('');
}
