package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.withTimeout;

import dev.weft.AsyncBody;
import dev.weft.examples.checkout.Engine;
import dev.weft.examples.checkout.Goods;
import dev.weft.examples.checkout.Shop;
import dev.weft.examples.checkout.upstream.Upstream;
import dev.weft.examples.checkout.upstream.Upstream.End;
import dev.weft.examples.checkout.upstream.Upstreams;
import java.io.PrintStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

/** The customers of a shop: they send requests that succeed and requests that fail, and check the results. */
final class Customers {
    /** How long the shop waits for the carrier. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private static final Duration AT_MOST = Duration.ofSeconds(20);
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final Engine engine;
    private final Upstreams upstreams;
    private final Shop shop;
    private final PrintStream out;
    private final List<String> bodies = new ArrayList<>();

    Customers(Engine engine, Upstreams upstreams, Shop shop, PrintStream out) {
        this.engine = engine;
        this.upstreams = upstreams;
        this.shop = shop;
        this.out = out;
    }

    /** {@return the answers} */
    List<String> come(Shop oneByOne) {
        allIsWell(oneByOne);
        theCarrierIsTooSlow();
        theRecommendationsAreMissing();
        theBankFails();
        twoWantTheLastOne();
        thereIsNoSuchPage();
        theCustomerLeaves();
        theEventLoopDoesNotWait();
        noConnectionIsLost();
        return bodies;
    }

    private void allIsWell(Shop oneByOne) {
        buy(shop, Goods.TEAPOT, "warm-up"); // the first requests load classes
        buy(oneByOne, Goods.TEAPOT, "warm-up, one by one");
        Answer separate = buy(oneByOne, Goods.TEAPOT, "one by one");
        Answer answer = buy(shop, Goods.TEAPOT, "all is well");
        tell(answer, End.ANSWERED, End.ANSWERED, End.ANSWERED);
        out.printf(
                "  trace id in %d order and in the response: %s%n",
                shop.database().orders(answer.asked), answer.trace);
        out.printf("  one call after the other: %d ms%n", separate.took.toMillis());
        expect(answer, 200, "teapot, 24.90 + 9.90 for express shipping; others bought tea, biscuits");
        expectOrders(answer, 1);
        Check.same(8, shop.database().stock(Goods.TEAPOT), "the stock of teapots");
    }

    private void theCarrierIsTooSlow() {
        Answer answer = buy(shop, Goods.PIANO, "the carrier is too slow");
        tell(answer, End.ANSWERED, End.ABORTED, End.ANSWERED);
        expect(answer, 200, "piano, 2490.00 + 14.90 for standard shipping; others bought tea, biscuits");
        expectOrders(answer, 1);
        Check.that(answer.took.compareTo(PATIENCE) >= 0, "the carrier had only " + answer.took);
    }

    private void theRecommendationsAreMissing() {
        Answer answer = buy(shop, Goods.KITE, "recommendations are missing");
        tell(answer, End.ANSWERED, End.ANSWERED, End.ANSWERED);
        expect(answer, 200, "kite, 19.90 + 9.90 for express shipping");
        expectOrders(answer, 1);
    }

    /** The bank answers only after the others have been called, so all are called at once, not one after the other. */
    private void theBankFails() {
        Answer answer = buy(shop, Goods.DIAMOND, "the bank fails");
        tell(answer, End.ANSWERED, End.ABORTED, End.ABORTED);
        expect(answer, 502, "no payment: the bank is unavailable (it answered 503 Service Unavailable)");
        expectOrders(answer, 0);
        Check.same(10, shop.database().stock(Goods.DIAMOND), "the stock of diamonds");
    }

    private void twoWantTheLastOne() {
        var first = async(() -> buy(shop, Goods.MAP, "one of two for the last map"));
        Answer two = buy(shop, Goods.MAP, "the other one");
        Answer one = first.await();
        Answer lucky = one.status == 200 ? one : two;
        Answer late = lucky == one ? two : one;
        tell(lucky, End.ANSWERED, End.ANSWERED, End.ANSWERED);
        tell(late);
        expect(lucky, 200, "map, 7.90 + 9.90 for express shipping; others bought tea, biscuits");
        expect(late, 409, "map is sold out");
        expectOrders(lucky, 1);
        expectOrders(late, 0);
        Check.same(0, shop.database().stock(Goods.MAP), "the stock of maps");
    }

