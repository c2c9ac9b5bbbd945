package io.posthorse.example.shop.order;

import io.posthorse.example.shop.api.Order;
import io.posthorse.example.shop.api.OrderService;
import org.apache.dubbo.config.annotation.DubboService;

/** The queries on orders for other services. */
@DubboService
public class Orders implements OrderService {

    private final OrderMapper orders;

    Orders(OrderMapper orders) {
        this.orders = orders;
    }

    @Override
    public Order find(long orderId) {
        return orders.find(orderId);
    }
}
