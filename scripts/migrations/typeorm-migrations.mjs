// TypeORM: a schema made from entities, changed by the difference to other entities, and migrations run and reverted.
import 'reflect-metadata';
import assert from 'node:assert/strict';
import { DataSource, EntitySchema, Table, TableColumn, TableForeignKey, TableIndex } from 'typeorm';

const options = { type: 'mysql', host: '127.0.0.1', port: Number(process.argv[2]), username: 'root' };

const author = (more) =>
  new EntitySchema({
    name: 'Author',
    tableName: 'author',
    columns: {
      id: { type: 'int', primary: true, generated: 'increment' },
      name: { type: 'varchar', length: 100, unique: true },
      born: { type: 'date', nullable: true },
      ...more,
    },
    relations: { books: { type: 'one-to-many', target: 'Book', inverseSide: 'author' } },
  });
const book = (more) =>
  new EntitySchema({
    name: 'Book',
    tableName: 'book',
    columns: {
      id: { type: 'varchar', primary: true, length: 36, generated: 'uuid' },
      title: { type: 'varchar', length: 200 },
      price: { type: 'decimal', precision: 10, scale: 2, default: 0 },
      tags: { type: 'simple-json', nullable: true },
      created: { type: 'datetime', precision: 6, createDate: true },
      updated: { type: 'timestamp', precision: 6, updateDate: true },
      ...more,
    },
    indices: [{ name: 'book_title', columns: ['title'] }],
    relations: {
      author: {
        type: 'many-to-one',
        target: 'Author',
        inverseSide: 'books',
        onDelete: 'CASCADE',
        nullable: false,
      },
      similar: { type: 'many-to-many', target: 'Book', joinTable: { name: 'book_similar' } },
    },
  });

const admin = await new DataSource(options).initialize();
await admin.query('CREATE DATABASE typeorm_app');
await admin.destroy();
const database = 'typeorm_app';

// From entities, then to others: columns added, widened, dropped, indexes changed.
const first = await new DataSource({ ...options, database, entities: [author({}), book({})] }).initialize();
await first.synchronize();
const written = await first.getRepository('Author').save({ name: 'Ann', books: [] });
const saved = await first
  .getRepository('Book')
  .save({ title: 'One', price: '9.50', tags: { a: [1] }, author: written });
assert.equal((await first.getRepository('Book').findOneByOrFail({ id: saved.id })).tags.a[0], 1);
await first.destroy();

const wider = book({
  title: { type: 'varchar', length: 255 },
  pages: { type: 'int', unsigned: true, default: 1 },
  kind: { type: 'enum', enum: ['novel', 'poem'], default: 'novel' },
});
const second = await new DataSource({
  ...options,
  database,
  entities: [author({ bio: { type: 'text', nullable: true } }), wider],
}).initialize();
await second.synchronize();
const pending = await second.driver.createSchemaBuilder().log();
assert.deepEqual(
  pending.upQueries.map((q) => q.query),
  [],
);
const [kept] = await second.getRepository('Book').find({ relations: { author: true } });
assert.equal(kept.kind, 'novel');
assert.equal(kept.author.name, 'Ann');
await second.getRepository('Author').delete({ name: 'Ann' });
assert.equal(await second.getRepository('Book').count(), 0);
await second.dropDatabase();
await second.destroy();

// Migrations written by hand with the query runner.
class Shop1700000000001 {
  async up(q) {
    await q.createTable(
      new Table({
        name: 'shop',
        columns: [
          { name: 'id', type: 'bigint', isPrimary: true, isGenerated: true, generationStrategy: 'increment' },
          { name: 'name', type: 'varchar', length: '80', isNullable: false },
          { name: 'seats', type: 'int', default: 2 },
          { name: 'opened', type: 'datetime', default: 'CURRENT_TIMESTAMP' },
        ],
      }),
      true,
    );
    await q.createTable(
      new Table({
        name: 'item',
        columns: [
          { name: 'sku', type: 'char', length: '12', isPrimary: true },
          { name: 'shopId', type: 'bigint', isNullable: true },
        ],
        foreignKeys: [
          {
            columnNames: ['shopId'],
            referencedTableName: 'shop',
            referencedColumnNames: ['id'],
            onDelete: 'SET NULL',
          },
        ],
      }),
    );
  }
  async down(q) {
    await q.dropTable('item');
    await q.dropTable('shop');
  }
}
class Change1700000000002 {
  async up(q) {
    await q.addColumn(
      'item',
      new TableColumn({ name: 'price', type: 'decimal', precision: 8, scale: 2, default: '0.00' }),
    );
    await q.createIndex('item', new TableIndex({ name: 'item_price', columnNames: ['price', 'shopId'] }));
    await q.renameColumn('shop', 'name', 'title');
    await q.changeColumn(
      'shop',
      'title',
      new TableColumn({ name: 'title', type: 'varchar', length: '120', isNullable: true, isUnique: true }),
    );
    await q.addColumn(
      'item',
      new TableColumn({ name: 'parent', type: 'char', length: '12', isNullable: true }),
    );
    await q.createForeignKey(
      'item',
      new TableForeignKey({
        name: 'item_parent',
        columnNames: ['parent'],
        referencedTableName: 'item',
        referencedColumnNames: ['sku'],
      }),
    );
  }
  async down(q) {
    await q.dropForeignKey('item', 'item_parent');
    await q.dropColumn('item', 'parent');
    await q.changeColumn(
      'shop',
      'title',
      new TableColumn({ name: 'name', type: 'varchar', length: '80', isNullable: false }),
    );
    await q.dropIndex('item', 'item_price');
    await q.dropColumn('item', 'price');
  }
}
const third = await new DataSource({
  ...options,
  database,
  migrations: [Shop1700000000001, Change1700000000002],
  migrationsTransactionMode: 'each',
}).initialize();
const shape = async () => {
  const out = [];
  for (const t of ['shop', 'item'])
    out.push(Object.values((await third.query(`SHOW CREATE TABLE ${t}`))[0])[1]);
  return out.join('\n').replace(/ AUTO_INCREMENT=\d+/g, '');
};
assert.equal((await third.runMigrations()).length, 2);
const after = await shape();
await third.query("INSERT INTO shop (title) VALUES ('a')");
await third.query("INSERT INTO item (sku, shopId, parent) SELECT 'x', id, NULL FROM shop");
await third.undoLastMigration();
// TypeORM changes the length of a column by dropping it and adding another.
assert.equal((await third.query('SELECT name FROM shop')).length, 1);
await third.runMigrations();
assert.equal(await shape(), after);
await third.undoLastMigration();
await third.undoLastMigration();
assert.equal(
  (await third.query('SHOW TABLES')).some((r) => Object.values(r)[0] === 'shop'),
  false,
);
await third.destroy();
