import type { AuthPlugin } from './auth-plugin.js';
import { cachingSha2Password } from './caching-sha2.js';
import { nativePassword } from './native-password.js';

/** The authentication methods by plugin name. */
export const AUTH_PLUGINS: ReadonlyMap<string, AuthPlugin> = new Map(
  [nativePassword, cachingSha2Password].map((p) => [p.name, p]),
);

export const DEFAULT_AUTH_PLUGIN = nativePassword.name;
