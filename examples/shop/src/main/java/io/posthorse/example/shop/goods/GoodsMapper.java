package io.posthorse.example.shop.goods;

import io.posthorse.example.shop.api.Goods;
import org.apache.ibatis.annotations.Insert;
import org.apache.ibatis.annotations.Mapper;
import org.apache.ibatis.annotations.Param;
import org.apache.ibatis.annotations.Select;
import org.apache.ibatis.annotations.Update;

/** The stock, and the log of what each order took from it. */
@Mapper
public interface GoodsMapper {

    @Select("SELECT goods_id, goods_name, goods_number, goods_price FROM trade_goods WHERE goods_id = #{goodsId}")
    Goods find(long goodsId);

    /** Takes goods if there are enough in stock. */
    @Update("UPDATE trade_goods SET goods_number = goods_number - #{number}"
            + " WHERE goods_id = #{goodsId} AND goods_number >= #{number}")
    int take(@Param("goodsId") long goodsId, @Param("number") int number);

    @Update("UPDATE trade_goods SET goods_number = goods_number + #{number} WHERE goods_id = #{goodsId}")
    int giveBack(@Param("goodsId") long goodsId, @Param("number") int number);

    @Insert("INSERT INTO trade_goods_number_log (order_id, goods_id, goods_number, state, log_time)"
            + " VALUES (#{orderId}, #{goodsId}, #{number}, #{state}, #{now})")
    void log(@Param("orderId") long orderId, @Param("goodsId") long goodsId, @Param("number") int number,
            @Param("state") String state, @Param("now") long now);

    @Select("SELECT state FROM trade_goods_number_log WHERE order_id = #{orderId}")
    String state(long orderId);

    /** Marks the goods of an order as returned if the order has taken some. */
    @Update("UPDATE trade_goods_number_log SET state = 'RETURNED', log_time = #{now}"
            + " WHERE order_id = #{orderId} AND state = 'TAKEN'")
    int markReturned(@Param("orderId") long orderId, @Param("now") long now);
}
