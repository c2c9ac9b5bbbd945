package io.posthorse.example.flashsale;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.posthorse.interop.harness.BrokerProcess;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.apache.rocketmq.spring.core.RocketMQTemplate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Tests the flash sale against a running broker. */
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@DirtiesContext
class FlashSaleIT {

    private static final Duration LIMIT = Duration.ofSeconds(60);
    private static final int BUYERS = 10_000;

    @TempDir
    static Path folder;

    private static BrokerProcess broker;

    @Autowired
    private Sale sale;

    @Autowired
    private Rush rush;

    @Autowired
    private Ledger ledger;

    @Autowired
    private Board board;

    @Autowired
    private RocketMQTemplate rocketMq;

    @LocalServerPort
    private int port;

    @DynamicPropertySource
    static void startBroker(DynamicPropertyRegistry properties) throws Exception {
        broker = BrokerProcess.start(folder, Map.of("messageDelayLevel", "1s 1s 1s 1s 1s 1s"));
        properties.add("rocketmq.name-server", broker::nameServer);
    }

    @AfterAll
    static void stopBroker() {
        broker.close();
    }

    @Test
    void tenThousandBuyersGetAHundredItems() throws Exception {
        sale.open(100);
        Rush.Answers answers = rush.run(BUYERS);
        assertEquals(0, answers.failed(), answers::toString);
        await().atMost(LIMIT).until(() -> board.state().waiting() == 0);

        Board.State end = board.state();
        assertEquals(BUYERS, end.queued() + end.refused(), end::toString);
        assertEquals(100, end.won(), end::toString);
        assertEquals(0, end.itemsLeft(), end::toString);
        assertEquals(end.queued(), end.won() + end.late(), () -> "every queued request has a decision: " + end);
        assertTrue(end.queued() > 100, () -> "no request had to wait, so the test proves nothing: " + end);
        assertEquals(410, post("/buy/20001").statusCode(), "late buyers are refused at once");
    }

    @Test
    void duplicateRequestsOfABuyerCountOnce() throws Exception {
        sale.open(2);
        for (int i = 0; i < 5; i++) {
            assertEquals(202, post("/buy/30001").statusCode());
        }
        await().atMost(LIMIT).until(() -> decided(30001));
        assertEquals(202, post("/buy/30002").statusCode());
        await().atMost(LIMIT).until(() -> decided(30002));
        assertEquals(2, ledger.count(sale.number(), Outcome.WON), "the second item was still there");
        rocketMq.syncSend(Sale.TOPIC, sale.number() + ":30003");
        await().atMost(LIMIT).until(() -> decided(30003));
        assertEquals(Outcome.SOLD_OUT, ledger.outcomeOf(sale.number(), 30003).orElseThrow());
        assertEquals(0, ledger.itemsLeft(sale.number()));
    }

    private boolean decided(long buyer) {
        return ledger.outcomeOf(sale.number(), buyer).isPresent();
    }

    private HttpResponse<String> post(String path) throws Exception {
        URI address = URI.create("http://127.0.0.1:" + port + path);
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpRequest request = HttpRequest.newBuilder(address).POST(HttpRequest.BodyPublishers.noBody()).build();
            return client.send(request, HttpResponse.BodyHandlers.ofString());
        }
    }
}
