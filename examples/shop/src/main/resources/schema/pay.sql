CREATE TABLE IF NOT EXISTS trade_pay (
    pay_id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL UNIQUE,
    user_id BIGINT NOT NULL,
    pay_amount BIGINT NOT NULL,
    is_paid BOOLEAN NOT NULL
);

CREATE TABLE IF NOT EXISTS trade_pay_log (
    pay_id BIGINT PRIMARY KEY,
    order_id BIGINT NOT NULL,
    pay_amount BIGINT NOT NULL,
    log_time BIGINT NOT NULL
);
