package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitFirst;
import static dev.weft.rxjava.RxAsync.awaitLast;
import static dev.weft.rxjava.RxAsync.awaitOptional;
import static dev.weft.rxjava.RxAsync.awaitSingle;
import static dev.weft.rxjava.RxAsync.awaitable;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.testing.sources.Misbehaving.numbers;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.AsyncBody;
import dev.weft.AsyncIterator;
import dev.weft.Awaitable;
import dev.weft.Overflow;
import dev.weft.spi.Violation;
import dev.weft.testing.sources.Misbehaving;
import dev.weft.testing.sources.MisbehaviourCase;
import dev.weft.testing.sources.Script.Token;
import io.reactivex.rxjava3.core.Single;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Section 3: every misbehaving source, in each of RxJava's types, against every consumer. */
class MisbehavingSourcesTest {
    /** Consumes, lets the values go to the trail, and says how it ended if it did not throw. */
    @FunctionalInterface
    interface Consuming {
        String consume(RxScript source, List<Token> trail) throws Exception;
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

    /** The kinds of consumers, as far as they make a difference: as others do, or with an overflow policy. */
    private enum Kind {
        FIRST,
        LAST,
        SINGLE,
        EACH,
        EACH_ONE,
        DROP_OLDEST,
        DROP_NEWEST,
        UNBOUNDED;

        private String outcome(Misbehaving source) {
            return switch (this) {
                case DROP_OLDEST -> keeping(source, "2 end", "40 parks", "[12]( [12])? end", EACH_ONE);
                case DROP_NEWEST -> keeping(source, "1 end", "1 parks", "[12]( [12])? end", EACH_ONE);
                case UNBOUNDED -> keeping(source, "1 2 end", numbers(40) + " parks", "[12] [12] end", EACH);
                case FIRST, LAST, SINGLE, EACH, EACH_ONE -> source.outcome(Misbehaving.Kind.valueOf(name()));
            };
        }

        private static String keeping(
                Misbehaving source, String ofTwo, String ofForty, String ofTwoAtOnce, Kind otherwise) {
            return switch (source) {
                case TWO_VALUES_FOR_ONE -> ofTwo;
                case VALUES_WITHOUT_REQUEST -> ofForty;
                case CONCURRENT_VALUES -> ofTwoAtOnce;
                default -> otherwise.outcome(source);
            };
        }
    }

    private static boolean isAboutDemand(Misbehaving source) {
        return source.name().startsWith("REQUEST_") || source == Misbehaving.VALUES_INSIDE_REQUEST;
    }

    /** The rules that are reported as broken, but for those of demand. */
    private static String broken(Misbehaving source) {
        return switch (source) {
            case SAME_SUBSCRIPTION_TWICE, TWO_SUBSCRIPTIONS -> "2.5";
            case SECOND_SUBSCRIPTION_AFTER_THE_END -> "(2.5)?";
            case NULL_SUBSCRIPTION, NULL_VALUE, NULL_ERROR, NULL_VALUE_LATE -> "2.13";
            case VALUE_BEFORE_SUBSCRIPTION, COMPLETE_BEFORE_SUBSCRIPTION, ERROR_BEFORE_SUBSCRIPTION -> "1.9";
            case SUBSCRIPTION_AFTER_COMPLETE -> "1.9( 2.5)?";
            case COMPLETE_TWICE,
                    ERROR_TWICE,
                    COMPLETE_THEN_ERROR,
                    ERROR_THEN_COMPLETE,
                    COMPLETE_THEN_VALUE,
                    ERROR_THEN_VALUE,
                    CONCURRENT_ENDS -> "1.7";
            case CONCURRENT_VALUES -> "(1.3)?";
            case CONCURRENT_VALUE_AND_END -> "(1.7)?";
            default -> "";
        };
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
        private final Consuming body;

        Many(Kind kind, Consuming body) {
            this.kind = kind;
            this.body = body;
        }

        private boolean hasDemand() {
            return name().startsWith("FLOWABLE");
        }

        private String rules(Misbehaving source) {
            boolean few = kind == Kind.FIRST || kind == Kind.EACH_ONE || kind == Kind.EACH;
            return hasDemand() && few ? "(1.1 ?)*" + broken(source) + "( ?1.1)*" : broken(source);
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

        private final Consuming body;

        One(Consuming body) {
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
                        .filter(consumer -> consumer.hasDemand() || !isAboutDemand(source))
                        .map(consumer -> Arguments.of(source, consumer)));
    }

    @ParameterizedTest(name = "{0} {1}")
    @MethodSource("many")
    void everySourceOfManyIsSurvivedByEveryConsumer(Misbehaving source, Many consumer) {
        try (var hooks = new HookLog()) {
            new RxCase(new RxScript(source), consumer.body, consumer.name(), hooks)
                    .run(consumer.kind.outcome(source), consumer.rules(source));
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
            new RxCase(source.script(consumer.isValued()), consumer.body, consumer.name(), hooks)
                    .run(consumer.outcome(source), source.rules());
        }
    }

    /** The oracle, for what RxJava reports and for the rules that were broken. */
    private static final class RxCase extends MisbehaviourCase {
        private final String consumer;
        private final RxScript source;

        RxCase(RxScript source, Consuming body, String consumer, HookLog hooks) {
            super(
                    source,
                    trail -> body.consume(source, trail),
                    consumer.contains("TIMEOUT"),
                    hooks,
                    RxBackend.INSTANCE);
            this.source = source;
            this.consumer = consumer;
        }

        void run(String outcome, String rules) {
            run(consumer.endsWith("RACE") ? lost(outcome) : outcome);
            violationsAreReported(rules);
        }

        /** What a race makes of it: a source that fails has lost, and the first loser's failure is thrown; empty is null. */
        private static String lost(String outcome) {
            return outcome.replace("!(boom|NoValueException)", "(!loser|null)")
                    .replace("!NoValueException", "null")
                    .replaceAll("![a-zA-Z]+", "!loser");
        }

        /**
         * RxJava itself reports what a subscribe method throws, also where that is the outcome; except for Single and
         * Maybe.
         */
        @Override
        protected void errorsAreThrownOrDropped(Set<Throwable> seen) {
            for (Throwable error : source.errors) {
                boolean byRxJava = source.outOfSubscribe.contains(error) && isReportedByRxJava(error);
                assertThat(drops(error)).as("reported: %s", error).isEqualTo(seen.contains(error) && !byRxJava ? 0 : 1);
            }
            List<Throwable> reported = new ArrayList<>(hooks.dropped);
            reported.removeAll(source.answers);
            assertThat(source.errors).as("reported").containsAll(reported);
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
    }
}
