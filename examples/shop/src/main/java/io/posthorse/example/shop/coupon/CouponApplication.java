package io.posthorse.example.shop.coupon;

import io.posthorse.example.shop.common.ShopService;
import org.apache.dubbo.config.spring.context.annotation.EnableDubbo;
import org.mybatis.spring.annotation.MapperScan;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the coupon service. */
@SpringBootApplication(scanBasePackages = {"io.posthorse.example.shop.common", "io.posthorse.example.shop.coupon"})
@MapperScan(basePackages = {"io.posthorse.example.shop.common", "io.posthorse.example.shop.coupon"},
        annotationClass = org.apache.ibatis.annotations.Mapper.class)
@EnableDubbo(scanBasePackages = "io.posthorse.example.shop.coupon")
@EnableScheduling
public class CouponApplication {

    public static void main(String[] arguments) {
        ShopService.start("coupon", CouponApplication.class, arguments);
    }
}
