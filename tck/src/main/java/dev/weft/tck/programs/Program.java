package dev.weft.tck.programs;

import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.weft.Async;
import dev.weft.Coroutine;
import dev.weft.Dispatcher;
import dev.weft.Hooks;
import dev.weft.spi.Failures;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One neutral program: a method without parameters in a subclass of {@link Programs}; its name is a sentence.
 *
 * @param method the method
 */
record Program(Method method) {
    private static final List<Class<? extends Programs>> ROOMS = List.of(
            AwaitPrograms.class,
            CallbackPrograms.class,
            CoroutinePrograms.class,
            GroupPrograms.class,
            SupervisorPrograms.class,
            TimePrograms.class,
            ListenerPrograms.class,
            IterationPrograms.class,
            ExportPrograms.class,
            StreamPrograms.class,
            OperatorPrograms.class,
            EndPrograms.class,
            SharedPrograms.class,
            EmitPrograms.class,
            WholePrograms.class);

    static List<Program> all() {
        return ROOMS.stream().flatMap(Program::in).toList();
    }

    static Program named(String name) {
        return all().stream()
                .filter(program -> program.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("no program is called " + name));
    }

    private static Stream<Program> in(Class<? extends Programs> room) {
        return Arrays.stream(room.getDeclaredMethods())
                .filter(Program::isProgram)
                .sorted(Comparator.comparing(Method::getName))
                .map(Program::new);
    }

    private static boolean isProgram(Method method) {
        return method.getParameterCount() == 0
                && !method.isSynthetic()
                && !Modifier.isPrivate(method.getModifiers())
                && !Modifier.isStatic(method.getModifiers());
    }

    String name() {
        return method.getName();
    }

    /**
     * Runs it in a coroutine on the stage's backend.
     *
     * @param dispatcher where it runs, or null for the configured one
     * @return its events
     * @throws AssertionError if it has not ended in time; its message has the trace so far
     */
    List<String> run(Stage stage, @Nullable Dispatcher dispatcher, Duration limit) {
        Hooks.Handle discards = Hooks.onDiscard(stage.discarded()::add);
        Hooks.Handle violations = Hooks.onViolation(breach -> stage.violations().add(breach.rule()));
        try {
            assertTimeoutPreemptively(
                    limit,
                    () -> Async.withBackend(stage.backend(), () -> play(stage, dispatcher)),
                    () -> name() + " has not ended; so far:\n" + stage.trace());
        } finally {
            violations.close();
            discards.close();
        }
        return stage.trace().events();
    }

    private void play(Stage stage, @Nullable Dispatcher dispatcher) throws Exception {
        if (dispatcher == null) {
            play(stage);
            return;
        }
        Coroutine<@Nullable Void> elsewhere = Async.coroutine(() -> play(stage));
        Async.await(elsewhere.on(dispatcher));
    }

    private void play(Stage stage) throws Exception {
        var constructor = method.getDeclaringClass().getDeclaredConstructor(Stage.class);
        try {
            method.invoke(constructor.newInstance(stage));
        } catch (InvocationTargetException thrown) {
            throw Failures.<RuntimeException>sneak(thrown.getTargetException());
        }
    }
}
