package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import reactor.core.Disposable;
import reactor.core.publisher.Mono;
import reactor.core.publisher.Sinks;
import reactor.test.StepVerifier;

/** The handler in the README: before and after, it gives the same answers. */
class ReadmeTest {
    private final Sinks.One<String> payment = Sinks.one();
    private final Sinks.One<String> quote = Sinks.one();
    private final CountDownLatch asked = new CountDownLatch(2);
    private final CountDownLatch cancelled = new CountDownLatch(2);

    private final Items items = id -> id == 7 ? Mono.just(new Item("tea")) : Mono.empty();
    private final Bank bank = item -> watched(payment.asMono());
    private final Carrier carrier = item -> watched(quote.asMono());
    private final Orders orders = (item, paid, quoted) -> Mono.just(item.name() + ", " + paid + ", " + quoted);

    record Item(String name) {}

    record Receipt(String order, Item item, String quote) {}

    interface Items {
        Mono<Item> find(int id);
    }

    interface Bank {
        Mono<String> pay(Item item);
    }

    interface Carrier {
        Mono<String> quote(Item item);
    }

    interface Orders {
        Mono<String> place(Item item, String payment, String quote);
    }

    static final class NoSuchItem extends RuntimeException {
        private static final long serialVersionUID = 1;

        NoSuchItem(int id) {
            super("no item " + id);
        }
    }

    private <T> Mono<T> watched(Mono<T> source) {
        return source.doOnSubscribe(subscription -> asked.countDown()).doOnCancel(cancelled::countDown);
    }

    // readme: before and after
    Mono<Receipt> before(int id) {
        return items.find(id)
                .switchIfEmpty(Mono.error(() -> new NoSuchItem(id)))
                .flatMap(item -> Mono.zip(bank.pay(item), carrier.quote(item))
                        .flatMap(both -> orders.place(item, both.getT1(), both.getT2())
                                .map(order -> new Receipt(order, item, both.getT2()))));
    }

    Mono<Receipt> after(int id) {
        return mono(() -> {
            Item item = await(items.find(id));
            if (item == null) throw new NoSuchItem(id);
            var quote = async(() -> awaitSingle(carrier.quote(item))); // meanwhile, the customer pays
            var order = awaitSingle(orders.place(item, awaitSingle(bank.pay(item)), quote.await()));
            return new Receipt(order, item, quote.await());
        });
    }
    // readme: end

    private Mono<Receipt> checkout(boolean after, int id) {
        return after ? after(id) : before(id);
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itAnswers(boolean after) {
        StepVerifier.create(checkout(after, 7))
                .then(() -> quote.tryEmitValue("3 days"))
                .then(() -> payment.tryEmitValue("paid"))
                .expectNext(new Receipt("tea, paid, 3 days", new Item("tea"), "3 days"))
                .verifyComplete();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void itKnowsNoSuchItem(boolean after) {
        StepVerifier.create(checkout(after, 8)).verifyErrorMessage("no item 8");
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aFailureCancelsTheRest(boolean after) throws InterruptedException {
        var failure = new IllegalStateException("no money");
        StepVerifier.create(checkout(after, 7))
                .then(() -> reached(asked))
                .then(() -> payment.tryEmitError(failure))
                .verifyErrorSatisfies(error -> assertThat(error).isSameAs(failure));
        assertThat(cancelled.getCount()).isOne();
    }

    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void aCustomerWhoLeavesCancelsAll(boolean after) {
        Disposable customer = checkout(after, 7).subscribe();
        reached(asked);
        customer.dispose();
        reached(cancelled);
    }

    private static void reached(CountDownLatch latch) {
        try {
            assertThat(latch.await(50, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }
}
