package dev.weft;

import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Misbehaving.Kind;
import dev.weft.Script.Token;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.CellSource;
import dev.weft.spi.Take;
import dev.weft.testing.FiringBackend;
import dev.weft.testing.Watched;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Section 3: every misbehaving source against every consumer. */
class MisbehavingSourcesTest {
    private static final long NANOS = Duration.ofSeconds(10).toNanos();

    /** A way to consume a source; the values go to the trail, the end is returned or thrown. */
    enum Consumer {
        AWAIT_ONE(Kind.ONE) {
            @Override
            String consume(Flow.Publisher<Token> source, List<Token> trail) {
                return await(source, Take.ONE, trail);
            }
        },
        AWAIT_FIRST(Kind.FIRST) {
            @Override
            String consume(Flow.Publisher<Token> source, List<Token> trail) {
                return await(source, Take.FIRST, trail);
            }
        },
        AWAIT_LAST(Kind.LAST) {
            @Override
            String consume(Flow.Publisher<Token> source, List<Token> trail) {
                return await(source, Take.LAST, trail);
            }
        },
        AWAIT_SINGLE(Kind.SINGLE) {
            @Override
            String consume(Flow.Publisher<Token> source, List<Token> trail) {
                return await(source, Take.SINGLE, trail);
            }
        },
        EACH(Kind.EACH) {
            @Override
            String consume(Flow.Publisher<Token> source, List<Token> trail) {
                return iterate(source, 32, trail);
            }
        },
        EACH_ONE(Kind.EACH_ONE) {
            @Override
            String consume(Flow.Publisher<Token> source, List<Token> trail) {
                return iterate(source, 1, trail);
            }
        },
        /** Against a runner that has lost already, so that the source decides; it fails with that one's failure. */
        RACE(Kind.ONE) {
            @Override
            String consume(Flow.Publisher<Token> source, List<Token> trail) {
                Awaitable<Token> loser =
                        Async.awaitable(CompletableFuture.failedFuture(new IllegalStateException("loser")));
                Token won = Async.race(loser, new Single(source));
                if (won == null) return "!NoValueException";
                trail.add(won);
                return "";
            }
        },
        TIMEOUT(Kind.FIRST) {
            @Override
            String consume(Flow.Publisher<Token> source, List<Token> trail) throws Exception {
                return Async.withTimeout(Duration.ofMinutes(1), () -> await(source, Take.FIRST, trail));
            }
        };

        private final Kind kind;

        Consumer(Kind kind) {
            this.kind = kind;
        }

        /** Consumes, and says how it ended if it did not throw. */
        abstract String consume(Flow.Publisher<Token> source, List<Token> trail) throws Exception;

        private static String await(Flow.Publisher<Token> source, Take take, List<Token> trail) {
            trail.add(new FlowCell<>(source, take, JdkBackend.INSTANCE).await());
            return "";
        }

        private static String iterate(Flow.Publisher<Token> source, int prefetch, List<Token> trail) {
            var cell = new FlowIteration<Token>(source, prefetch, JdkBackend.INSTANCE);
            cell.open();
            try (AsyncIterator<Token> values = AsyncIterator.over(cell)) {
                for (Token value : values) trail.add(value);
            }
            return "end";
        }
    }

    /** A publisher that promises one value at most. */
    private record Single(Flow.Publisher<Token> source) implements Awaitable<Token>, CellSource<Token> {
        @Override
        public AwaitCell<Token> cell() {
            return new FlowCell<>(source, Take.MAYBE, JdkBackend.INSTANCE);
        }

        @Override
        public Token await() {
            return cell().await();
        }
    }

