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

type Rule = (name: string) => string;

const ruleOf =
  (core: EngineCore): Rule =>
  (name) =>
    core.globals.get(`validate_password.${name}`);

/** What is wrong with a password by the rules of each level of validate_password.policy; null where nothing is. */
function userNameFault(rule: Rule, password: string, user: string): string | null {
  if (rule('check_user_name') !== 'ON' || user === '') return null;
  if (password.includes(user)) return 'Password Contains User Name';
  return password.includes([...user].reverse().join('')) ? 'Password Contains Reversed User Name' : null;
}

function lengthFault(rule: Rule, password: string): string | null {
  const length = Number(rule('length'));
  return [...password].length < length ? `Require Password Length: ${length}` : null;
}

function characterFault(rule: Rule, password: string): string | null {
  const characters = [...password];
  const counts: readonly (readonly [string, RegExp, number])[] = [
    ['Lowercase', /^\p{Ll}$/u, Number(rule('mixed_case_count'))],
    ['Uppercase', /^\p{Lu}$/u, Number(rule('mixed_case_count'))],
    ['Digit', /^\p{Nd}$/u, Number(rule('number_count'))],
    ['Non-alphanumeric', /^[^\p{L}\p{N}]$/u, Number(rule('special_char_count'))],
  ];
  for (const [what, kind, wanted] of counts) {
    if (characters.filter((c) => kind.test(c)).length < wanted)
      return `Require Password ${what} Count: ${wanted}`;
  }
  return null;
}

function dictionaryFault(rule: Rule, password: string): string | null {
  const lower = password.toLowerCase();
  const words = rule('dictionary')
    .split(';')
    .map((w) => w.trim().toLowerCase());
  const found = words.some((w) => w.length >= 4 && w.length <= 100 && lower.includes(w));
  return found ? 'Password contains word in the dictionary' : null;
}

/** The rules of validate_password (MySQL manual, "Password Validation Options and Variables"; TiDB docs, "Password Management"). */
function validatePassword(core: EngineCore, password: string, account: AccountName): void {
  const rule = ruleOf(core);
  if (rule('enable') !== 'ON') return;
  const policy = rule('policy');
  const fault =
    userNameFault(rule, password, account.user) ??
    lengthFault(rule, password) ??
    (policy === 'LOW' ? null : characterFault(rule, password)) ??
    (policy === 'STRONG' ? dictionaryFault(rule, password) : null);
  if (fault !== null) throw mysqlError('ER_NOT_VALID_PASSWORD_DETAIL', fault);
}

/** VALIDATE_PASSWORD_STRENGTH (MySQL manual, "Encryption and Compression Functions"): 0 where passwords are not judged. */
export function passwordStrength(core: EngineCore, password: string, user: string): number {
  const rule = ruleOf(core);
  if (rule('enable') !== 'ON' || [...password].length < 4) return 0;
  if (userNameFault(rule, password, user) !== null) return 0;
  if (lengthFault(rule, password) !== null) return 25;
  if (characterFault(rule, password) !== null) return 50;
  return dictionaryFault(rule, password) === null ? 100 : 75;
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
