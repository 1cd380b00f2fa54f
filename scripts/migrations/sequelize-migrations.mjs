// Sequelize: models made by sync(), then changed through the query interface as its migrations do, described, and taken down.
import assert from 'node:assert/strict';
import { DataTypes, Sequelize } from 'sequelize';

const connect = (database) =>
  new Sequelize(database, 'root', '', {
    host: '127.0.0.1',
    port: Number(process.argv[2]),
    dialect: 'mysql',
    logging: false,
  });

const admin = connect('mysql');
await admin.query('CREATE DATABASE sequelize_app');
await admin.close();
const db = connect('sequelize_app');
const schema = db.getQueryInterface();

const User = db.define(
  'User',
  {
    name: { type: DataTypes.STRING(40), allowNull: false },
    email: { type: DataTypes.STRING(190), unique: 'users_email' },
    role: { type: DataTypes.ENUM('admin', 'reader'), defaultValue: 'reader' },
    bio: DataTypes.TEXT('long'),
    settings: DataTypes.JSON,
    score: { type: DataTypes.DECIMAL(10, 2), defaultValue: 1.5 },
    visits: DataTypes.BIGINT.UNSIGNED,
    seen: DataTypes.DATE(3),
    active: { type: DataTypes.BOOLEAN, defaultValue: true },
    picture: DataTypes.BLOB('medium'),
  },
  {
    comment: 'who writes',
    paranoid: true,
    indexes: [
      { fields: ['role', 'active'], name: 'users_role' },
      { fields: [{ name: 'name', length: 5 }], name: 'users_name' },
      { fields: ['bio'], type: 'FULLTEXT', name: 'users_bio' },
    ],
  },
);
const Post = db.define('Post', { title: DataTypes.STRING });
const Tag = db.define('Tag', { label: { type: DataTypes.STRING(20), primaryKey: true } });
User.hasMany(Post, { onDelete: 'CASCADE' });
Post.belongsTo(User);
Post.belongsToMany(Tag, { through: 'PostTag' });
Tag.belongsToMany(Post, { through: 'PostTag' });

await db.sync();
await db.sync();
assert.deepEqual((await schema.showAllTables()).sort(), ['PostTag', 'Posts', 'Tags', 'Users']);

const described = await schema.describeTable('Users');
assert.equal(described.id.autoIncrement, true);
assert.equal(described.role.type, "ENUM('admin','reader')");
assert.equal(described.role.defaultValue, 'reader');
assert.equal(described.name.allowNull, false);
const indexes = async (table) => (await schema.showIndex(table)).map((i) => i.name).sort();
assert.deepEqual(await indexes('Users'), ['PRIMARY', 'users_bio', 'users_email', 'users_name', 'users_role']);
const keysOf = async (table) =>
  (await schema.getForeignKeyReferencesForTable(table)).map(
    (k) => `${k.columnName} -> ${k.referencedTableName}.${k.referencedColumnName}`,
  );
assert.deepEqual(await keysOf('Posts'), ['UserId -> Users.id']);

const user = await User.create({ name: 'ann', email: 'ann@example', settings: { theme: { name: 'dark' } } });
await user.createPost({ title: 'first' });
await User.bulkCreate([{ id: user.id, name: 'anna' }, { name: 'bob' }], { updateOnDuplicate: ['name'] });
assert.equal(
  (await User.findOne({ where: { 'settings.theme.name': 'dark' }, include: Post })).Posts.length,
  1,
);

const up = async () => {
  const added = {
    type: DataTypes.INTEGER,
    after: 'name',
    allowNull: false,
    defaultValue: 3,
    comment: 'of posts',
  };
  await schema.addColumn('Users', 'posts', added);
  await schema.changeColumn('Users', 'posts', { type: DataTypes.STRING(30), allowNull: true });
  await schema.renameColumn('Users', 'posts', 'postCount');
  await schema.addIndex('Users', ['postCount', 'name'], { unique: true, name: 'users_count' });
  await schema.addConstraint('Users', { type: 'unique', fields: ['email', 'name'], name: 'users_both' });
  await schema.removeColumn('Posts', 'UserId');
  const author = { type: DataTypes.INTEGER, references: { model: 'Users', key: 'id' }, onDelete: 'SET NULL' };
  await schema.addColumn('Posts', 'AuthorId', author);
  await schema.renameTable('Posts', 'Articles');
};
const down = async () => {
  await schema.renameTable('Articles', 'Posts');
  await schema.removeColumn('Posts', 'AuthorId');
  const user = { type: DataTypes.INTEGER, references: { model: 'Users', key: 'id' }, onDelete: 'CASCADE' };
  await schema.addColumn('Posts', 'UserId', user);
  await schema.removeConstraint('Users', 'users_both');
  await schema.removeIndex('Users', 'users_count');
  await schema.removeColumn('Users', 'postCount');
};

await up();
assert.equal((await schema.describeTable('Users')).postCount.type, 'VARCHAR(30)');
assert.deepEqual(await keysOf('Articles'), ['AuthorId -> Users.id']);
const [[{ postCount }]] = await db.query("SELECT postCount FROM Users WHERE name = 'anna'");
assert.equal(postCount, '3');
await down();
assert.deepEqual(Object.keys(await schema.describeTable('Users')), Object.keys(described));
assert.deepEqual(await keysOf('Posts'), ['UserId -> Users.id']);
await up();

await schema.dropAllTables();
assert.deepEqual(await schema.showAllTables(), []);
await db.close();
