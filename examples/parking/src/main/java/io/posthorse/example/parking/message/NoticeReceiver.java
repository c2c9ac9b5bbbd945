package io.posthorse.example.parking.message;

import io.posthorse.example.parking.FeeNotice;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;

/**
 * Receives notices from the topic. A real service would call a provider of push messages, mails or text messages here.
 */
@Configuration
class NoticeReceiver {

    private static final Logger LOG = LoggerFactory.getLogger(NoticeReceiver.class);

    @Bean
    Consumer<FeeNotice> notices(LivePage page) {
        return notice -> {
            LOG.info("Receive input msg = {}", notice);
            page.show(notice);
        };
    }
}
