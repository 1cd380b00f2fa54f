import { double, int, str } from './columns.js';
import { registerVirtualTable } from './virtual-table.js';

/** Tables with a columnar replica, and how far it is on this node. */
registerVirtualTable({
  db: 'INFORMATION_SCHEMA',
  name: 'TIFLASH_REPLICA',
  columns: [
    str('TABLE_SCHEMA'),
    str('TABLE_NAME'),
    int('TABLE_ID'),
    int('REPLICA_COUNT'),
    str('LOCATION_LABELS'),
    int('AVAILABLE'),
    double('PROGRESS'),
  ],
  rows: (ctx) => ctx.provide('tiflash_replica'),
});
