package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitFirst;
import static dev.weft.rxjava.RxAsync.awaitLast;
import static dev.weft.rxjava.RxAsync.awaitOptional;
import static dev.weft.rxjava.RxAsync.awaitSingle;
import static dev.weft.rxjava.RxAsync.awaitable;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.AsyncBody;
import dev.weft.AsyncIterator;
import dev.weft.Awaitable;
import dev.weft.CancelledException;
import dev.weft.NoValueException;
import dev.weft.Overflow;
import dev.weft.OverflowException;
import dev.weft.TooManyValuesException;
import dev.weft.rxjava.Misbehaving.Kind;
import dev.weft.rxjava.Script.Token;
import dev.weft.spi.Violation;
import dev.weft.testing.FiringBackend;
import dev.weft.testing.Watched;
import io.reactivex.rxjava3.core.Single;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Section 3: every misbehaving source, in each of RxJava's types, against every consumer. */
class MisbehavingSourcesTest {
    private static final long NANOS = Duration.ofSeconds(10).toNanos();

    /** Consumes, lets the values go to the trail, and says how it ended if it did not throw. */
    @FunctionalInterface
    interface Body {
        String consume(Script source, List<Token> trail) throws Exception;
    }

    private static String found(Token value, List<Token> trail) {
        if (value == null) return "null";
        trail.add(value);
        return "";
    }

    private static String all(AsyncIterator<Token> opened, List<Token> trail) {
        try (AsyncIterator<Token> values = opened) {
            for (Token value : values) trail.add(value);
        }
        return "end";
    }

    /** Against a runner that has lost already, so that the source decides; it fails with that one's failure. */
    private static Token raced(Awaitable<? extends Token> source) {
        Awaitable<Token> loser = awaitable(Single.<Token>error(new IllegalStateException("loser")));
        return Async.race(loser, source);
    }

    private static <T> T timed(AsyncBody<T, RuntimeException> body) throws TimeoutException {
        return Async.withTimeout(Duration.ofMinutes(1), body);
    }

    /** A way to consume a source of many. */
    enum Many {
        FLOWABLE_FIRST(Kind.FIRST, (s, t) -> found(awaitFirst(s.flowable()), t)),
        FLOWABLE_LAST(Kind.LAST, (s, t) -> found(awaitLast(s.flowable()), t)),
        FLOWABLE_SINGLE(Kind.SINGLE, (s, t) -> found(awaitSingle(s.flowable()), t)),
        FLOWABLE_EACH(Kind.EACH, (s, t) -> all(each(s.flowable(), 32), t)),
        FLOWABLE_EACH_ONE(Kind.EACH_ONE, (s, t) -> all(each(s.flowable(), 1), t)),
        FLOWABLE_RACE(Kind.SINGLE, (s, t) -> found(raced(Async.awaitable((Object) s.flowable())), t)),
        FLOWABLE_TIMEOUT(Kind.FIRST, (s, t) -> found(timed(() -> awaitFirst(s.flowable())), t)),
        FLOWABLE_TIMEOUT_EACH(Kind.EACH, (s, t) -> timed(() -> all(each(s.flowable(), 32), t))),
        OBSERVABLE_FIRST(Kind.FIRST, (s, t) -> found(awaitFirst(s.observable()), t)),
        OBSERVABLE_LAST(Kind.LAST, (s, t) -> found(awaitLast(s.observable()), t)),
        OBSERVABLE_SINGLE(Kind.SINGLE, (s, t) -> found(awaitSingle(s.observable()), t)),
        OBSERVABLE_ERROR(Kind.EACH, (s, t) -> all(each(s.observable(), Overflow.error(32)), t)),
        OBSERVABLE_ERROR_ONE(Kind.EACH_ONE, (s, t) -> all(each(s.observable(), Overflow.error(1)), t)),
        OBSERVABLE_DROP_OLDEST(Kind.DROP_OLDEST, (s, t) -> all(each(s.observable(), Overflow.dropOldest(1)), t)),
        OBSERVABLE_LATEST(Kind.DROP_OLDEST, (s, t) -> all(each(s.observable(), Overflow.latest()), t)),
        OBSERVABLE_DROP_NEWEST(Kind.DROP_NEWEST, (s, t) -> all(each(s.observable(), Overflow.dropNewest(1)), t)),
        OBSERVABLE_UNBOUNDED(Kind.UNBOUNDED, (s, t) -> all(each(s.observable(), Overflow.unbounded()), t)),
        OBSERVABLE_RACE(Kind.SINGLE, (s, t) -> found(raced(Async.awaitable((Object) s.observable())), t)),
        OBSERVABLE_TIMEOUT(Kind.FIRST, (s, t) -> found(timed(() -> awaitFirst(s.observable())), t)),
        OBSERVABLE_TIMEOUT_EACH(
                Kind.DROP_NEWEST, (s, t) -> timed(() -> all(each(s.observable(), Overflow.dropNewest(1)), t)));

