package dev.weft.tck;

import dev.weft.Hooks;
import dev.weft.spi.Backend;
import dev.weft.spi.Undeliverable;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;

/**
 * The contract of a {@link Backend}, as JUnit 5 tests: one for each numbered rule in its documentation, and the number begins the
 * test's name.
 *
 * <p>A backend's author extends it and supplies the backend and sources of its library:
 *
 * <pre>{@code
 * class MyBackendContractTest extends BackendContract {
 *     @Override
 *     protected Backend backend() {
 *         return new MyBackend();
 *     }
 *
 *     @Override
 *     protected Sources sources() {
 *         return new MySources();
 *     }
 * }
 * }</pre>
 *
 * <p>A rule that needs a source which is not supplied is skipped with a sentence, and the numbers of passed and skipped rules are
 * printed at the end. A rule that is broken fails with its number and a sentence that says what the backend did.
 *
 * <p>The tests use the process-wide hooks, and so run one after the other. Nothing in them waits by sleeping.
 */
public abstract class BackendContract extends MisbehaviourRules {
    /** For subclasses. */
    protected BackendContract() {}

    /** {@return the backend; called for each test} */
    protected abstract Backend backend();

    /** {@return sources of its library; called for each test} */
    protected abstract Sources sources();

    /**
     * Starts to watch the hooks through which the backend passes on what nobody can receive.
     *
     * @implSpec Watches {@link Hooks}. A backend whose library has hooks of its own watches those too, such as the one for dropped
     *     errors, and hands over each signal once, as the instance that the source gave.
     * @param seen takes what the hooks are given, on any thread; what it throws must come out of the hook
     * @return ends it and puts back the hooks that were there before
     */
    protected Hooks.Handle watch(Consumer<Undeliverable> seen) {
        List<Hooks.Handle> handles = List.of(
                Hooks.onDiscard(value -> seen.accept(new Undeliverable.Value(value))),
                Hooks.onDropped(error -> seen.accept(new Undeliverable.Failure(error))),
                Hooks.onViolation(violation -> seen.accept(new Undeliverable.Breach(violation))));
        return () -> handles.forEach(Hooks.Handle::close);
    }

    /** {@return how long to wait for what must happen before the rule fails: ten seconds} */
    protected Duration patience() {
        return Duration.ofSeconds(10);
    }

    @Override
    final Backend suppliedBackend() {
        return backend();
    }

    @Override
    final Sources suppliedSources() {
        return sources();
    }

    @Override
    final Duration suppliedPatience() {
        return patience();
    }

    @Override
    final Hooks.Handle watching(Consumer<Undeliverable> seen) {
        return watch(seen);
    }
}
