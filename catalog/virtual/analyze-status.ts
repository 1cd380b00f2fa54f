import { datetime, double, int, longText, str, uint } from './columns.js';
import { registerVirtualTable } from './virtual-table.js';

registerVirtualTable({
  db: 'INFORMATION_SCHEMA',
  name: 'ANALYZE_STATUS',
  columns: [
    str('TABLE_SCHEMA', 64),
    str('TABLE_NAME', 64),
    str('PARTITION_NAME', 64),
    longText('JOB_INFO'),
    uint('PROCESSED_ROWS'),
    datetime('START_TIME'),
    datetime('END_TIME'),
    str('STATE', 64),
    longText('FAIL_REASON'),
    str('INSTANCE', 512),
    uint('PROCESS_ID'),
    str('REMAINING_SECONDS', 512),
    double('PROGRESS'),
    int('ESTIMATED_TOTAL_ROWS'),
  ],
  doc: 'ANALYZE statements and automatic ones, newest first.',
  rows: (ctx) => ctx.provide('analyze_status'),
});
