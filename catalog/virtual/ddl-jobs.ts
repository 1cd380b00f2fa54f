import { datetime, int, longText, str } from './columns.js';
import { registerVirtualTable } from './virtual-table.js';

/** What ADMIN SHOW DDL JOBS shows, with the statements. */
registerVirtualTable({
  db: 'INFORMATION_SCHEMA',
  name: 'DDL_JOBS',
  columns: [
    int('JOB_ID'),
    str('DB_NAME'),
    str('TABLE_NAME'),
    str('JOB_TYPE'),
    str('SCHEMA_STATE'),
    int('SCHEMA_ID'),
    int('TABLE_ID'),
    int('ROW_COUNT'),
    datetime('CREATE_TIME'),
    datetime('START_TIME'),
    datetime('END_TIME'),
    str('STATE'),
    longText('QUERY'),
  ],
  rows: (ctx) => ctx.provide('ddl_jobs'),
});
