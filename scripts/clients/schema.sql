CREATE DATABASE shop;
USE shop;
CREATE TABLE customers (
  id INT UNSIGNED NOT NULL AUTO_INCREMENT,
  name VARCHAR(40) NOT NULL DEFAULT '',
  joined DATE DEFAULT NULL,
  photo BLOB,
  PRIMARY KEY (id),
  UNIQUE KEY by_name (name)
) COMMENT='who buys';
CREATE TABLE orders (
  customer INT UNSIGNED NOT NULL,
  line SMALLINT NOT NULL,
  total DECIMAL(12,2) NOT NULL DEFAULT '0.00',
  placed DATETIME(3) DEFAULT NULL,
  changed TIMESTAMP NULL DEFAULT CURRENT_TIMESTAMP ON UPDATE CURRENT_TIMESTAMP,
  state ENUM('new','paid','sent') NOT NULL DEFAULT 'new',
  note TEXT,
  PRIMARY KEY (customer, line),
  KEY by_time (placed, state)
);
INSERT INTO customers VALUES (1, 'O''Hara \\ Söhne', '2024-02-29', x'00ff2742'), (7, '日本 🎉', NULL, NULL);
INSERT INTO orders VALUES
  (1, 1, 12.50, '2024-03-01 10:11:12.345', '2024-03-01 00:00:00', 'paid', 'line one\nline two'),
  (1, 2, -0.01, NULL, NULL, 'new', NULL),
  (7, 1, 9999999999.99, '1999-12-31 23:59:59.999', '2024-03-01 00:00:00', 'sent', '');
