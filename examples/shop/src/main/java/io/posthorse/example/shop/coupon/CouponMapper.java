package io.posthorse.example.shop.coupon;

import io.posthorse.example.shop.api.Coupon;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

/** Coupons, and the log of the orders that used them. */
@Mapper
public interface CouponMapper {

    @Select("SELECT coupon_id, user_id, coupon_price, order_id FROM trade_coupon WHERE coupon_id = #{couponId}")
    Coupon find(long couponId);

    /** Uses a coupon if it belongs to the user and is unused. */
    @Update("UPDATE trade_coupon SET order_id = #{orderId}, used_time = #{now}"
            + " WHERE coupon_id = #{couponId} AND user_id = #{userId} AND order_id IS NULL")
    int use(@Param("couponId") long couponId, @Param("userId") long userId, @Param("orderId") long orderId,
            @Param("now") long now);

    @Update("UPDATE trade_coupon SET order_id = NULL, used_time = NULL"
            + " WHERE coupon_id = #{couponId} AND order_id = #{orderId}")
    int free(@Param("couponId") long couponId, @Param("orderId") long orderId);

    @Insert("INSERT INTO trade_coupon_log (order_id, coupon_id, state, log_time)"
            + " VALUES (#{orderId}, #{couponId}, #{state}, #{now})")
    void log(@Param("orderId") long orderId, @Param("couponId") Long couponId, @Param("state") String state,
            @Param("now") long now);

    @Select("SELECT state FROM trade_coupon_log WHERE order_id = #{orderId}")
    String state(long orderId);

    /** Marks the coupon of an order as returned if the order has used one. */
    @Update("UPDATE trade_coupon_log SET state = 'RETURNED', log_time = #{now}"
            + " WHERE order_id = #{orderId} AND state = 'TAKEN'")
    int markReturned(@Param("orderId") long orderId, @Param("now") long now);
}
