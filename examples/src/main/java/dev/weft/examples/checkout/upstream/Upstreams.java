package dev.weft.examples.checkout.upstream;

import dev.weft.examples.checkout.Goods;
import dev.weft.examples.checkout.upstream.Upstream.Question;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import reactor.core.publisher.Mono;

/** The three services that a checkout needs; what they do depends on the {@link Goods}. */
public final class Upstreams implements AutoCloseable {
    /** How long each service takes to answer. */
    private static final Duration LATENCY = Duration.ofMillis(120);

    private final Upstream bank = Upstream.start("bank", this::payment);
    private final Upstream carrier = Upstream.start("carrier", this::shipping);
    private final Upstream recommendations = Upstream.start("recommendations", this::others);
    private final AtomicInteger customers = new AtomicInteger();
    private final CompletableFuture<Void> bothCustomers = new CompletableFuture<>();

    /** {@return the service that authorises payments} */
    public Upstream bank() {
        return bank;
    }

    /** {@return the service that knows what shipping costs} */
    public Upstream carrier() {
        return carrier;
    }

    /** {@return the service that knows what others bought} */
    public Upstream recommendations() {
        return recommendations;
    }

    @Override
    public void close() {
        bank.close();
        carrier.close();
        recommendations.close();
    }

    private Mono<String> payment(Question question) {
        return switch (Goods.of(question.item())) {
            case TEAPOT, PIANO, KITE -> answer("paid " + question.trace());
            case DIAMOND ->
                othersAtWork(question.trace()).then(Mono.error(new IOException("no connection to the vault")));
            case CLOCK -> Mono.never();
            case MAP -> bothCustomers().thenReturn("paid " + question.trace());
        };
    }

    private Mono<String> shipping(Question question) {
        return switch (Goods.of(question.item())) {
            case TEAPOT, KITE, MAP -> answer("990");
            case PIANO, DIAMOND, CLOCK -> Mono.never();
        };
    }

    private Mono<String> others(Question question) {
        return switch (Goods.of(question.item())) {
            case TEAPOT, PIANO, MAP -> answer("tea, biscuits");
            case KITE -> Mono.error(new IOException("out of ideas"));
            case DIAMOND, CLOCK -> Mono.never();
        };
    }

    private static Mono<String> answer(String text) {
        return Mono.just(text).delayElement(LATENCY);
    }

    private Mono<Void> othersAtWork(String trace) {
        return Mono.when(
                Mono.fromFuture(carrier.visit(trace).arrival(), true),
                Mono.fromFuture(recommendations.visit(trace).arrival(), true));
    }

    private Mono<Void> bothCustomers() {
        if (customers.incrementAndGet() == 2) bothCustomers.complete(null);
        return Mono.fromFuture(bothCustomers, true);
    }
}
