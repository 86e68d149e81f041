package dev.weft.examples.guide;

import static com.softwaremill.jox.Select.defaultClause;
import static com.softwaremill.jox.Select.select;
import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.race;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static dev.weft.Async.withoutInterrupts;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.rxjava.RxAsync.await;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.softwaremill.jox.Channel;
import com.softwaremill.jox.ChannelDoneException;
import com.softwaremill.jox.ChannelErrorException;
import dev.weft.AsyncStream;
import dev.weft.CancelledException;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.spi.Backend;
import io.reactivex.rxjava3.core.Single;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import reactor.core.publisher.Mono;

/** The code and the claims of {@code docs/guide/channels.md}. */
class ChannelsGuideTest extends GuideTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final Queue<Object> log = new ConcurrentLinkedQueue<>();

    private static void awaitLatch(CountDownLatch latch) throws InterruptedException {
        assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
    }

    private String cook(Object dish) {
        delay(Duration.ofMillis(1));
        log.add("warm " + dish);
        return "warm " + dish;
    }

    @ParameterizedTest
    @MethodSource("backends")
    void theProgramPrintsWhatThePageSays(Backend backend) throws Exception {
        assertThat(printed(backend, () -> Kitchen.main(new String[0])))
                .containsExactly("warm soup", "warm rice", "warm tea");
    }

    // --- rules

    @ParameterizedTest
    @MethodSource("backends")
    void severalWorkersShareAChannel(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<Integer> orders = Channel.newRendezvousChannel();
            group(kitchen -> {
                for (int cook = 0; cook < 3; cook++) kitchen.async(() -> orders.forEach(this::cook));
                for (int order = 1; order <= 10; order++) orders.send(order);
                orders.done(); // each worker's forEach ends
            }); // all are cooked here
            assertThat(log).hasSize(10).doesNotHaveDuplicates();
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void severalSendersAndTheEnd(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<Integer> orders = Channel.newBufferedChannel(2);
            async(() -> {
                group(waiters -> {
                    waiters.async(() -> orders.send(1));
                    waiters.async(() -> orders.send(2));
                });
                orders.done(); // when all have sent theirs
            });
            assertThat(orders.toList()).containsExactlyInAnyOrder(1, 2);
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aFailureCancelsWhoeverWaitsAtAChannel(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var failure = new IllegalStateException("no gas");
            Channel<String> orders = Channel.newRendezvousChannel();
            assertThatThrownBy(() -> group(kitchen -> {
                        kitchen.async(() -> {
                            try {
                                while (true) orders.send("soup"); // waits until somebody takes it
                            } finally {
                                log.add("waiter gone");
                            }
                        });
                        orders.receive();
                        throw failure;
                    }))
                    .isSameAs(failure);
            assertThat(log).containsExactly("waiter gone");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aTimeLimitTakesNothingWithIt(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<String> orders = Channel.newRendezvousChannel();
            assertThatThrownBy(() -> withTimeout(SOON, () -> orders.receive())).isInstanceOf(TimeoutException.class);
            async(() -> orders.send("soup"));
            assertThat(orders.receive()).isEqualTo("soup"); // the next one gets it
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aCancellationTakesNothingWithIt(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<String> orders = Channel.newRendezvousChannel();
            var waiting = new CountDownLatch(2);
            Deferred<String> cook = async(() -> {
                waiting.countDown();
                return orders.receive();
            });
            Channel<String> full = Channel.newBufferedChannel(1);
            full.send("soup");
            Deferred<?> waiter = async(() -> {
                waiting.countDown();
                full.send("rice");
            });
            awaitLatch(waiting);
            cook.cancel();
            waiter.cancel();
            assertThatThrownBy(cook::await).isInstanceOf(CancelledException.class);
            assertThatThrownBy(waiter::await).isInstanceOf(CancelledException.class);
            async(() -> orders.send("tea"));
            assertThat(orders.receive()).isEqualTo("tea"); // the next one gets it
            full.done();
            assertThat(full.toList()).containsExactly("soup"); // what was not sent is not there
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void itIsTheClockOfTheBackend(Backend backend) throws Exception {
        inVirtualTime(backend, () -> {
            Channel<String> orders = Channel.newRendezvousChannel();
            Channel<String> drinks = Channel.newRendezvousChannel();
            Duration patience = Duration.ofMinutes(10);
            assertThatThrownBy(() -> withTimeout(patience, () -> orders.receive()))
                    .isInstanceOf(TimeoutException.class);
            async(() -> {
                delay(patience);
                drinks.send("tea");
            });
            String first =
                    withTimeout(patience.multipliedBy(2), () -> select(orders.receiveClause(), drinks.receiveClause()));
            assertThat(first).isEqualTo("tea");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aChannelThatIsDoneOrHasFailed(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<String> done = Channel.newBufferedChannel(8);
            done.send("soup");
            done.done();
            assertThat(done.receive()).isEqualTo("soup"); // what is in it comes first
            assertThatThrownBy(done::receive).isInstanceOf(ChannelDoneException.class);
            assertThatThrownBy(() -> done.send("rice")).isInstanceOf(ChannelDoneException.class);
            Channel<String> failed = Channel.newBufferedChannel(8);
            failed.send("soup");
            failed.error(new IOException("no gas"));
            assertThatThrownBy(failed::receive) // what is in it is lost
                    .isInstanceOf(ChannelErrorException.class)
                    .hasRootCauseMessage("no gas");
        });
    }

    // --- select

    @ParameterizedTest
    @MethodSource("backends")
    void theFirstChannelThatHasAValue(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<String> orders = Channel.newBufferedChannel(8);
            Channel<String> stop = Channel.newBufferedChannel(1);
            async(() -> {
                orders.send("soup");
                stop.send("closing time");
            });
            boolean open = true;
            while (open) {
                open = select(
                        orders.receiveClause(dish -> {
                            cook(dish);
                            return true;
                        }),
                        stop.receiveClause(reason -> false));
            }
            assertThat(log).containsExactly("warm soup"); // of two that are ready, the first in the list is taken
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void ofTwoThatAreReadyTheFirstIsTaken(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<String> urgent = Channel.newBufferedChannel(8);
            Channel<String> other = Channel.newBufferedChannel(8);
            for (int i = 0; i < 8; i++) {
                other.send("other");
                urgent.send("urgent");
            }
            for (int i = 0; i < 8; i++)
                assertThat(select(urgent.receiveClause(), other.receiveClause()))
                        .isEqualTo("urgent");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void selectAlsoSendsAndNeedNotWait(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<String> orders = Channel.newBufferedChannel(1);
            String first = select(orders.sendClause("soup", () -> "sent"), defaultClause("full"));
            String second = select(orders.sendClause("rice", () -> "sent"), defaultClause("full"));
            assertThat(List.of(first, second)).containsExactly("sent", "full");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void selectIsCancelledAsAReceiveIs(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<String> orders = Channel.newRendezvousChannel();
            Channel<String> drinks = Channel.newRendezvousChannel();
            assertThatThrownBy(() -> withTimeout(SOON, () -> select(orders.receiveClause(), drinks.receiveClause())))
                    .isInstanceOf(TimeoutException.class);
            async(() -> drinks.send("tea"));
            String next = select(orders.receiveClause(), drinks.receiveClause());
            assertThat(next).isEqualTo("tea");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void aSourceOfALibraryIsSelectedThroughAChannel(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Mono<String> menu = Mono.just("menu").delayElement(Duration.ofMillis(1));
            Channel<String> orders = Channel.newRendezvousChannel();
            Channel<String> menus = Channel.newBufferedChannel(1);
            async(() -> menus.send(awaitSingle(menu)));
            String first = select(orders.receiveClause(), menus.receiveClause());
            assertThat(first).isEqualTo("menu");
        });
    }

    // --- streams

    static <T> AsyncStream<T> values(Channel<T> channel) {
        return stream(out -> channel.forEach(out::emit)); // completes when the channel is done
    }

    static <T> void sendAll(AsyncStream<T> source, Channel<T> channel) throws InterruptedException {
        try (var values = source.each()) {
            for (T value : values) channel.send(value); // the source waits while there is no room
        }
        channel.done();
    }

    @ParameterizedTest
    @MethodSource("backends")
    void fromAndToAStream(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Channel<Integer> channel = Channel.newRendezvousChannel();
            AsyncStream<Integer> source =
                    AsyncStream.from(IntStream.rangeClosed(1, 100).boxed().toList());
            async(() -> sendAll(source, channel));
            assertThat(values(channel).collect(100)).hasSize(100).isSorted();
        });
    }

    // --- the JDK's queues

    @ParameterizedTest
    @MethodSource("backends")
    void aQueueHasNoEnd(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            BlockingQueue<String> orders = new ArrayBlockingQueue<>(2); // with two in it, put waits
            var cooked = new CountDownLatch(3);
            Deferred<?> cook = async(() -> {
                while (true) {
                    cook(orders.take());
                    cooked.countDown();
                }
            });
            for (String dish : List.of("soup", "rice", "tea")) orders.put(dish);
            cooked.await();
            cook.cancel(); // take is interrupted, and the loop ends
            assertThatThrownBy(cook::await).isInstanceOf(CancelledException.class);
            assertThat(log).containsExactly("warm soup", "warm rice", "warm tea");
        });
    }

    // --- mistakes

    @ParameterizedTest
    @MethodSource("backends")
    void aRaceOfReceivesMayTakeTwo(Backend backend) throws Exception {
        var restored = Hooks.onDiscard(log::add);
        try {
            onEachBackend(backend, () -> {
                Channel<String> orders = Channel.newBufferedChannel(1);
                Channel<String> drinks = Channel.newBufferedChannel(1);
                orders.send("soup");
                drinks.send("tea");
                log.add(race(coroutine(() -> orders.receive()), coroutine(() -> drinks.receive())));
                orders.done();
                drinks.done();
                log.addAll(orders.toList());
                log.addAll(drinks.toList());
            });
        } finally {
            restored.close();
        }
        assertThat(log).containsExactlyInAnyOrder("soup", "tea"); // won, left in its channel, or discarded
    }

    @ParameterizedTest
    @MethodSource("backends")
    void whoCatchesTheInterruptMayGoOn(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var waiting = new CountDownLatch(1);
            Channel<String> orders = Channel.newRendezvousChannel();
            Deferred<String> cook = async(() -> {
                waiting.countDown();
                try {
                    return orders.receive();
                } catch (InterruptedException e) {
                    return "nothing"; // the cancellation is swallowed here
                }
            });
            awaitLatch(waiting);
            cook.cancel();
            assertThatThrownBy(cook::await).isInstanceOf(CancelledException.class); // the result is not
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void withoutInterruptsAReceiveGoesOn(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            var waiting = new CountDownLatch(1);
            Channel<String> orders = Channel.newRendezvousChannel();
            Deferred<?> cook = async(() -> withoutInterrupts(() -> {
                waiting.countDown();
                log.add(orders.receive());
            }));
            awaitLatch(waiting);
            cook.cancel();
            orders.send("soup"); // it still waits there
            assertThatThrownBy(cook::await).isInstanceOf(CancelledException.class);
            assertThat(log).containsExactly("soup");
        });
    }

    @ParameterizedTest
    @MethodSource("backends")
    void oneResultNeedsNoChannel(Backend backend) throws Exception {
        onEachBackend(backend, () -> {
            Deferred<String> soup = async(() -> await(Single.just("soup").map(this::cook)));
            assertThat(soup.await()).isEqualTo("warm soup");
        });
    }
}