    static Stream<Arguments> cases() {
        return Arrays.stream(Misbehaving.values())
                .flatMap(source -> Arrays.stream(Consumer.values()).map(consumer -> Arguments.of(source, consumer)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everySourceIsSurvivedByEveryConsumer(Misbehaving source, Consumer consumer) {
        try (var hooks = new HookLog()) {
            new Case(source.script(), consumer, hooks).run(source);
        }
    }

    /** One source against one consumer, and the oracle. */
    private static final class Case {
        private final Script script;
        private final Consumer consumer;
        private final HookLog hooks;
        private final FiringBackend clock = new FiringBackend(JdkBackend.INSTANCE);
        private final List<Token> trail = new CopyOnWriteArrayList<>();
        private Watched<String> watched;
        private Throwable thrown;

        Case(Script script, Consumer consumer, HookLog hooks) {
            this.script = script;
            this.consumer = consumer;
            this.hooks = hooks;
        }

        void run(Misbehaving source) {
            watched = Watched.coroutine(() -> Async.withBackend(clock, () -> consumer.consume(script, trail)));
            script.play(this::isWaiting);
            long signalled = System.nanoTime();
            String end = end();
            assertThat(System.nanoTime() - signalled).as("time to the end").isLessThan(NANOS);
            script.playAfterEnd();
            watched.joined();
            assertThat(seen(end)).as("outcome").matches(expected(source));
            assertThat(script.escaped).as("what left a signal").isEmpty();
            assertThat(watched.interruptedAtEnd()).as("interrupted").isFalse();
            assertThat(clock.entries).as("timers left behind").isEmpty();
            subscriptionsAreClosedOnce();
            valuesAreReturnedOrDiscarded();
            errorsAreThrownOrDropped();
        }

        private boolean isWaiting() {
            return watched.hasEnded() || watched.isWaiting();
        }

        /** The end that comes of itself; or, when all signals are given and the consumer still waits, by force. */
        private String end() {
            until("ended or waiting", this::isWaiting);
            if (watched.hasEnded()) return endSeen();
            if (consumer == Consumer.TIMEOUT) clock.fire();
            else watched.cancel();
            assertThat(endSeen()).isEqualTo(consumer == Consumer.TIMEOUT ? "!TimeoutException" : "!CancelledException");
            return "parks";
        }

        private String endSeen() {
            watched.ended();
            try {
                return watched.value();
            } catch (AssertionError threw) {
                thrown = threw.getCause();
                return "!" + name(thrown);
            }
        }

        private static String name(Throwable thrown) {
            boolean engine = thrown instanceof NullPointerException
                    || thrown instanceof NoValueException
                    || thrown instanceof TooManyValuesException
                    || thrown instanceof OverflowException
                    || thrown instanceof CancelledException
                    || thrown instanceof TimeoutException
                    || thrown.getMessage().contains("rule");
            return engine ? thrown.getClass().getSimpleName() : thrown.getMessage();
        }

        private String seen(String end) {
            return Stream.concat(
                            trail.stream().map(Token::toString), Stream.of(end).filter(e -> !e.isEmpty()))
                    .collect(Collectors.joining(" "));
        }

        private String expected(Misbehaving source) {
            String pattern = source.outcome(consumer.kind).pattern();
            if (consumer != Consumer.RACE) return pattern;
            return pattern.startsWith("!") && !pattern.contains("NoValue")
                    ? "!loser"
                    : pattern.replace("boom", "loser");
        }

        private void subscriptionsAreClosedOnce() {
            for (Script.Upstream upstream : script.upstreams) {
                assertThat(upstream.cancels.get()).as("cancelled").isLessThanOrEqualTo(1);
                boolean surplus = upstream != script.upstreams.get(0);
                if (surplus || !script.terminated)
                    assertThat(upstream.cancels).as("left open").hasValue(1);
            }
        }

        private void valuesAreReturnedOrDiscarded() {
            List<Object> ends = new ArrayList<>(trail);
            ends.addAll(hooks.discarded);
            assertThat(ends).as("returned and discarded").containsExactlyInAnyOrderElementsOf(script.produced);
        }

        private void errorsAreThrownOrDropped() {
            Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
            collect(thrown, seen);
            for (Throwable error : script.errors) {
                long dropped = hooks.dropped.stream().filter(d -> d == error).count();
                assertThat(dropped + (seen.contains(error) ? 1 : 0))
                        .as("thrown or dropped: %s", error)
                        .isEqualTo(1);
            }
            assertThat(script.errors).as("dropped").containsAll(hooks.dropped);
        }

        private static void collect(Throwable from, Set<Throwable> into) {
            if (from == null || !into.add(from)) return;
            collect(from.getCause(), into);
            for (Throwable suppressed : from.getSuppressed()) collect(suppressed, into);
        }
    }
}
