CREATE TABLE IF NOT EXISTS users (
    id CHAR(36) PRIMARY KEY,
    name VARCHAR(100) NOT NULL UNIQUE,
    mail VARCHAR(200) NOT NULL,
    phone VARCHAR(40) NOT NULL
);

CREATE TABLE IF NOT EXISTS notices (
    user_id CHAR(36) NOT NULL,
    channel VARCHAR(10) NOT NULL,
    address VARCHAR(200) NOT NULL,
    PRIMARY KEY (user_id, channel)
);
