package dev.weft.tck.programs;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import dev.weft.Dispatcher;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.tck.Sources;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/**
 * Neutral programs, which do the same on every backend: each leaves a trace that is compared, line by line, with the
 * one in {@code traces.txt} of this package.
 *
 * <p>A backend's author extends it in the backend's tests, where the backend must be installed
 * ({@code META-INF/services}).
 *
 * <p>With {@code -Dweft.tck.rounds=300} each program runs 300 times.
 *
 * @since 0.1
 */
public abstract class EquivalenceContract {
    private static final int ROUNDS = Integer.getInteger("weft.tck.rounds", 1);
    private static final Duration LIMIT = Duration.ofSeconds(30);

    /** For subclasses. */
    protected EquivalenceContract() {}

    /** {@return the backend that must leave the same traces as all others} */
    protected abstract Backend backend();

    /**
     * {@return sources of the backend's library} A source that is signalled by hand must deliver what is signalled
     * after it has counted the subscription and the demand, even if another thread is just about to pass that demand
     * on.
     */
    protected abstract Sources sources();

    @TestFactory
    Stream<DynamicTest> aProgramLeavesTheSameTraceOnEveryBackend() {
        Traces traces = Traces.load();
        return Program.all().stream().map(program -> dynamicTest(program.name(), () -> compare(program, null, traces)));
    }

    /** All coroutines of a program take turns on one thread, if the JVM can do that. */
    @TestFactory
    Stream<DynamicTest> aProgramLeavesTheSameTraceOnOneThread() {
        assumeTrue(
                CoroutineOptions.missing() == null,
                "one thread for all coroutines: this JVM " + CoroutineOptions.missing());
        Traces traces = Traces.load();
        return Program.all().stream()
                .map(program -> dynamicTest(program.name(), () -> compareOnOneThread(program, traces)));
    }

    @Test
    void thereIsATraceForEachProgramAndAProgramForEachTrace() {
        List<String> names = Program.all().stream().map(Program::name).toList();
        Set<String> programs = new HashSet<>(names);
        assertEquals(names.size(), programs.size(), "two programs have one name");
        assertEquals(programs, Traces.load().names());
    }

    @Test
    void noTraceIsEmpty() {
        Traces traces = Traces.load();
        assertFalse(traces.names().isEmpty(), "there are no traces");
        assertEquals(
                Set.of(),
                traces.names().stream()
                        .filter(name -> traces.of(name).isEmpty())
                        .collect(Collectors.toSet()));
    }

    private void compareOnOneThread(Program program, Traces traces) {
        ExecutorService thread = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("one-thread").factory());
        try {
            compare(program, Dispatcher.on(thread), traces);
        } finally {
            thread.shutdown();
        }
    }

    private void compare(Program program, @Nullable Dispatcher dispatcher, Traces traces) {
        Backend backend = backend();
        for (int round = 0; round < ROUNDS; round++)
            traces.check(program.name(), backend.id(), program.run(new Stage(backend, sources()), dispatcher, LIMIT));
    }
}
