-- The order database that the shipped flows work on, for SQLite. Every statement can be run again on a database that has
-- the tables already: it then does nothing.
--
-- Times are text in RFC 3339 with an offset, such as 2026-05-01T10:00:00+08:00, so that they name an instant whoever
-- reads them. (Flows also read 2026-05-01 10:00:00, as a time in the flow's time zone.) Money is a decimal number as text,
-- in yuan. Order ids are text: no platform's id is ever a number that could be rounded.

CREATE TABLE IF NOT EXISTS orders (
  order_id        TEXT PRIMARY KEY,
  source          TEXT NOT NULL,                   -- the platform it was placed on: douyin, pinduoduo, wechat, ...
  channel         TEXT,                            -- the shop or account on that platform
  status          TEXT NOT NULL,                   -- pending_payment, paid, pending_shipment, shipped, delivered, completed, refunded, cancelled
  total_price     TEXT NOT NULL DEFAULT '0',
  receiver_name   TEXT,
  receiver_phone  TEXT,
  receiver_address TEXT,
  logistics_no    TEXT,                            -- the parcel's number, NULL before it is shipped
  carrier         TEXT,
  sync_source     TEXT,                            -- what wrote the status last: douyin_push, douyin_api_pull, ...
  last_sync_time  TEXT,                            -- when the status was last heard of from the platform; NULL is never
  created_at      TEXT NOT NULL,
  pay_time        TEXT,                            -- NULL before it is paid
  transaction_id  TEXT,                            -- the payment's id at whoever took the money
  is_backfill     INTEGER NOT NULL DEFAULT 0,      -- 1: found missing later and filled in
  backfill_reason TEXT
);

-- What is asked for: orders not heard of for some time, and orders in the order in which they were placed.
CREATE INDEX IF NOT EXISTS orders_by_sync ON orders (status, last_sync_time);
CREATE INDEX IF NOT EXISTS orders_by_time ON orders (source, created_at);

CREATE TABLE IF NOT EXISTS order_items (
  order_id TEXT NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
  line     INTEGER NOT NULL,                       -- from 1, in the platform's order
  sku      TEXT NOT NULL,
  name     TEXT,
  quantity INTEGER NOT NULL,
  price    TEXT NOT NULL DEFAULT '0',              -- of one
  PRIMARY KEY (order_id, line)
);

-- What an order holds elsewhere until it is shipped, and gives back when it is cancelled.
CREATE TABLE IF NOT EXISTS order_holds (
  order_id TEXT NOT NULL REFERENCES orders (order_id) ON DELETE CASCADE,
  kind     TEXT NOT NULL,                          -- stock: a reservation at the warehouse; coupon: one that it used up
  ref      TEXT NOT NULL,                          -- the id there
  PRIMARY KEY (order_id, kind, ref)
);

-- When the timeout sweep last looked at an order, so that orders that stay pending keep no others waiting.
CREATE TABLE IF NOT EXISTS timeout_checks (
  order_id   TEXT PRIMARY KEY REFERENCES orders (order_id) ON DELETE CASCADE,
  checked_at TEXT NOT NULL
);

-- When the status sweep last had Douyin asked about an order, so that orders that stay undelivered keep no others waiting
-- and are asked about ever more rarely.
CREATE TABLE IF NOT EXISTS status_checks (
  order_id   TEXT PRIMARY KEY REFERENCES orders (order_id) ON DELETE CASCADE,
  checked_at TEXT NOT NULL
);

-- Return requests as they were routed last. What is not an order of ours is here too.
CREATE TABLE IF NOT EXISTS returns (
  return_id TEXT PRIMARY KEY,
  order_id  TEXT NOT NULL,
  colour    TEXT NOT NULL,                         -- green, amber, red
  reason    TEXT NOT NULL,                         -- why: the rule that decided
  person    INTEGER NOT NULL DEFAULT 0,            -- 1: no rule fits, a person decides
  team      TEXT NOT NULL,                         -- quality, service, warehouse
  ticket_id TEXT,                                  -- of the weight's review, where there is one
  routed_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS returns_by_order ON returns (order_id);
CREATE INDEX IF NOT EXISTS returns_by_team ON returns (team, colour, routed_at);

-- What comes back with an approved return.
CREATE TABLE IF NOT EXISTS return_items (
  return_id TEXT NOT NULL REFERENCES returns (return_id) ON DELETE CASCADE,
  sku       TEXT NOT NULL,
  quantity  INTEGER NOT NULL,
  PRIMARY KEY (return_id, sku)
);

-- What is owed to customers for approved returns.
CREATE TABLE IF NOT EXISTS payables (
  return_id TEXT PRIMARY KEY REFERENCES returns (return_id) ON DELETE CASCADE,
  order_id  TEXT NOT NULL REFERENCES orders (order_id),
  amount    TEXT NOT NULL,
  status    TEXT NOT NULL,                         -- open: to be paid; in_review: first the weight is looked into
  ticket_id TEXT,
  booked_at TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS payables_by_order ON payables (order_id);

-- The instants of orders and of the sweeps' looks at them, in seconds since 1970, whatever zone they were written in; NULL
-- where nobody can read them. One without a zone counts as UTC, with its _local 1: who reads it knows the zone.
CREATE VIEW IF NOT EXISTS order_instants AS SELECT o.order_id,
  unixepoch(o.created_at) AS placed, NOT (o.created_at GLOB '*[Zz]' OR o.created_at GLOB '*[+-][0-9][0-9]:[0-9][0-9]') AS placed_local,
  CASE WHEN o.last_sync_time GLOB '*[^0-9]*' THEN unixepoch(o.last_sync_time) WHEN length(o.last_sync_time) = 10 THEN CAST(o.last_sync_time AS INTEGER)
    WHEN length(o.last_sync_time) = 13 THEN CAST(o.last_sync_time AS INTEGER) / 1000 END AS synced,
  o.last_sync_time GLOB '*[^0-9]*' AND NOT (o.last_sync_time GLOB '*[Zz]' OR o.last_sync_time GLOB '*[+-][0-9][0-9]:[0-9][0-9]') AS synced_local,
  unixepoch(s.checked_at) AS status_checked
  FROM orders o LEFT JOIN status_checks s ON s.order_id = o.order_id;

-- What was bought with an order, what came back of it and what is owed for that: lists in JSON.
CREATE VIEW IF NOT EXISTS order_bought AS SELECT order_id,
  json_group_array(json_object('sku', sku, 'quantity', quantity, 'price', price)) AS items FROM order_items GROUP BY order_id;
CREATE VIEW IF NOT EXISTS order_back AS SELECT r.order_id,
  json_group_array(json_object('return_id', i.return_id, 'sku', i.sku, 'quantity', i.quantity)) AS items
  FROM return_items i JOIN returns r ON r.return_id = i.return_id GROUP BY r.order_id;
CREATE VIEW IF NOT EXISTS order_owed AS SELECT order_id,
  json_group_array(json_object('return_id', return_id, 'amount', amount)) AS items FROM payables GROUP BY order_id;
