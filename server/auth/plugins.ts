import type { AuthPlugin } from './auth-plugin.js';
import { cachingSha2Password, sm3Password } from './caching-sha2.js';
import { nativePassword } from './native-password.js';

/** The authentication methods by plugin name. */
export const AUTH_PLUGINS: ReadonlyMap<string, AuthPlugin> = new Map(
  [nativePassword, cachingSha2Password, sm3Password].map((p) => [p.name, p]),
);

export const DEFAULT_AUTH_PLUGIN = nativePassword.name;

/** Whether a password made the authentication_string, by plugin. */
export const PASSWORD_VERIFIERS: ReadonlyMap<string, (authString: string, password: string) => boolean> =
  new Map(
    [...AUTH_PLUGINS].map(([name, plugin]) => [
      name,
      (authString, password) =>
        plugin.verifyPassword(
          {
            user: '',
            host: '',
            plugin: name,
            authString,
            locked: false,
            passwordExpired: false,
            requireTls: false,
          },
          password,
        ),
    ]),
  );
