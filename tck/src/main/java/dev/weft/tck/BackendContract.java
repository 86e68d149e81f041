package dev.weft.tck;

import dev.weft.Hooks;
import dev.weft.spi.Backend;
import dev.weft.spi.Undeliverable;
import java.time.Duration;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.ClassOrderer;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.TestClassOrder;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/**
 * The contract of a {@link Backend}, as JUnit 5 tests: one for each numbered rule in its documentation; the test's name
 * begins with the number. The chapters of the documentation are {@code @Nested} classes.
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
 * <p>A rule that needs a source which is not supplied is skipped with a sentence, and the numbers of passed and skipped
 * rules are printed at the end. A broken rule fails with its number and a sentence that says what the backend did.
 *
 * <p>A rule cannot be overridden. To skip one that a library cannot keep, use an assumption in a {@code @BeforeEach}
 * method of the author's class; it runs before each rule, on the instance that then supplies the backend, and the rule
 * is counted as skipped.
 *
 * <p>The tests use the process-wide hooks, and so run one after the other. Nothing in them waits by sleeping.
 *
 * @since 0.1
 */
@ExtendWith(RuleReport.class)
@TestClassOrder(ClassOrderer.ClassName.class)
@Execution(ExecutionMode.SAME_THREAD)
@ResourceLock("dev.weft.Hooks")
public abstract class BackendContract {
    /** For subclasses. */
    protected BackendContract() {}

    /** {@return the backend; called for each test} */
    protected abstract Backend backend();

    /** {@return sources of its library; called for each test} */
    protected abstract Sources sources();

    /**
     * Starts to watch the hooks to which the backend passes what nobody can receive.
     *
     * @implSpec Watches {@link Hooks}. A backend whose library has hooks of its own watches those too, such as the one
     *     for dropped errors, and passes each signal to {@code seen} once, as the instance that the source gave.
     * @param seen takes what the hooks receive, on any thread; what it throws must come out of the hook
     * @return stops watching and puts back the previous hooks
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

    // --- the chapters

    @Nested
    @DisplayName("1 Identity: id, understands")
    class Rules1Identity extends IdentityRules {
        Rules1Identity() {
            super(BackendContract.this);
        }
    }

    @Nested
    @DisplayName("2 Awaiting one value: one")
    class Rules2Await extends AwaitRules {
        Rules2Await() {
            super(BackendContract.this);
        }
    }

    @Nested
    @DisplayName("3 Iterating over many: many")
    class Rules3Iteration extends IterationRules {
        Rules3Iteration() {
            super(BackendContract.this);
        }
    }

    @Nested
    @DisplayName("4 Coroutines as sources: createOne")
    class Rules4Coroutine extends CoroutineRules {
        Rules4Coroutine() {
            super(BackendContract.this);
        }
    }

    @Nested
    @DisplayName("5 Publishers as sources: createStream")
    class Rules5Stream extends StreamRules {
        Rules5Stream() {
            super(BackendContract.this);
        }
    }

    @Nested
    @DisplayName("6 The clock: timer")
    class Rules6Timer extends TimerRules {
        Rules6Timer() {
            super(BackendContract.this);
        }
    }

    @Nested
    @DisplayName("7 What nobody can receive: undeliverable")
    class Rules7Hook extends HookRules {
        Rules7Hook() {
            super(BackendContract.this);
        }
    }

    @Nested
    @DisplayName("8 Threads and context: mayBlock, propagate")
    class Rules8Thread extends ThreadRules {
        Rules8Thread() {
            super(BackendContract.this);
        }
    }

    @Nested
    @DisplayName("9 Sources that break their protocol")
    class Rules9Misbehaviour extends MisbehaviourRules {
        Rules9Misbehaviour() {
            super(BackendContract.this);
        }
    }
}
