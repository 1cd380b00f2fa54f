// Knex: migrations as an application has them, run up, used, rolled back one by one, and run again.
import assert from 'node:assert/strict';
import knex from 'knex';

const connection = { host: '127.0.0.1', port: Number(process.argv[2]), user: 'root' };

const migrations = {
  '01_users': {
    up: (k) =>
      k.schema.createTable('users', (t) => {
        t.increments('id');
        t.string('email', 190).notNullable().unique();
        t.string('name').index();
        t.enu('role', ['admin', 'editor', 'reader']).notNullable().defaultTo('reader');
        t.boolean('active').defaultTo(true);
        t.json('settings');
        t.timestamps(true, true);
      }),
    down: (k) => k.schema.dropTable('users'),
  },
  '02_posts': {
    up: async (k) => {
      await k.schema.createTable('categories', (t) => {
        t.bigIncrements('id');
        t.string('title').notNullable();
        t.bigInteger('parent_id').unsigned().references('id').inTable('categories').onDelete('SET NULL');
      });
      await k.schema.createTable('posts', (t) => {
        t.uuid('id').primary();
        t.integer('user_id').unsigned().notNullable().references('id').inTable('users').onDelete('CASCADE');
        t.bigInteger('category_id').unsigned();
        t.string('slug', 100).notNullable();
        t.text('body', 'longtext');
        t.decimal('price', 12, 4).defaultTo(0);
        t.datetime('published_at', { precision: 3 });
        t.binary('thumbnail');
        t.unique(['user_id', 'slug'], { indexName: 'posts_user_slug' });
        t.foreign('category_id', 'posts_category').references('categories.id');
        t.comment('what users write');
      });
    },
    down: async (k) => {
      await k.schema.dropTable('posts');
      await k.schema.dropTable('categories');
    },
  },
  '03_alter': {
    up: async (k) => {
      await k.schema.alterTable('posts', (t) => {
        t.integer('views').unsigned().notNullable().defaultTo(0).after('slug');
        t.string('slug', 200).notNullable().alter();
        t.renameColumn('body', 'content');
        t.index(['published_at', 'views'], 'posts_published');
      });
      await k.schema.alterTable('posts', (t) =>
        t.index(['content'], 'posts_text', { indexType: 'FULLTEXT' }),
      );
      await k.schema.renameTable('categories', 'sections');
      await k.schema.alterTable('users', (t) => {
        t.dropIndex('name');
        t.setNullable('name');
        t.float('score').checkPositive();
      });
    },
    down: async (k) => {
      await k.schema.alterTable('users', (t) => {
        t.dropColumn('score');
        t.index('name');
      });
      await k.schema.renameTable('sections', 'categories');
      await k.schema.alterTable('posts', (t) => {
        t.dropIndex([], 'posts_text');
        t.dropIndex([], 'posts_published');
      });
      await k.schema.alterTable('posts', (t) => {
        t.renameColumn('content', 'body');
        t.string('slug', 100).notNullable().alter();
        t.dropColumn('views');
      });
    },
  },
  '04_pivot': {
    up: async (k) => {
      await k.schema.createTable('post_tags', (t) => {
        t.uuid('post_id').references('id').inTable('posts').onDelete('CASCADE');
        t.string('tag', 50);
        t.primary(['post_id', 'tag']);
      });
      await k.schema.createView('published', (v) => {
        v.columns(['id', 'slug']);
        v.as(k('posts').select('id', 'slug').whereNotNull('published_at'));
      });
      await k('users').insert({
        email: 'seed@example.org',
        name: 'Seed',
        settings: JSON.stringify({ a: 1 }),
      });
    },
    down: async (k) => {
      await k('users').where({ email: 'seed@example.org' }).delete();
      await k.schema.dropView('published');
      await k.schema.dropTable('post_tags');
    },
  },
};

const migrationSource = {
  getMigrations: () => Promise.resolve(Object.keys(migrations)),
  getMigrationName: (name) => name,
  getMigration: (name) => Promise.resolve(migrations[name]),
};

const admin = knex({ client: 'mysql2', connection });
await admin.raw('CREATE DATABASE knex_app');
await admin.destroy();
const db = knex({
  client: 'mysql2',
  connection: { ...connection, database: 'knex_app' },
  migrations: { migrationSource },
});
const tables = async () => (await db.raw("SHOW FULL TABLES WHERE Table_type = 'BASE TABLE'"))[0].length;
const shape = async () => {
  const out = [];
  for (const row of (await db.raw('SHOW TABLES'))[0])
    out.push(Object.values((await db.raw('SHOW CREATE TABLE ??', [Object.values(row)[0]]))[0][0])[1]);
  return out
    .sort()
    .join('\n')
    .replace(/ AUTO_INCREMENT=\d+/g, '');
};
try {
  await db.migrate.latest();
  const after = await shape();
  const [user] = await db('users').select();
  assert.equal(user.email, 'seed@example.org');
  assert.equal(user.role, 'reader');
  const post = {
    id: '7f0c9d4e-0000-4000-8000-000000000001',
    user_id: user.id,
    slug: 'first',
    content: 'Some words to find',
  };
  await db('posts').insert({ ...post, published_at: '2024-05-06 07:08:09.123' });
  await db('post_tags').insert([{ post_id: post.id, tag: 'x' }]);
  assert.equal((await db('published').select()).length, 1);
  assert.equal((await db('posts').whereRaw('MATCH (content) AGAINST (?)', ['words'])).length, 1);
  await assert.rejects(db('posts').insert({ ...post, id: 'other' }), /Duplicate entry/);
  await assert.rejects(
    db('posts').insert({ ...post, id: 'o', slug: 's', user_id: 99 }),
    /foreign key constraint/,
  );
  await db('users').delete();
  assert.equal((await db('post_tags').select()).length, 0);
  assert.equal(await db.schema.hasColumn('posts', 'views'), true);
  for (const left of ['04_pivot', '03_alter', '02_posts', '01_users']) {
    const [, undone] = await db.migrate.down();
    assert.deepEqual(undone, [left]);
  }
  assert.equal(await tables(), 2);
  for (const _ of Object.keys(migrations)) await db.migrate.up();
  assert.equal(await shape(), after);
  await db.migrate.rollback(undefined, true);
  assert.equal(await tables(), 2);
} finally {
  await db.destroy();
}
