package dev.weft.testing.sources;

import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Async;
import dev.weft.CancelledException;
import dev.weft.NoValueException;
import dev.weft.OverflowException;
import dev.weft.TooManyValuesException;
import dev.weft.spi.Backend;
import dev.weft.testing.FiringBackend;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Script.Token;
import dev.weft.testing.streams.WatchedHooks;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One source against one consumer, and the oracle. */
public class MisbehaviourCase {
    /** Consumes, adds the values to the trail, and returns how it ended if it did not throw. */
    @FunctionalInterface
    public interface Body {
        String consume(List<Token> trail) throws Exception;
    }

    private static final long NANOS = Duration.ofSeconds(10).toNanos();

    protected final Script script;
    protected final WatchedHooks hooks;
    private final Body body;
    private final boolean timed;
    private final FiringBackend clock;
    private final List<Token> trail = new CopyOnWriteArrayList<>();
    private Watched<String> watched;
    private Throwable thrown;

    /** {@code timed} says whether the consumer has a timeout. */
    public MisbehaviourCase(Script script, Body body, boolean timed, WatchedHooks hooks, Backend backend) {
        this.script = script;
        this.body = body;
        this.timed = timed;
        this.hooks = hooks;
        this.clock = new FiringBackend(backend);
    }

    /** Plays the source, and checks that the end matches this pattern. */
    public void run(String outcome) {
        watched = Watched.coroutine(() -> Async.withBackend(clock, () -> body.consume(trail)));
        script.play(this::isWaiting);
        long signalled = System.nanoTime();
        String end = end();
        assertThat(System.nanoTime() - signalled).as("time to the end").isLessThan(NANOS);
        script.playAfterEnd();
        watched.joined();
        assertThat(seen(end)).as("outcome").matches(outcome);
        assertThat(script.escaped).as("what left a signal").isEmpty();
        assertThat(watched.interruptedAtEnd()).as("interrupted").isFalse();
        assertThat(clock.entries).as("timers left behind").isEmpty();
        subscriptionsAreClosedOnce();
        valuesAreReturnedOrDiscarded();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        collect(thrown, seen);
        errorsAreThrownOrDropped(seen);
    }

    private boolean isWaiting() {
        return watched.hasEnded() || watched.isWaiting();
    }

    /** The end that comes by itself; or, if the consumer still waits after all signals, a forced one. */
    private String end() {
        until("ended or waiting", this::isWaiting);
        if (watched.hasEnded()) return endSeen();
        if (timed) clock.fire();
        else watched.cancel();
        assertThat(endSeen()).isEqualTo(timed ? "!TimeoutException" : "!CancelledException");
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
        return Stream.concat(trail.stream().map(Token::toString), Stream.of(end).filter(e -> !e.isEmpty()))
                .collect(Collectors.joining(" "));
    }

    private void subscriptionsAreClosedOnce() {
        for (Upstream upstream : script.upstreams) {
            assertThat(upstream.cancels.get()).as("cancelled").isLessThanOrEqualTo(1);
            assertThat(upstream.overlapped()).as("rule 2.7").isFalse();
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

    /** Checks that each error of the source was thrown or dropped, once. */
    protected void errorsAreThrownOrDropped(Set<Throwable> seen) {
        for (Throwable error : script.errors)
            assertThat(drops(error) + (seen.contains(error) ? 1 : 0))
                    .as("thrown or dropped: %s", error)
                    .isEqualTo(1);
        assertThat(script.errors).as("dropped").containsAll(hooks.dropped);
    }

    protected final long drops(Throwable error) {
        return hooks.dropped.stream().filter(dropped -> dropped == error).count();
    }

    private static void collect(Throwable from, Set<Throwable> into) {
        if (from == null || !into.add(from)) return;
        collect(from.getCause(), into);
        for (Throwable suppressed : from.getSuppressed()) collect(suppressed, into);
    }
}
