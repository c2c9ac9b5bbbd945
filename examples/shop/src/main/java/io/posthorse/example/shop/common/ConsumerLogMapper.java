package io.posthorse.example.shop.common;

import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

/** The log of consumed messages. Its primary key is tag, key and group. */
@Mapper
public interface ConsumerLogMapper {

    /** The primary key of a row. */
    record Key(String msgTag, String msgKey, String groupName) {
    }

    /**
     * The processing state of a message.
     *
     * @param consumerStatus PROCESSING, SUCCESS or FAIL
     * @param consumerTimes the number of attempts begun
     * @param claimTime the start of the last attempt, in milliseconds since 1970
     */
    record Row(String consumerStatus, int consumerTimes, long claimTime) {
    }

    @Insert("INSERT INTO trade_mq_consumer_log"
            + " (msg_tag, msg_key, group_name, msg_id, msg_body, consumer_status, consumer_times, claim_time)"
            + " VALUES (#{key.msgTag}, #{key.msgKey}, #{key.groupName}, #{id}, #{body}, 'PROCESSING', 1, #{now})")
    void insert(@Param("key") Key key, @Param("id") String id, @Param("body") String body, @Param("now") long now);

    @Select("SELECT consumer_status, consumer_times, claim_time FROM trade_mq_consumer_log"
            + " WHERE msg_tag = #{msgTag} AND msg_key = #{msgKey} AND group_name = #{groupName}")
    Row find(Key key);

    /**
     * Begins another attempt by an optimistic update; returns 0 if another consumer has begun it or the message has the
     * status SUCCESS.
     */
    @Update("UPDATE trade_mq_consumer_log"
            + " SET consumer_status = 'PROCESSING', consumer_times = consumer_times + 1, claim_time = #{now}"
            + " WHERE msg_tag = #{key.msgTag} AND msg_key = #{key.msgKey} AND group_name = #{key.groupName}"
            + " AND consumer_times = #{seen} AND consumer_status <> 'SUCCESS'")
    int claim(@Param("key") Key key, @Param("seen") int seen, @Param("now") long now);

    /** Ends an attempt; returns 0 if a later one has begun. */
    @Update("UPDATE trade_mq_consumer_log SET consumer_status = #{status}"
            + " WHERE msg_tag = #{key.msgTag} AND msg_key = #{key.msgKey} AND group_name = #{key.groupName}"
            + " AND consumer_times = #{times} AND consumer_status = 'PROCESSING'")
    int end(@Param("key") Key key, @Param("times") int times, @Param("status") String status);
}
