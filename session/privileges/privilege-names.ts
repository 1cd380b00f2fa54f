/** Columns of mysql.user and mysql.db whose name is not the privilege's with underscores. */
const COLUMN_NAMES: Readonly<Record<string, string>> = {
  'SHOW DATABASES': 'Show_db',
  'CREATE TEMPORARY TABLES': 'Create_tmp_table',
  'REPLICATION SLAVE': 'Repl_slave',
  'REPLICATION CLIENT': 'Repl_client',
  'GRANT OPTION': 'Grant',
  'CREATE TABLESPACE': 'Create_Tablespace',
};

/** The column of mysql.user and mysql.db that holds a privilege. */
export function privilegeColumn(name: string): string {
  const plain = name.charAt(0) + name.slice(1).toLowerCase().replaceAll(' ', '_');
  return `${COLUMN_NAMES[name] ?? plain}_priv`;
}

/** Member of mysql.tables_priv.Table_priv that stands for a privilege. */
export function tableMember(name: string): string {
  if (name === 'GRANT OPTION') return 'Grant';
  return name
    .split(' ')
    .map((w) => w.charAt(0) + w.slice(1).toLowerCase())
    .join(' ');
}

/** In the order of SHOW GRANTS (MySQL manual, "Privileges Provided by MySQL"). */
export const TABLE_PRIVILEGES: readonly string[] = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'REFERENCES',
  'INDEX',
  'ALTER',
  'CREATE VIEW',
  'SHOW VIEW',
  'TRIGGER',
  'GRANT OPTION',
];
export const DATABASE_PRIVILEGES: readonly string[] = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'REFERENCES',
  'INDEX',
  'ALTER',
  'CREATE TEMPORARY TABLES',
  'LOCK TABLES',
  'CREATE VIEW',
  'SHOW VIEW',
  'CREATE ROUTINE',
  'ALTER ROUTINE',
  'EXECUTE',
  'EVENT',
  'TRIGGER',
  'GRANT OPTION',
];
export const GLOBAL_PRIVILEGES: readonly string[] = [
  'SELECT',
  'INSERT',
  'UPDATE',
  'DELETE',
  'CREATE',
  'DROP',
  'RELOAD',
  'SHUTDOWN',
  'PROCESS',
  'FILE',
  'REFERENCES',
  'INDEX',
  'ALTER',
  'SHOW DATABASES',
  'SUPER',
  'CREATE TEMPORARY TABLES',
  'LOCK TABLES',
  'EXECUTE',
  'REPLICATION SLAVE',
  'REPLICATION CLIENT',
  'CREATE VIEW',
  'SHOW VIEW',
  'CREATE ROUTINE',
  'ALTER ROUTINE',
  'CREATE USER',
  'EVENT',
  'TRIGGER',
  'CREATE TABLESPACE',
  'CREATE ROLE',
  'DROP ROLE',
  'CONFIG',
  'GRANT OPTION',
];

/** What may be granted on single columns. */
export const COLUMN_PRIVILEGES: readonly string[] = ['SELECT', 'INSERT', 'UPDATE', 'REFERENCES'];

/** Privileges kept by name in mysql.global_grants (TiDB docs, "Privilege Management": dynamic privileges). SUPER implies those that restrict nothing. */
export const DYNAMIC_PRIVILEGES: ReadonlySet<string> = new Set([
  'BACKUP_ADMIN',
  'CONNECTION_ADMIN',
  'DASHBOARD_CLIENT',
  'PLACEMENT_ADMIN',
  'RESOURCE_GROUP_ADMIN',
  'RESOURCE_GROUP_USER',
  'RESTORE_ADMIN',
  'RESTRICTED_CONNECTION_ADMIN',
  'RESTRICTED_PRIV_ADMIN',
  'RESTRICTED_REPLICA_WRITER_ADMIN',
  'RESTRICTED_SQL_ADMIN',
  'RESTRICTED_STATUS_ADMIN',
  'RESTRICTED_TABLES_ADMIN',
  'RESTRICTED_USER_ADMIN',
  'RESTRICTED_VARIABLES_ADMIN',
  'ROLE_ADMIN',
  'SYSTEM_USER',
  'SYSTEM_VARIABLES_ADMIN',
  'TRAFFIC_CAPTURE_ADMIN',
  'TRAFFIC_REPLAY_ADMIN',
]);

/** Whether SUPER stands for the dynamic privilege too. */
export const impliedBySuper = (name: string): boolean =>
  name !== 'RESTRICTED_REPLICA_WRITER_ADMIN' && DYNAMIC_PRIVILEGES.has(name);
