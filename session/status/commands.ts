import type { Statement } from '../../parser/ast/index.js';

/** Statements counted by kind: MySQL's Com_… name of each kind of the parser's. */
export const COMMANDS: Readonly<Record<string, string>> = {
  Admin: 'Com_admin_commands',
  AlterDatabase: 'Com_alter_db',
  AlterTable: 'Com_alter_table',
  AlterUser: 'Com_alter_user',
  AnalyzeTable: 'Com_analyze',
  Begin: 'Com_begin',
  Call: 'Com_call_procedure',
  ChecksumTable: 'Com_checksum',
  Commit: 'Com_commit',
  CreateDatabase: 'Com_create_db',
  CreateIndex: 'Com_create_index',
  CreateRole: 'Com_create_role',
  CreateTable: 'Com_create_table',
  CreateUser: 'Com_create_user',
  CreateView: 'Com_create_view',
  Deallocate: 'Com_dealloc_sql',
  Delete: 'Com_delete',
  DeleteMulti: 'Com_delete_multi',
  DescribeTable: 'Com_show_fields',
  Do: 'Com_do',
  DropDatabase: 'Com_drop_db',
  DropIndex: 'Com_drop_index',
  DropRole: 'Com_drop_role',
  DropTable: 'Com_drop_table',
  DropUser: 'Com_drop_user',
  DropView: 'Com_drop_view',
  Execute: 'Com_execute_sql',
  Explain: 'Com_explain_other',
  Flush: 'Com_flush',
  GetDiagnostics: 'Com_get_diagnostics',
  Grant: 'Com_grant',
  GrantRole: 'Com_grant_roles',
  Insert: 'Com_insert',
  InsertSelect: 'Com_insert_select',
  Kill: 'Com_kill',
  LoadData: 'Com_load',
  LockTables: 'Com_lock_tables',
  Prepare: 'Com_prepare_sql',
  ReleaseSavepoint: 'Com_release_savepoint',
  RenameTable: 'Com_rename_table',
  RenameUser: 'Com_rename_user',
  Replace: 'Com_replace',
  ReplaceSelect: 'Com_replace_select',
  Revoke: 'Com_revoke',
  RevokeRole: 'Com_revoke_roles',
  Rollback: 'Com_rollback',
  Savepoint: 'Com_savepoint',
  Select: 'Com_select',
  Set: 'Com_set_option',
  SetPassword: 'Com_set_password',
  SetRole: 'Com_set_role',
  Signal: 'Com_signal',
  TruncateTable: 'Com_truncate',
  UnlockTables: 'Com_unlock_tables',
  Update: 'Com_update',
  UpdateMulti: 'Com_update_multi',
  Use: 'Com_change_db',
};

/** The place of each kind among `COMMANDS`. */
export const COMMAND_PLACE: Readonly<Record<string, number | undefined>> = Object.fromEntries(
  Object.keys(COMMANDS).map((kind, i) => [kind, i]),
);

/** The kinds of statement that MySQL counts as one. */
export function countedAs(stmt: Statement): string {
  switch (stmt.kind) {
    case 'Insert': {
      const kind = stmt.replace ? 'Replace' : 'Insert';
      return stmt.query === null ? kind : `${kind}Select`;
    }
    case 'Update':
    case 'Delete':
      return stmt.from.kind === 'Join' ? `${stmt.kind}Multi` : stmt.kind;
    case 'SetOperation':
    case 'TableStmt':
    case 'Values':
      return 'Select';
    default:
      return stmt.kind;
  }
}