        private final Kind kind;
        private final Body body;

        Many(Kind kind, Body body) {
            this.kind = kind;
            this.body = body;
        }

        private boolean hasDemand() {
            return name().startsWith("FLOWABLE");
        }

        private String rules(Misbehaving source) {
            boolean few = kind == Kind.FIRST || kind == Kind.EACH_ONE || kind == Kind.EACH;
            return hasDemand() && few ? "(1.1 ?)*" + source.rules() + "( ?1.1)*" : source.rules();
        }
    }

    /** A way to consume a source of one, or of none. */
    enum One {
        SINGLE((s, t) -> found(await(s.single()), t)),
        SINGLE_RACE((s, t) -> found(raced(awaitable(s.single())), t)),
        SINGLE_TIMEOUT((s, t) -> found(timed(() -> await(s.single())), t)),
        MAYBE((s, t) -> found(await(s.maybe()), t)),
        MAYBE_OPTIONAL((s, t) -> found(awaitOptional(s.maybe()).orElse(null), t)),
        MAYBE_SINGLE((s, t) -> found(awaitSingle(s.maybe()), t)),
        MAYBE_RACE((s, t) -> found(raced(awaitable(s.maybe())), t)),
        MAYBE_TIMEOUT((s, t) -> found(timed(() -> await(s.maybe())), t)),
        COMPLETABLE((s, t) -> {
            await(s.completable());
            return "done";
        }),
        COMPLETABLE_RACE((s, t) -> {
            Awaitable<Token> none = Async.awaitable((Object) s.completable());
            assertThat(raced(none)).isNull();
            return "done";
        }),
        COMPLETABLE_TIMEOUT((s, t) -> timed(() -> {
            await(s.completable());
            return "done";
        }));

        private final Body body;

        One(Body body) {
            this.body = body;
        }

        private boolean isValued() {
            return !name().startsWith("COMPLETABLE");
        }

        private boolean applies(MisbehavingOne source) {
            if (source.isValueForm()) return isValued();
            return !source.isEmptyForm() || !name().startsWith("SINGLE");
        }

        private String outcome(MisbehavingOne source) {
            if (!isValued()) return source.outcome("done", "done");
            return source.outcome("1", this == MAYBE_SINGLE ? "!NoValueException" : "null");
        }
    }

