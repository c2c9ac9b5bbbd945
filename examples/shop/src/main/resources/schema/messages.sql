-- Messages that the broker has not confirmed yet.
CREATE TABLE IF NOT EXISTS trade_mq_producer_temp (
    id BIGINT PRIMARY KEY,
    msg_topic VARCHAR(100) NOT NULL,
    msg_tag VARCHAR(100) NOT NULL,
    msg_key VARCHAR(100) NOT NULL,
    msg_body VARCHAR(2000) NOT NULL,
    create_time BIGINT NOT NULL
);

-- Messages that were taken up: PROCESSING, SUCCESS or FAIL.
CREATE TABLE IF NOT EXISTS trade_mq_consumer_log (
    msg_tag VARCHAR(100) NOT NULL,
    msg_key VARCHAR(100) NOT NULL,
    group_name VARCHAR(100) NOT NULL,
    msg_id VARCHAR(64) NOT NULL,
    msg_body VARCHAR(2000) NOT NULL,
    consumer_status VARCHAR(10) NOT NULL,
    consumer_times INT NOT NULL,
    claim_time BIGINT NOT NULL,
    PRIMARY KEY (msg_tag, msg_key, group_name)
);
