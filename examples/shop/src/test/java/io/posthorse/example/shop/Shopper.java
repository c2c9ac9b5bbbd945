package io.posthorse.example.shop;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.posthorse.example.shop.api.OrderRequest;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/** An HTTP client of the shop. */
final class Shopper {

    private final ShopProcesses shop;
    private final HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ObjectMapper json = new ObjectMapper();

    Shopper(ShopProcesses shop) {
        this.shop = shop;
    }

    /** The answer to a request: its code, the number of the order or payment, and the amount to pay. */
    record Answer(String code, long id, long cents) {
    }

    /** Returns a request for one article of 50.00 with 10.00 for shipping, of which 20.00 are paid from the balance. */
    static OrderRequest request(long user, long goods, Long coupon) {
        return new OrderRequest(user, goods, 1, 50_00, 50_00, 10_00, 20_00, coupon, "1 Relay Street");
    }

    Answer place(OrderRequest request) throws IOException, InterruptedException {
        return answer(http.send(order(request), HttpResponse.BodyHandlers.ofString()));
    }

    /** Places an order that may never be answered. */
    CompletableFuture<Answer> placeLater(OrderRequest request) throws IOException {
        return http.sendAsync(order(request), HttpResponse.BodyHandlers.ofString()).thenApply(response -> {
            try {
                return answer(response);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        });
    }

    private HttpRequest order(OrderRequest request) throws IOException {
        return HttpRequest.newBuilder(URI.create(shop.orderAddress() + "/orders"))
                .header("Content-Type", "application/json")
                .timeout(Duration.ofSeconds(60))
                .POST(HttpRequest.BodyPublishers.ofString(json.writeValueAsString(request)))
                .build();
    }

    Answer beginPayment(long orderId) throws IOException, InterruptedException {
        return answer(post(shop.payAddress() + "/payments?order=" + orderId));
    }

    /** Sends a callback as the payment provider does; returns the HTTP status. */
    int callback(Answer payment) throws IOException, InterruptedException {
        return callback(payment.id(), payment.cents());
    }

    int callback(long payId, long cents) throws IOException, InterruptedException {
        return post(shop.payAddress() + "/payments/" + payId + "/callback?cents=" + cents).statusCode();
    }

    private HttpResponse<String> post(String address) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(address))
                .timeout(Duration.ofSeconds(30))
                .POST(HttpRequest.BodyPublishers.noBody())
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    /** Returns whether the order service can reach the three other services. */
    boolean allAnswer() throws InterruptedException {
        for (String path : new String[] {"/goods/1", "/coupons/1", "/users/1"}) {
            try {
                HttpRequest request = HttpRequest.newBuilder(URI.create(shop.orderAddress() + path))
                        .timeout(Duration.ofSeconds(10))
                        .build();
                if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() != 200) {
                    return false;
                }
            } catch (IOException e) {
                return false;
            }
        }
        return true;
    }

    private Answer answer(HttpResponse<String> response) throws IOException {
        JsonNode body = json.readTree(response.body());
        long id = body.path("orderId").asLong() + body.path("payId").asLong();
        return new Answer(body.path("code").asText(), id, body.path("payAmount").asLong());
    }
}
