-- The order database that the shipped flows work on, for MySQL and MariaDB. Every statement can be run again on a database that has
-- the tables already: it then does nothing.
--
-- Times are text in RFC 3339 with an offset, such as 2026-05-01T10:00:00+08:00, so that they name an instant whoever
-- reads them. (Flows also read 2026-05-01 10:00:00, as a time in the flow's time zone.) Money is a decimal number as text,
-- in yuan. Order ids are text: no platform's id is ever a number that could be rounded.

CREATE TABLE IF NOT EXISTS orders (
  order_id        VARCHAR(64) PRIMARY KEY,
  source          VARCHAR(64) NOT NULL,                   -- the platform it was placed on: douyin, pinduoduo, wechat, ...
  channel         VARCHAR(64),                            -- the shop or account on that platform
  status          VARCHAR(64) NOT NULL,                   -- pending_payment, paid, pending_shipment, shipped, delivered, completed, refunded, cancelled
  total_price     VARCHAR(64) NOT NULL DEFAULT '0',
  receiver_name   TEXT,
  receiver_phone  TEXT,
  receiver_address TEXT,
  logistics_no    TEXT,                            -- the parcel's number, NULL before it is shipped
  carrier         TEXT,
  sync_source     TEXT,                            -- what wrote the status last: douyin_push, douyin_api_pull, ...
  last_sync_time  VARCHAR(64),                            -- when the status was last heard of from the platform; NULL is never
  created_at      VARCHAR(64) NOT NULL,
  pay_time        TEXT,                            -- NULL before it is paid
  transaction_id  TEXT,                            -- the payment's id at whoever took the money
  is_backfill     INTEGER NOT NULL DEFAULT 0,      -- 1: found missing later and filled in
  backfill_reason TEXT,
  INDEX orders_by_sync (status, last_sync_time),
  INDEX orders_by_time (source, created_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;


CREATE TABLE IF NOT EXISTS order_items (
  order_id VARCHAR(64) NOT NULL,
  line     INTEGER NOT NULL,                       -- from 1, in the platform's order
  sku      VARCHAR(64) NOT NULL,
  name     TEXT,
  quantity INTEGER NOT NULL,
  price    VARCHAR(64) NOT NULL DEFAULT '0',              -- of one
  PRIMARY KEY (order_id, line),
  FOREIGN KEY (order_id) REFERENCES orders (order_id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What an order holds elsewhere until it is shipped, and gives back when it is cancelled.
CREATE TABLE IF NOT EXISTS order_holds (
  order_id VARCHAR(64) NOT NULL,
  kind     VARCHAR(64) NOT NULL,                          -- stock: a reservation at the warehouse; coupon: one that it used up
  ref      VARCHAR(191) NOT NULL,                          -- the id there
  PRIMARY KEY (order_id, kind, ref),
  FOREIGN KEY (order_id) REFERENCES orders (order_id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- When the timeout sweep last looked at an order, so that orders that stay pending keep no others waiting.
CREATE TABLE IF NOT EXISTS timeout_checks (
  order_id   VARCHAR(64) PRIMARY KEY,
  checked_at TEXT NOT NULL,
  FOREIGN KEY (order_id) REFERENCES orders (order_id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- When the status sweep last had Douyin asked about an order, so that orders that stay undelivered keep no others waiting
-- and are asked about ever more rarely.
CREATE TABLE IF NOT EXISTS status_checks (
  order_id   VARCHAR(64) PRIMARY KEY,
  checked_at TEXT NOT NULL,
  FOREIGN KEY (order_id) REFERENCES orders (order_id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Return requests as they were routed last. What is not an order of ours is here too.
CREATE TABLE IF NOT EXISTS returns (
  return_id VARCHAR(64) PRIMARY KEY,
  order_id  VARCHAR(64) NOT NULL,
  colour    VARCHAR(64) NOT NULL,                         -- green, amber, red
  reason    TEXT NOT NULL,                         -- why: the rule that decided
  person    INTEGER NOT NULL DEFAULT 0,            -- 1: no rule fits, a person decides
  team      VARCHAR(64) NOT NULL,                         -- quality, service, warehouse
  ticket_id TEXT,                                  -- of the weight's review, where there is one
  routed_at VARCHAR(64) NOT NULL,
  INDEX returns_by_order (order_id),
  INDEX returns_by_team (team, colour, routed_at)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What comes back with an approved return.
CREATE TABLE IF NOT EXISTS return_items (
  return_id VARCHAR(64) NOT NULL,
  sku       VARCHAR(64) NOT NULL,
  quantity  INTEGER NOT NULL,
  PRIMARY KEY (return_id, sku),
  FOREIGN KEY (return_id) REFERENCES returns (return_id) ON DELETE CASCADE
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- What is owed to customers for approved returns.
CREATE TABLE IF NOT EXISTS payables (
  return_id VARCHAR(64) PRIMARY KEY,
  order_id  VARCHAR(64) NOT NULL,
  amount    TEXT NOT NULL,
  status    VARCHAR(64) NOT NULL,                         -- open: to be paid; in_review: first the weight is looked into
  ticket_id TEXT,
  booked_at TEXT NOT NULL,
  INDEX payables_by_order (order_id),
  FOREIGN KEY (return_id) REFERENCES returns (return_id) ON DELETE CASCADE,
  FOREIGN KEY (order_id) REFERENCES orders (order_id)
) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- The instants of orders and of the sweeps' looks at them, in seconds since 1970, whatever zone they were written in; NULL
-- where nobody can read them. One without a zone counts as UTC, with its _local 1: who reads it knows the zone.
CREATE OR REPLACE VIEW order_instants AS SELECT o.order_id,
  TIMESTAMPDIFF(SECOND, '1970-01-01', CONVERT_TZ(STR_TO_DATE(REPLACE(LEFT(o.created_at, 19), 'T', ' '), '%Y-%m-%d %H:%i:%s'), CASE WHEN o.created_at REGEXP '[+-][0-9][0-9]:[0-9][0-9]$' THEN RIGHT(o.created_at, 6) ELSE '+00:00' END, '+00:00')) AS placed,
  CASE WHEN o.created_at REGEXP '([Zz]|[+-][0-9][0-9]:[0-9][0-9])$' THEN 0 ELSE 1 END AS placed_local,
  CASE WHEN o.last_sync_time REGEXP '[^0-9]' THEN TIMESTAMPDIFF(SECOND, '1970-01-01', CONVERT_TZ(STR_TO_DATE(REPLACE(LEFT(o.last_sync_time, 19), 'T', ' '), '%Y-%m-%d %H:%i:%s'), CASE WHEN o.last_sync_time REGEXP '[+-][0-9][0-9]:[0-9][0-9]$' THEN RIGHT(o.last_sync_time, 6) ELSE '+00:00' END, '+00:00'))
    WHEN LENGTH(o.last_sync_time) = 10 THEN CAST(o.last_sync_time AS SIGNED) WHEN LENGTH(o.last_sync_time) = 13 THEN CAST(o.last_sync_time AS SIGNED) DIV 1000 END AS synced,
  CASE WHEN o.last_sync_time NOT REGEXP '[^0-9]' OR o.last_sync_time REGEXP '([Zz]|[+-][0-9][0-9]:[0-9][0-9])$' THEN 0 ELSE 1 END AS synced_local,
  TIMESTAMPDIFF(SECOND, '1970-01-01', CONVERT_TZ(STR_TO_DATE(REPLACE(LEFT(s.checked_at, 19), 'T', ' '), '%Y-%m-%d %H:%i:%s'), CASE WHEN s.checked_at REGEXP '[+-][0-9][0-9]:[0-9][0-9]$' THEN RIGHT(s.checked_at, 6) ELSE '+00:00' END, '+00:00')) AS status_checked
  FROM orders o LEFT JOIN status_checks s ON s.order_id = o.order_id;

-- What was bought with an order, what came back of it and what is owed for that: lists in JSON.
CREATE OR REPLACE VIEW order_bought AS SELECT order_id,
  CAST(JSON_ARRAYAGG(JSON_OBJECT('sku', sku, 'quantity', quantity, 'price', price)) AS CHAR) AS items FROM order_items GROUP BY order_id;
CREATE OR REPLACE VIEW order_back AS SELECT r.order_id,
  CAST(JSON_ARRAYAGG(JSON_OBJECT('return_id', i.return_id, 'sku', i.sku, 'quantity', i.quantity)) AS CHAR) AS items
  FROM return_items i JOIN returns r ON r.return_id = i.return_id GROUP BY r.order_id;
CREATE OR REPLACE VIEW order_owed AS SELECT order_id,
  CAST(JSON_ARRAYAGG(JSON_OBJECT('return_id', return_id, 'amount', amount)) AS CHAR) AS items FROM payables GROUP BY order_id;
