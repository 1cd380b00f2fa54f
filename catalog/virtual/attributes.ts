import { ByteWriter } from '../../kv/codec/byte-writer.js';
import { writeBytesKey } from '../../kv/codec/bytes-codec.js';
import { tablePrefix } from '../../kv/codec/table-key.js';
import { attributesOf } from '../table-attributes.js';
import { longText, str, text } from './columns.js';
import { registerVirtualTable } from './virtual-table.js';
import { visibleTables } from './visible-tables.js';

/** The start of an object's keys as the store orders them, in hex. */
function border(id: number): string {
  const w = new ByteWriter();
  writeBytesKey(w, tablePrefix(id));
  return Buffer.from(w.toBytes()).toString('hex');
}

const rangeText = (id: number): string => `[${border(id)}, ${border(id + 1)}]`;

registerVirtualTable({
  db: 'INFORMATION_SCHEMA',
  name: 'ATTRIBUTES',
  columns: [str('ID', 512), str('TYPE', 16), str('ATTRIBUTES', 2048), longText('RANGES')],
  rows: (ctx) =>
    [...visibleTables(ctx)].flatMap(({ db, table }) =>
      attributesOf(table).map(({ partition, attributes, ids }) => [
        text(`schema/${db.lower}/${table.lower}${partition === null ? '' : `/${partition}`}`),
        text('key-range'),
        text(attributes.map((a) => `"${a}"`).join(',')),
        text(ids.map(rangeText).join(', ')),
      ]),
    ),
  doc: 'Attributes that ALTER TABLE gave tables and partitions.',
});
