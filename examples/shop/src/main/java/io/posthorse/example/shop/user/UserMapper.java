package io.posthorse.example.shop.user;

import io.posthorse.example.shop.api.User;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

/** Balances and points, and the log of what each order took from a balance. */
@Mapper
public interface UserMapper {

    @Select("SELECT user_id, user_name, user_money, user_score FROM trade_user WHERE user_id = #{userId}")
    User find(long userId);

    /** Takes an amount in cents if the balance is sufficient. */
    @Update("UPDATE trade_user SET user_money = user_money - #{cents}"
            + " WHERE user_id = #{userId} AND user_money >= #{cents}")
    int take(@Param("userId") long userId, @Param("cents") long cents);

    @Update("UPDATE trade_user SET user_money = user_money + #{cents} WHERE user_id = #{userId}")
    int giveBack(@Param("userId") long userId, @Param("cents") long cents);

    @Update("UPDATE trade_user SET user_score = user_score + #{points} WHERE user_id = #{userId}")
    int addPoints(@Param("userId") long userId, @Param("points") long points);

    @Insert("INSERT INTO trade_user_money_log (order_id, user_id, use_money, state, create_time)"
            + " VALUES (#{orderId}, #{userId}, #{cents}, #{state}, #{now})")
    void log(@Param("orderId") long orderId, @Param("userId") long userId, @Param("cents") long cents,
            @Param("state") String state, @Param("now") long now);

    @Select("SELECT state FROM trade_user_money_log WHERE order_id = #{orderId}")
    String state(long orderId);

    /** Marks the money of an order as returned if the order has taken some. */
    @Update("UPDATE trade_user_money_log SET state = 'RETURNED', create_time = #{now}"
            + " WHERE order_id = #{orderId} AND state = 'TAKEN'")
    int markReturned(@Param("orderId") long orderId, @Param("now") long now);
}
