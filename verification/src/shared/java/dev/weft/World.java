package dev.weft;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.test.simulation.Simulation;
import dev.weft.testing.Lives;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** A backend in one run of a simulation, with what its hooks received; the fields are used on the one carrier only. */
public abstract class World {
    /** Kept in a field, or its level would be forgotten; in virtual time it would log about shields that last. */
    private static final Logger LOG = Logger.getLogger("dev.weft");

    /** The current world; hooks are set for good, in a JVM that does nothing else. */
    private static World current;

    static {
        Hooks.onDiscard(value -> current.discarded.add(value));
        Hooks.onDropped(failure -> current.dropped.add(failure));
        Hooks.onViolation(breach -> {});
        Hooks.addListener(new Relayed());
        LOG.setLevel(Level.FINE);
        LOG.setUseParentHandlers(false);
        LOG.addHandler(new Handler() {
            @Override
            public void publish(LogRecord entry) {
                if (entry.getLevel() == Level.FINE && entry.getThrown() != null) current.answers.add(entry.getThrown());
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        });
    }

    public final Simulation simulation;
    private final List<Object> discarded = new ArrayList<>();
    private final List<Throwable> dropped = new ArrayList<>();
    private final List<Throwable> answers = new ArrayList<>();
    private final Lives lives = new Lives();
    Deferred<?> root;

    /** Every scenario is also one of what a listener is told. */
    private static final class Relayed implements CoroutineListener {
        @Override
        public void started(CoroutineInfo coroutine) {
            current.lives.started(coroutine);
        }

        @Override
        public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
            current.lives.suspended(coroutine, wait);
        }

        @Override
        public void resumed(CoroutineInfo coroutine) {
            current.lives.resumed(coroutine);
        }

        @Override
        public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
            current.lives.ended(coroutine, end);
        }
    }

    protected World(Simulation simulation) {
        this.simulation = simulation;
        current = this;
        simulation.atEnd(lives::checkOver);
        simulation.atEnd(() -> assertThat(Coroutines.dump().entries()).isEmpty());
    }

    /** {@return the current world} */
    protected static World current() {
        return current;
    }

    /** {@return the backend, whose timer is on the clock of the simulation} */
    public abstract Backend backend();

    /** {@return a native source of one value or many that a scenario plays} */
    protected abstract Object publisher(PlayedSource source);

    /** Subscribes to the source that the backend makes of a coroutine with a result. */
    protected abstract void subscribe(Callable<String> body, PlayedSubscriber subscriber);

    /** Subscribes to the source that the backend makes of a generator. */
    protected abstract void subscribeMany(Generator<String> generator, PlayedSubscriber subscriber);

    /** {@return whether a subscriber is notified by signals, inside which it may throw or cancel} */
    protected boolean hasSignals() {
        return true;
    }

    /** {@return whether iteration over its sources has demand} */
    protected boolean hasDemand() {
        return true;
    }

    /** {@return whether its library itself reports what a source throws out of subscribe} */
    protected boolean reportsWhatSubscribeThrows() {
        return false;
    }

    /** {@return whether a value of its sources is also their end} */
    protected boolean endsWithItsValue() {
        return false;
    }

    /** Notes what the library's own hook for errors received. */
    protected static void dropped(Throwable failure) {
        current.dropped.add(failure);
    }

    /** Starts the coroutine of the scenario. */
    public final <T> Deferred<T> root(Callable<T> body) {
        var task = new MemberTask<T>(null, backend(), Context.empty(), CoroutineOptions.NONE.named("root"), body);
        root = task.handle;
        return task.started();
    }

    /** Cancels the root, at any time at all or at any time after its first await. */
    void canceller(PlayedSource source) {
        boolean late = simulation.coin();
        simulation.start("canceller", () -> {
            if (late) source.untilSubscribedTo();
            root.cancel();
        });
    }

    PlayedSource source() {
        return new PlayedSource(this);
    }

    /** {@return a played source as something to start in a group} */
    protected Awaitable<String> awaitable(PlayedSource source) {
        return Async.awaitable(publisher(source));
    }

    AwaitCell<String> cell(PlayedSource source, AwaitMode take) {
        return backend().one(publisher(source), take);
    }

    String await(PlayedSource source, AwaitMode take) {
        return cell(source, take).await();
    }

    final IterationCell<String> each(PlayedSource source, int prefetch) {
        IterationCell<String> cell = many(source, prefetch);
        cell.open();
        return cell;
    }

    /** {@return an iteration that is not open yet} */
    protected IterationCell<String> many(PlayedSource source, int prefetch) {
        return backend().many(publisher(source), prefetch);
    }

    /** {@return what the hook for values received} */
    public final List<Object> discarded() {
        return discarded;
    }

    /** {@return what was dropped, except for notes of await sites} */
    public final List<Throwable> dropped() {
        return dropped;
    }

    /** {@return what was dropped, and what was only logged because it followed a cancel of ours} */
    public final List<Throwable> late() {
        List<Throwable> late = new ArrayList<>(dropped);
        late.addAll(answers);
        return late;
    }

    /** Checks that what was made was either returned or discarded, each value once. */
    public final void conserved(List<?> made, Object... returned) {
        List<Object> all = new ArrayList<>(Arrays.asList(returned));
        all.addAll(discarded());
        assertThat(all).containsExactlyInAnyOrderElementsOf(made);
    }

    /** Checks that what was made is either the root's value or was discarded. */
    public final void conserved(List<?> made) {
        if (root.outcome() instanceof Outcome.Success<?> success) conserved(made, success.value());
        else conserved(made, new Object[0]);
    }
}
