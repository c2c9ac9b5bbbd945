CREATE TABLE IF NOT EXISTS trade_order (
    order_id BIGINT PRIMARY KEY,
    user_id BIGINT NOT NULL,
    goods_id BIGINT NOT NULL,
    goods_number INT NOT NULL,
    order_amount BIGINT NOT NULL,
    shipping_fee BIGINT NOT NULL,
    coupon_id BIGINT,
    coupon_paid BIGINT NOT NULL,
    money_paid BIGINT NOT NULL,
    pay_amount BIGINT NOT NULL,
    address VARCHAR(300),
    order_status VARCHAR(10) NOT NULL,
    pay_status VARCHAR(10) NOT NULL,
    add_time BIGINT NOT NULL
);
