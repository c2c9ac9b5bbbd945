package io.posthorse.example.shop.common;

import java.util.List;
import org.apache.ibatis.annotations.Delete;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;

/** The table of messages not yet confirmed by the broker. */
@Mapper
public interface OutboxMapper {

    /** A message to send; {@code createTime} is in milliseconds since 1970. */
    record Row(long id, String msgTopic, String msgTag, String msgKey, String msgBody, long createTime) {
    }

    @Insert("INSERT INTO trade_mq_producer_temp (id, msg_topic, msg_tag, msg_key, msg_body, create_time)"
            + " VALUES (#{id}, #{msgTopic}, #{msgTag}, #{msgKey}, #{msgBody}, #{createTime})")
    void insert(Row row);

    @Delete("DELETE FROM trade_mq_producer_temp WHERE id = #{id}")
    void delete(long id);

    @Select("SELECT id, msg_topic, msg_tag, msg_key, msg_body, create_time FROM trade_mq_producer_temp"
            + " WHERE create_time < #{before} ORDER BY id LIMIT #{limit}")
    List<Row> olderThan(@Param("before") long before, @Param("limit") int limit);
}
