import type { Statement, UserSpec } from '../../parser/ast/index.js';

const account = (u: UserSpec): string => (u.current ? 'CURRENT_USER' : `${u.name}@${u.host}`);

/** What may be kept of a statement's text: passwords do not stay anywhere. Null where the text may stay as it is. */
export function secureText(stmt: Statement): string | null {
  switch (stmt.kind) {
    case 'CreateUser':
    case 'AlterUser': {
      const users = stmt.users.map((u) =>
        u.auth === null ? account(u.user) : `{${account(u.user)} password = ***}`,
      );
      return `${stmt.kind === 'CreateUser' ? 'create' : 'alter'} user ${users.join(' ')}`;
    }
    case 'SetPassword':
      return `set password for user ${stmt.user === null ? 'CURRENT_USER' : account(stmt.user)}`;
    default:
      return null;
  }
}
