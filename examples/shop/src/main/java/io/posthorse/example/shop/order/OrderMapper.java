package io.posthorse.example.shop.order;

import io.posthorse.example.shop.api.Order;
import java.util.List;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

/**
 * The orders. NEW becomes CONFIRMED or CANCELLING, CANCELLING becomes CANCELLED. Each change is an optimistic update
 * that names the previous status, so of two concurrent changes one succeeds and the other has no effect.
 */
@Mapper
public interface OrderMapper {

    String COLUMNS = "order_id, user_id, goods_id, goods_number, order_amount, shipping_fee, coupon_id, coupon_paid,"
            + " money_paid, pay_amount, address, order_status, pay_status, add_time";

    @Insert("INSERT INTO trade_order (" + COLUMNS + ") VALUES (#{orderId}, #{userId}, #{goodsId}, #{goodsNumber},"
            + " #{orderAmount}, #{shippingFee}, #{couponId}, #{couponPaid}, #{moneyPaid}, #{payAmount}, #{address},"
            + " #{orderStatus}, #{payStatus}, #{addTime})")
    void insert(Order order);

    @Select("SELECT " + COLUMNS + " FROM trade_order WHERE order_id = #{orderId}")
    Order find(long orderId);

    /** Confirms an order. If nothing is left to pay, it is also marked as paid. */
    @Update("UPDATE trade_order SET order_status = 'CONFIRMED',"
            + " pay_status = CASE WHEN pay_amount = 0 THEN 'PAID' ELSE pay_status END"
            + " WHERE order_id = #{orderId} AND order_status = 'NEW'")
    int confirm(long orderId);

    @Update("UPDATE trade_order SET order_status = 'CANCELLING' WHERE order_id = #{orderId} AND order_status = 'NEW'")
    int beginCancel(long orderId);

    @Update("UPDATE trade_order SET order_status = 'CANCELLED'"
            + " WHERE order_id = #{orderId} AND order_status = 'CANCELLING'")
    int endCancel(long orderId);

    @Update("UPDATE trade_order SET pay_status = 'PAID'"
            + " WHERE order_id = #{orderId} AND order_status = 'CONFIRMED' AND pay_status = 'UNPAID'")
    int markPaid(long orderId);

    /** Returns orders begun before the given time that are neither confirmed nor cancelled. */
    @Select("SELECT " + COLUMNS + " FROM trade_order WHERE order_status = 'NEW' AND add_time < #{before}"
            + " ORDER BY order_id LIMIT #{limit}")
    List<Order> leftBehind(@Param("before") long before, @Param("limit") int limit);
}
