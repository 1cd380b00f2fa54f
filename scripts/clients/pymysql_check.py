"""PyMySQL against the server on 127.0.0.1:<argument>: types, parameters, transactions, errors."""
import datetime
import decimal
import sys

import pymysql

db = pymysql.connect(host="127.0.0.1", port=int(sys.argv[1]), user="root", database="test")
with db.cursor() as c:
    c.execute("CREATE TABLE py (id INT PRIMARY KEY, d DECIMAL(10,2), t DATETIME(6), s VARCHAR(20), b BLOB)")
    row = (1, decimal.Decimal("-1.50"), datetime.datetime(2024, 2, 29, 1, 2, 3, 456), "it's 🎉", b"\x00\xff'")
    assert c.execute("INSERT INTO py VALUES (%s, %s, %s, %s, %s)", row) == 1
    c.execute("SELECT * FROM py")
    assert c.fetchall() == (row,)
    db.rollback()
    c.execute("SELECT COUNT(*) FROM py")
    assert c.fetchone() == (0,)
    c.executemany("INSERT INTO py (id, s) VALUES (%s, %s)", [(i, str(i)) for i in range(1000)])
    db.commit()
    try:
        c.execute("INSERT INTO py (id) VALUES (5)")
        raise AssertionError("a duplicate was taken")
    except pymysql.err.IntegrityError as e:
        assert e.args[0] == 1062, e
with db.cursor(pymysql.cursors.SSCursor) as c:
    c.execute("SELECT id FROM py ORDER BY id")
    assert [r[0] for r in c] == list(range(1000))
db.close()
