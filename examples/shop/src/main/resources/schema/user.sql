CREATE TABLE IF NOT EXISTS trade_user (
    user_id BIGINT PRIMARY KEY,
    user_name VARCHAR(100) NOT NULL,
    user_money BIGINT NOT NULL CHECK (user_money >= 0),
    user_score BIGINT NOT NULL
);

-- One row for each order with money from the balance: TAKEN, or RETURNED, which also keeps a late order from taking any.
CREATE TABLE IF NOT EXISTS trade_user_money_log (
    order_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    use_money BIGINT NOT NULL,
    state VARCHAR(10) NOT NULL,
    create_time BIGINT NOT NULL
);

INSERT INTO trade_user (user_id, user_name, user_money, user_score)
SELECT 1, 'ann', 100000, 0 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM trade_user WHERE user_id = 1);
