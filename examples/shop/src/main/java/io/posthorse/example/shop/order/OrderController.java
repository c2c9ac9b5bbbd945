package io.posthorse.example.shop.order;

import io.posthorse.example.shop.api.Code;
import io.posthorse.example.shop.api.Coupon;
import io.posthorse.example.shop.api.CouponService;
import io.posthorse.example.shop.api.Goods;
import io.posthorse.example.shop.api.GoodsService;
import io.posthorse.example.shop.api.Order;
import io.posthorse.example.shop.api.OrderRequest;
import io.posthorse.example.shop.api.User;
import io.posthorse.example.shop.api.UserService;
import java.util.Optional;
import org.apache.dubbo.config.annotation.DubboReference;
import org.apache.dubbo.rpc.RpcException;
import org.springframework.http.HttpStatus;
import org.springframework.http.ResponseEntity;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.PostMapping;
import org.springframework.web.bind.annotation.RequestBody;
import org.springframework.web.bind.annotation.RestController;

/** The HTTP interface of orders, and of the data of the other services. */
@RestController
public class OrderController {

    private final Placing placing;
    private final OrderMapper orders;

    @DubboReference
    private GoodsService goods;

    @DubboReference
    private CouponService coupons;

    @DubboReference
    private UserService users;

    OrderController(Placing placing, OrderMapper orders) {
        this.placing = placing;
        this.orders = orders;
    }

    /** Places an order: responds with 200 and the order's number, or with 409 and the reason. */
    @PostMapping("/orders")
    ResponseEntity<Placing.Placed> place(@RequestBody OrderRequest request) {
        Placing.Placed placed = placing.place(request);
        return ResponseEntity.status(placed.code() == Code.OK ? HttpStatus.OK : HttpStatus.CONFLICT).body(placed);
    }

    @GetMapping("/orders/{id}")
    ResponseEntity<Order> order(@PathVariable("id") long id) {
        return ResponseEntity.of(Optional.ofNullable(orders.find(id)));
    }

    @GetMapping("/goods/{id}")
    ResponseEntity<Goods> goods(@PathVariable("id") long id) {
        return ResponseEntity.of(Optional.ofNullable(goods.find(id)));
    }

    @GetMapping("/coupons/{id}")
    ResponseEntity<Coupon> coupon(@PathVariable("id") long id) {
        return ResponseEntity.of(Optional.ofNullable(coupons.find(id)));
    }

    @GetMapping("/users/{id}")
    ResponseEntity<User> user(@PathVariable("id") long id) {
        return ResponseEntity.of(Optional.ofNullable(users.find(id)));
    }

    @ExceptionHandler
    ResponseEntity<Code> unreachable(RpcException e) {
        return ResponseEntity.status(HttpStatus.SERVICE_UNAVAILABLE).body(Code.SERVICE_UNAVAILABLE);
    }
}
