package io.posthorse.example.shop.goods;

import io.posthorse.example.shop.common.ShopService;
import org.apache.dubbo.config.spring.context.annotation.EnableDubbo;
import org.mybatis.spring.annotation.MapperScan;
import org.springframework.boot.autoconfigure.SpringBootApplication;
import org.springframework.scheduling.annotation.EnableScheduling;

/** Starts the goods service. */
@SpringBootApplication(scanBasePackages = {"io.posthorse.example.shop.common", "io.posthorse.example.shop.goods"})
@MapperScan(basePackages = {"io.posthorse.example.shop.common", "io.posthorse.example.shop.goods"},
        annotationClass = org.apache.ibatis.annotations.Mapper.class)
@EnableDubbo(scanBasePackages = "io.posthorse.example.shop.goods")
@EnableScheduling
public class GoodsApplication {

    public static void main(String[] arguments) {
        ShopService.start("goods", GoodsApplication.class, arguments);
    }
}
