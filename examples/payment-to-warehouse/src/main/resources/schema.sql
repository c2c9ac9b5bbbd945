CREATE TABLE IF NOT EXISTS payment_info (
    order_id VARCHAR(40) PRIMARY KEY,
    result VARCHAR(10) NOT NULL,
    stored_at BIGINT NOT NULL,
    told BOOLEAN NOT NULL
);

CREATE TABLE IF NOT EXISTS order_info (
    id VARCHAR(40) PRIMARY KEY,
    sku VARCHAR(40) NOT NULL,
    item_count INT NOT NULL,
    process_status VARCHAR(20) NOT NULL
);

CREATE TABLE IF NOT EXISTS ware_sku (
    sku VARCHAR(40) PRIMARY KEY,
    stock INT NOT NULL CHECK (stock >= 0)
);

CREATE TABLE IF NOT EXISTS ware_order (
    order_id VARCHAR(40) PRIMARY KEY,
    result VARCHAR(20) NOT NULL
);

INSERT INTO ware_sku (sku, stock) SELECT 'horse', 100 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM ware_sku WHERE sku = 'horse');
INSERT INTO ware_sku (sku, stock) SELECT 'saddle', 1 FROM DUAL WHERE NOT EXISTS (SELECT 1 FROM ware_sku WHERE sku = 'saddle');
