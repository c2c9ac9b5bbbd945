CREATE TABLE IF NOT EXISTS trade_coupon (
    coupon_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    coupon_price BIGINT NOT NULL,
    order_id BIGINT,
    used_time BIGINT
);

-- One row for each order with a coupon: TAKEN, or RETURNED, which also keeps a late order from using one.
CREATE TABLE IF NOT EXISTS trade_coupon_log (
    order_id BIGINT PRIMARY KEY,
    coupon_id BIGINT NOT NULL,
    state VARCHAR(10) NOT NULL,
    log_time BIGINT NOT NULL
);

INSERT INTO trade_coupon (coupon_id, user_id, coupon_price)
SELECT 1, 1, 2000 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM trade_coupon WHERE coupon_id = 1);
