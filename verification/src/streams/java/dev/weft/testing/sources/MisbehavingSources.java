package dev.weft.testing.sources;

import dev.weft.Async;
import dev.weft.AsyncIterator;
import dev.weft.Awaitable;
import dev.weft.spi.Backend;
import dev.weft.testing.sources.Misbehaving.Kind;
import dev.weft.testing.sources.Script.Token;
import dev.weft.testing.streams.WatchedHooks;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Section 3: every misbehaving source against every consumer; a subclass says how its library consumes. */
public abstract class MisbehavingSources {
    /** A way to consume a source. */
    public enum Consumer {
        AWAIT_ONE(Kind.ONE),
        AWAIT_FIRST(Kind.FIRST),
        AWAIT_LAST(Kind.LAST),
        AWAIT_SINGLE(Kind.SINGLE),
        EACH(Kind.EACH),
        EACH_ONE(Kind.EACH_ONE),
        /** Against a participant that has already failed, so that the source decides; the race fails with that failure. */
        RACE(Kind.ONE),
        TIMEOUT(Kind.FIRST);

        private final Kind kind;

        Consumer(Kind kind) {
            this.kind = kind;
        }

        private String outcome(Misbehaving source) {
            String outcome = source.outcome(kind);
            if (this != RACE) return outcome;
            return outcome.startsWith("!") && !outcome.contains("NoValue")
                    ? "!loser"
                    : outcome.replace("boom", "loser");
        }
    }

    private final Backend backend;

    /** Its threads must not block. */
    private final Executor nonBlocking;

    protected MisbehavingSources(Backend backend, Executor nonBlocking) {
        this.backend = backend;
        this.nonBlocking = nonBlocking;
    }

    /** Opens a log of the library's hooks and Weft's. */
    protected abstract WatchedHooks hooks();

    protected abstract Token awaitOne(Script source);

    protected abstract Token awaitFirst(Script source);

    protected abstract Token awaitLast(Script source);

    protected abstract Token awaitSingle(Script source);

    /** The source as one that promises at most one value. */
    protected abstract Awaitable<Token> awaitable(Script source);

    protected abstract AsyncIterator<Token> each(Script source, int prefetch);

    static Stream<Arguments> cases() {
        return Arrays.stream(Misbehaving.values())
                .flatMap(source -> Arrays.stream(Consumer.values()).map(consumer -> Arguments.of(source, consumer)));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void everySourceIsSurvivedByEveryConsumer(Misbehaving source, Consumer consumer) {
        Script script = source.script(nonBlocking);
        boolean timed = consumer == Consumer.TIMEOUT;
        try (var hooks = hooks()) {
            new MisbehaviourCase(script, trail -> consume(consumer, script, trail), timed, hooks, backend)
                    .run(consumer.outcome(source));
        }
    }

    private String consume(Consumer consumer, Script source, List<Token> trail) throws Exception {
        return switch (consumer) {
            case AWAIT_ONE -> found(awaitOne(source), trail);
            case AWAIT_FIRST -> found(awaitFirst(source), trail);
            case AWAIT_LAST -> found(awaitLast(source), trail);
            case AWAIT_SINGLE -> found(awaitSingle(source), trail);
            case EACH -> all(each(source, 32), trail);
            case EACH_ONE -> all(each(source, 1), trail);
            case RACE -> {
                Token won = raced(awaitable(source));
                yield won == null ? "!NoValueException" : found(won, trail);
            }
            case TIMEOUT -> Async.withTimeout(Duration.ofMinutes(1), () -> found(awaitFirst(source), trail));
        };
    }

    private static String found(Token value, List<Token> trail) {
        trail.add(value);
        return "";
    }

    private static String all(AsyncIterator<Token> opened, List<Token> trail) {
        try (AsyncIterator<Token> values = opened) {
            for (Token value : values) trail.add(value);
        }
        return "end";
    }

    private static Token raced(Awaitable<Token> source) {
        Awaitable<Token> loser = Async.awaitable(CompletableFuture.failedFuture(new IllegalStateException("loser")));
        return Async.race(loser, source);
    }
}
