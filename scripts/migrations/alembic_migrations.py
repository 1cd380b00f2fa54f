"""Alembic: tables as SQLAlchemy declares them are found again by its reflection, changed by operations and changed back."""

import sys

import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.operations import Operations
from sqlalchemy.dialects import mysql

SERVER = f"mysql+pymysql://root@127.0.0.1:{sys.argv[1]}"
with sa.create_engine(f"{SERVER}/test").begin() as c:
    c.execute(sa.text("CREATE DATABASE alembic_app"))
    c.execute(sa.text("SET GLOBAL tidb_enable_check_constraint = ON"))
engine = sa.create_engine(f"{SERVER}/alembic_app?charset=utf8mb4")
tables = sa.MetaData()

NOW_3 = "CURRENT_TIMESTAMP(3) ON UPDATE CURRENT_TIMESTAMP(3)"
sa.Table(
    "author",
    tables,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("name", sa.String(50), nullable=False, index=True),
    sa.Column("born", sa.Date),
    sa.Column("kind", sa.Enum("a", "b", "c", name="kind"), server_default="b"),
    sa.Column("meta", sa.JSON),
    sa.Column("made", sa.DateTime, server_default=sa.text("CURRENT_TIMESTAMP")),
    comment="authors",
)
sa.Table(
    "book",
    tables,
    sa.Column("id", sa.BigInteger, primary_key=True),
    sa.Column(
        "author_id",
        sa.Integer,
        sa.ForeignKey("author.id", ondelete="CASCADE", onupdate="SET NULL", name="book_author"),
    ),
    sa.Column("title", sa.String(200), comment="the title"),
    sa.Column("price", sa.Numeric(10, 2), nullable=False, server_default="0.00"),
    sa.Column("pages", mysql.SMALLINT(unsigned=True)),
    sa.Column("body", mysql.MEDIUMTEXT(collation="utf8mb4_bin")),
    sa.Column("twice", sa.Numeric(12, 2), sa.Computed("price * 2", persisted=True)),
    sa.Column("next_page", sa.Integer, sa.Computed("pages + 1", persisted=False)),
    sa.Column("flag", sa.Boolean, nullable=False, server_default=sa.text("0")),
    sa.Column("changed", mysql.TIMESTAMP(fsp=3), server_default=sa.text(NOW_3)),
    sa.UniqueConstraint("author_id", "title", name="book_title"),
    sa.CheckConstraint("price >= 0", name="book_price"),
    sa.Index("book_prefix", "title", mysql_length=20),
    sa.Index("book_words", "title", mysql_prefix="FULLTEXT"),
)
sa.Table(
    "parted",
    tables,
    sa.Column("id", sa.Integer, primary_key=True, autoincrement=False),
    sa.Column("v", sa.Integer),
    mysql_partition_by="HASH(id)",
    mysql_partitions="4",
)


def up(op):
    op.add_column("author", sa.Column("email", sa.String(120)))
    op.create_unique_constraint("author_email", "author", ["email"])
    op.alter_column(
        "author", "name", existing_type=sa.String(50), new_column_name="full_name", type_=sa.String(80), nullable=False
    )
    op.alter_column("author", "born", existing_type=sa.Date, type_=sa.DateTime)
    op.alter_column(
        "author",
        "kind",
        existing_type=sa.Enum("a", "b", "c"),
        type_=sa.Enum("a", "b", "c", "d"),
        server_default="c",
    )
    op.drop_constraint("book_author", "book", type_="foreignkey")
    op.create_foreign_key("book_author_2", "book", "author", ["author_id"], ["id"], ondelete="RESTRICT")
    op.create_table_comment("author", "people", existing_comment="authors")
    op.rename_table("parted", "divided")
    op.drop_index("book_prefix", "book")
    op.create_index("book_pages", "book", ["pages", "price"])
    op.drop_constraint("book_price", "book", type_="check")
    op.create_check_constraint("book_has_pages", "book", "pages > 0")
    op.drop_column("book", "next_page")
    op.create_table("join", sa.Column("a", sa.Integer), sa.Column("b", sa.Integer), sa.PrimaryKeyConstraint("a", "b"))


def down(op):
    op.drop_table("join")
    op.add_column("book", sa.Column("next_page", sa.Integer, sa.Computed("pages + 1", persisted=False)))
    op.drop_constraint("book_has_pages", "book", type_="check")
    op.create_check_constraint("book_price", "book", "price >= 0")
    op.drop_index("book_pages", "book")
    op.create_index("book_prefix", "book", ["title"], mysql_length={"title": 20})
    op.rename_table("divided", "parted")
    op.create_table_comment("author", "authors", existing_comment="people")
    op.drop_constraint("book_author_2", "book", type_="foreignkey")
    op.create_foreign_key(
        "book_author", "book", "author", ["author_id"], ["id"], ondelete="CASCADE", onupdate="SET NULL"
    )
    op.alter_column(
        "author",
        "kind",
        existing_type=sa.Enum("a", "b", "c", "d"),
        type_=sa.Enum("a", "b", "c"),
        server_default="b",
    )
    op.alter_column("author", "born", existing_type=sa.DateTime, type_=sa.Date)
    op.alter_column(
        "author", "full_name", existing_type=sa.String(80), new_column_name="name", type_=sa.String(50), nullable=False
    )
    op.drop_constraint("author_email", "author", type_="unique")
    op.drop_column("author", "email")


def differences(connection):
    options = {"compare_type": True, "compare_server_default": True}
    return compare_metadata(MigrationContext.configure(connection, opts=options), tables)


tables.create_all(engine)
book = sa.inspect(engine)
assert book.get_check_constraints("book") == [{"name": "book_price", "sqltext": "(`price` >= 0)"}], (
    book.get_check_constraints("book")
)
assert book.get_table_options("parted")["mysql_partition_by"] == "HASH (`id`) PARTITIONS 4"
with engine.begin() as c:
    c.execute(sa.text("INSERT INTO author (id, name, born) VALUES (1, 'ann', '1990-02-03')"))
    c.execute(sa.text("INSERT INTO book (author_id, title, price, pages) VALUES (1, 'one', 1.5, 10)"))
    assert differences(c) == [], differences(c)
    operations = Operations(MigrationContext.configure(c))
    for _ in range(2):
        up(operations)
        assert {d[0] for d in differences(c) if isinstance(d, tuple)} >= {"add_table", "remove_table", "add_fk"}
        row = c.execute(sa.text("SELECT full_name, CAST(born AS CHAR), kind FROM author")).one()
        assert tuple(row) == ("ann", "1990-02-03 00:00:00", "b"), row
        down(operations)
        assert differences(c) == [], differences(c)
    assert c.execute(sa.text("SELECT name, CAST(born AS CHAR) FROM author")).one() == ("ann", "1990-02-03")
    assert c.execute(sa.text("SELECT twice, next_page FROM book")).one()[1] == 11
tables.drop_all(engine)
assert sa.inspect(engine).get_table_names() == []
