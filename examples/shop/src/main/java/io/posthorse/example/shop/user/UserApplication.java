package io.posthorse.example.shop.user;

import io.posthorse.example.shop.common.ShopService;
import org.apache.dubbo.config.spring.context.annotation.EnableDubbo;
import org.mybatis.spring.annotation.MapperScan;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the user service. */
@SpringBootApplication(scanBasePackages = {"io.posthorse.example.shop.common", "io.posthorse.example.shop.user"})
@MapperScan(basePackages = {"io.posthorse.example.shop.common", "io.posthorse.example.shop.user"},
        annotationClass = org.apache.ibatis.annotations.Mapper.class)
@EnableDubbo(scanBasePackages = "io.posthorse.example.shop.user")
@EnableScheduling
public class UserApplication {

    public static void main(String[] arguments) {
        ShopService.start("user", UserApplication.class, arguments);
    }
}
