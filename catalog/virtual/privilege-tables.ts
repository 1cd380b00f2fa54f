import { longText, str } from './columns.js';
import type { VirtualColumn } from './virtual-table.js';
import { registerVirtualTable } from './virtual-table.js';

/** Columns that name a grantee, as the tables of privileges begin. */
const grantee = [str('GRANTEE', 292), str('TABLE_CATALOG', 512)];
const grantable = [str('PRIVILEGE_TYPE', 64), str('IS_GRANTABLE', 3)];
const role = [str('ROLE_NAME', 255), str('ROLE_HOST', 255), str('IS_DEFAULT', 3), str('IS_MANDATORY', 3)];
const roleGrant = [
  str('GRANTOR', 97),
  str('GRANTOR_HOST', 256),
  str('GRANTEE', 32),
  str('GRANTEE_HOST', 255),
  str('TABLE_CATALOG', 3),
  str('TABLE_SCHEMA', 64),
  str('TABLE_NAME', 64),
];

/** Accounts, roles and grants (MySQL manual, "INFORMATION_SCHEMA Tables"); their rows come from the session layer. */
const TABLES: readonly (readonly [name: string, columns: readonly VirtualColumn[]])[] = [
  ['USER_ATTRIBUTES', [str('USER', 32), str('HOST', 255), longText('ATTRIBUTE')]],
  ['USER_PRIVILEGES', [...grantee, ...grantable]],
  ['SCHEMA_PRIVILEGES', [...grantee, str('TABLE_SCHEMA'), ...grantable]],
  ['TABLE_PRIVILEGES', [...grantee, str('TABLE_SCHEMA'), str('TABLE_NAME'), ...grantable]],
  [
    'COLUMN_PRIVILEGES',
    [...grantee, str('TABLE_SCHEMA'), str('TABLE_NAME'), str('COLUMN_NAME'), ...grantable],
  ],
  ['ENABLED_ROLES', role],
  [
    'APPLICABLE_ROLES',
    [
      str('USER', 97),
      str('HOST', 256),
      str('GRANTEE', 97),
      str('GRANTEE_HOST', 256),
      ...role.slice(0, 2),
      str('IS_GRANTABLE', 3),
      ...role.slice(2),
    ],
  ],
  [
    'ADMINISTRABLE_ROLE_AUTHORIZATIONS',
    [
      str('USER', 97),
      str('HOST', 256),
      str('GRANTEE', 97),
      str('GRANTEE_HOST', 256),
      ...role.slice(0, 2),
      str('IS_GRANTABLE', 3),
      ...role.slice(2),
    ],
  ],
  ['ROLE_TABLE_GRANTS', [...roleGrant, ...grantable]],
  ['ROLE_COLUMN_GRANTS', [...roleGrant, str('COLUMN_NAME'), ...grantable]],
];

for (const [name, columns] of TABLES) {
  registerVirtualTable({
    db: 'INFORMATION_SCHEMA',
    name,
    columns,
    rows: (ctx) => ctx.provide(name.toLowerCase()),
  });
}