    private void thereIsNoSuchPage() {
        expectProblem(404, "no item 99", ask(shop, "POST", "/checkout/99", "no such item"));
        expectProblem(400, "no number of an item: abc", ask(shop, "POST", "/checkout/abc", "no number"));
        expectProblem(405, "a checkout is a POST", ask(shop, "GET", "/checkout/1", "wrong method"));
        expectProblem(404, "no page /returns/1", ask(shop, "POST", "/returns/1", "no such page"));
    }

    private void theCustomerLeaves() {
        String trace = "the customer leaves half-way";
        var request = async(() -> buy(shop, Goods.CLOCK, trace));
        for (Upstream upstream : all())
            soon(
                    trace + ": a call to the " + upstream,
                    () -> await(upstream.visit(trace).arrival()));
        request.cancel();
        out.println(trace + ": " + ends(trace, End.ABORTED, End.ABORTED, End.ABORTED));
        Check.same(0, shop.database().orders(trace), "the number of orders of a customer who left");
        Check.same(10, shop.database().stock(Goods.CLOCK), "the stock of clocks");
    }

    private void theEventLoopDoesNotWait() {
        var said = new CompletableFuture<String>();
        engine.onEventLoop(() -> {
            try {
                said.complete("nothing, but gives " + await(CompletableFuture.completedFuture("a value")));
            } catch (IllegalStateException refusal) {
                said.complete(String.valueOf(refusal.getMessage()));
            }
        });
        String refusal = soon("what an await says on an event loop", () -> await(said));
        out.println("an await on an event loop says: " + refusal);
        Check.that(refusal.contains("would block the event loop of thread"), "it says " + refusal);
    }

    private void noConnectionIsLost() {
        soon("the whole pool of database connections", () -> {
            shop.database().takeAll();
            return true;
        });
        out.println("database connections that are lost: 0");
    }

    // --- asking

    /** The shop's response. */
    private record Answer(String asked, int status, String body, String trace, Duration took) {}

    private static <T> T soon(String what, AsyncBody<T, RuntimeException> body) {
        try {
            return withTimeout(AT_MOST, body);
        } catch (TimeoutException never) {
            throw new Check.Failed(what + " did not come within " + AT_MOST.toSeconds() + " s");
        }
    }

    private static Answer buy(Shop shop, Goods goods, String trace) {
        return ask(shop, "POST", "/checkout/" + goods.id(), trace);
    }

    private static Answer ask(Shop shop, String method, String path, String trace) {
        long start = System.nanoTime();
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + shop.port() + path))
                .method(method, BodyPublishers.noBody())
                .header("X-Trace-Id", trace)
                .build();
        var exchange = HTTP.sendAsync(request, BodyHandlers.ofString());
        try {
            var response = soon(trace + ": an answer", () -> await(exchange));
            return new Answer(
                    trace,
                    response.statusCode(),
                    response.body(),
                    response.headers().firstValue("X-Trace-Id").orElse("none"),
                    Duration.ofNanos(System.nanoTime() - start));
        } finally {
            exchange.cancel(true); // the customer leaves
        }
    }

    // --- telling

    private void tell(Answer answer, End... expected) {
        out.printf("%s: %d in %d ms%n", answer.asked, answer.status, answer.took.toMillis());
        out.println("  " + answer.body);
        if (expected.length > 0) out.println("  " + ends(answer.asked, expected));
    }

    /** Waits until the services have seen the end of a request, and checks that they saw the right one. */
    private String ends(String trace, End... expected) {
        List<String> ends = new ArrayList<>();
        for (int i = 0; i < expected.length; i++) {
            Upstream upstream = all().get(i);
            End end = soon(
                    trace + ": the end at the " + upstream,
                    () -> await(upstream.visit(trace).end()));
            Check.same(expected[i], end, trace + ": the end at the " + upstream);
            ends.add(upstream + " " + end);
        }
        return String.join(", ", ends);
    }

    private List<Upstream> all() {
        return List.of(upstreams.bank(), upstreams.carrier(), upstreams.recommendations());
    }

    // --- checking

    private void expectOrders(Answer answer, int expected) {
        Check.same(expected, shop.database().orders(answer.asked), answer.asked + ": the number of orders");
    }

    private void expectProblem(int status, String body, Answer answer) {
        out.printf("%s: %d %s%n", answer.asked, answer.status, answer.body);
        expect(answer, status, body);
    }

    private void expect(Answer answer, int status, String body) {
        String text = answer.body.replaceFirst("^order \\d+: ", "");
        bodies.add(answer.status + " " + text);
        Check.same(status, answer.status, answer.asked + ": the status");
        Check.same(body, text, answer.asked + ": the body");
        Check.same(answer.asked, answer.trace, answer.asked + ": the trace id in the response");
    }
}
