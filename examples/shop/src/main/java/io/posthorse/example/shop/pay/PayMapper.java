package io.posthorse.example.shop.pay;

import io.posthorse.example.shop.api.Messages.Paid;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

/** Payments, at most one for each order, and their log. */
@Mapper
public interface PayMapper {

    /** A payment; {@code payAmount} is in cents. */
    record Payment(long payId, long orderId, long userId, long payAmount, boolean isPaid) {
    }

    String SELECT = "SELECT pay_id, order_id, user_id, pay_amount, is_paid FROM trade_pay";

    @Insert("INSERT INTO trade_pay (pay_id, order_id, user_id, pay_amount, is_paid)"
            + " VALUES (#{payId}, #{orderId}, #{userId}, #{payAmount}, #{isPaid})")
    void insert(Payment payment);

    @Select(SELECT + " WHERE pay_id = #{payId}")
    Payment find(long payId);

    @Select(SELECT + " WHERE order_id = #{orderId}")
    Payment ofOrder(long orderId);

    @Update("UPDATE trade_pay SET is_paid = TRUE WHERE pay_id = #{payId} AND is_paid = FALSE")
    int markPaid(long payId);

    @Insert("INSERT INTO trade_pay_log (pay_id, order_id, pay_amount, log_time)"
            + " VALUES (#{paid.payId}, #{paid.orderId}, #{paid.payAmount}, #{now})")
    void log(@Param("paid") Paid paid, @Param("now") long now);
}
