package io.posthorse.example.shop.order;

import io.posthorse.example.shop.common.ShopService;
import org.apache.dubbo.config.spring.context.annotation.EnableDubbo;
import org.mybatis.spring.annotation.MapperScan;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the order service. */
@SpringBootApplication(scanBasePackages = {"io.posthorse.example.shop.common", "io.posthorse.example.shop.order"})
@MapperScan(basePackages = {"io.posthorse.example.shop.common", "io.posthorse.example.shop.order"},
        annotationClass = org.apache.ibatis.annotations.Mapper.class)
@EnableDubbo(scanBasePackages = "io.posthorse.example.shop.order")
@EnableScheduling
public class OrderApplication {

    public static void main(String[] arguments) {
        ShopService.start("order", OrderApplication.class, arguments);
    }
}
