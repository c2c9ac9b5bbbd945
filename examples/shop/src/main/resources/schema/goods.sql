CREATE TABLE IF NOT EXISTS trade_goods (
    goods_id BIGINT PRIMARY KEY,
    goods_name VARCHAR(100) NOT NULL,
    goods_number INT NOT NULL CHECK (goods_number >= 0),
    goods_price BIGINT NOT NULL
);

-- One row for each order: TAKEN, or RETURNED, which also keeps a late order from taking anything.
CREATE TABLE IF NOT EXISTS trade_goods_number_log (
    order_id BIGINT PRIMARY KEY,
    goods_id BIGINT NOT NULL,
    goods_number INT NOT NULL,
    state VARCHAR(10) NOT NULL,
    log_time BIGINT NOT NULL
);

INSERT INTO trade_goods (goods_id, goods_name, goods_number, goods_price)
SELECT 1, 'phone', 1000, 500000 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM trade_goods WHERE goods_id = 1);
INSERT INTO trade_goods (goods_id, goods_name, goods_number, goods_price)
SELECT 2, 'book', 100, 5000 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM trade_goods WHERE goods_id = 2);