    static Stream<Arguments> many() {
        return Arrays.stream(Misbehaving.values())
                .flatMap(source -> Arrays.stream(Many.values())
                        .filter(consumer -> consumer.hasDemand() || !source.needsDemand())
                        .map(consumer -> Arguments.of(source, consumer)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("many")
    void everySourceOfManyIsSurvivedByEveryConsumer(Misbehaving source, Many consumer) {
        try (var hooks = new HookLog()) {
            new Case(source.script(), consumer.body, consumer.name(), hooks)
                    .run(source.outcome(consumer.kind), consumer.rules(source));
        }
    }

    static Stream<Arguments> one() {
        return Arrays.stream(MisbehavingOne.values())
                .flatMap(source -> Arrays.stream(One.values())
                        .filter(consumer -> consumer.applies(source))
                        .map(consumer -> Arguments.of(source, consumer)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("one")
    void everySourceOfOneIsSurvivedByEveryConsumer(MisbehavingOne source, One consumer) {
        try (var hooks = new HookLog()) {
            new Case(source.script(consumer.isValued()), consumer.body, consumer.name(), hooks)
                    .run(consumer.outcome(source), source.rules());
        }
    }

    /** One source against one consumer, and the oracle. */
    private static final class Case {
        private final Script script;
        private final Body body;
        private final String consumer;
        private final HookLog hooks;
        private final FiringBackend clock = new FiringBackend(RxBackend.INSTANCE);
        private final List<Token> trail = new CopyOnWriteArrayList<>();
        private Watched<String> watched;
        private Throwable thrown;

        Case(Script script, Body body, String consumer, HookLog hooks) {
            this.script = script;
            this.body = body;
            this.consumer = consumer;
            this.hooks = hooks;
        }

        void run(String outcome, String rules) {
            watched = Watched.coroutine(() -> Async.withBackend(clock, () -> body.consume(script, trail)));
            script.play(this::isWaiting);
            long signalled = System.nanoTime();
            String end = end();
            assertThat(System.nanoTime() - signalled).as("time to the end").isLessThan(NANOS);
            script.playAfterEnd();
            watched.joined();
            assertThat(seen(end)).as("outcome").matches(consumer.endsWith("RACE") ? lost(outcome) : outcome);
            assertThat(script.escaped).as("what left a signal").isEmpty();
            assertThat(watched.interruptedAtEnd()).as("interrupted").isFalse();
            assertThat(clock.entries).as("timers left behind").isEmpty();
            subscriptionsAreClosedOnce();
            valuesAreReturnedOrDiscarded();
            errorsAreThrownOrReported();
            violationsAreReported(rules);
        }

        private boolean isWaiting() {
            return watched.hasEnded() || watched.isWaiting();
        }

        /** The end that comes of itself; or, when all signals are given and the consumer still waits, by force. */
        private String end() {
            until("ended or waiting", this::isWaiting);
            if (watched.hasEnded()) return endSeen();
            boolean timeout = consumer.contains("TIMEOUT");
            if (timeout) clock.fire();
            else watched.cancel();
            assertThat(endSeen()).isEqualTo(timeout ? "!TimeoutException" : "!CancelledException");
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

        /** What a race makes of it: a source that fails has lost, and the first loser's failure is thrown; empty is null. */
        private static String lost(String outcome) {
            return outcome.replace("!(boom|NoValueException)", "(!loser|null)")
                    .replace("!NoValueException", "null")
                    .replaceAll("![a-zA-Z]+", "!loser");
        }

        private void subscriptionsAreClosedOnce() {
            for (Upstream upstream : script.upstreams) {
                assertThat(upstream.cancels.get()).as("disposed").isLessThanOrEqualTo(1);
                assertThat(upstream.overlapped).as("rule 2.7").isFalse();
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

        /** RxJava itself reports what leaves a subscribe method, also where it is the outcome; but for Single and Maybe. */
        private void errorsAreThrownOrReported() {
            Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
            collect(thrown, seen);
            for (Throwable error : script.errors) {
                boolean byRxJava = script.outOfSubscribe.contains(error) && isReportedByRxJava(error);
                long reported = hooks.dropped.stream().filter(d -> d == error).count();
                long expected = seen.contains(error) && !byRxJava ? 0 : 1;
                assertThat(reported).as("reported: %s", error).isEqualTo(expected);
            }
            List<Throwable> reported = new ArrayList<>(hooks.dropped);
            reported.removeAll(script.answers);
            assertThat(script.errors).as("reported").containsAll(reported);
        }

        private boolean isReportedByRxJava(Throwable error) {
            return !consumer.startsWith("SINGLE")
                    && !consumer.startsWith("MAYBE")
                    && !(error instanceof VirtualMachineError || error instanceof LinkageError);
        }

        private void violationsAreReported(String rules) {
            assertThat(hooks.violations.stream().map(Violation::rule).sorted().collect(Collectors.joining(" ")))
                    .as("rules")
                    .matches(rules);
            assertThat(hooks.violations)
                    .extracting(Violation::source)
                    .allMatch(s -> s.startsWith("dev.weft.rxjava.Raw"));
        }

        private static void collect(Throwable from, Set<Throwable> into) {
            if (from == null || !into.add(from)) return;
            collect(from.getCause(), into);
            for (Throwable suppressed : from.getSuppressed()) collect(suppressed, into);
        }
    }
}
