package io.posthorse.example.shop.pay;

import io.posthorse.example.shop.common.ShopService;
import org.apache.dubbo.config.spring.context.annotation.EnableDubbo;
import org.mybatis.spring.annotation.MapperScan;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the pay service. */
@SpringBootApplication(scanBasePackages = {"io.posthorse.example.shop.common", "io.posthorse.example.shop.pay"})
@MapperScan(basePackages = {"io.posthorse.example.shop.common", "io.posthorse.example.shop.pay"},
        annotationClass = org.apache.ibatis.annotations.Mapper.class)
@EnableDubbo(scanBasePackages = "io.posthorse.example.shop.pay")
@EnableScheduling
public class PayApplication {

    public static void main(String[] arguments) {
        ShopService.start("pay", PayApplication.class, arguments);
    }
}
