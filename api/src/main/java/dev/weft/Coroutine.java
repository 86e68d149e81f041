package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Failures;
import dev.weft.spi.Scope;
import dev.weft.spi.Warning;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Await-style code that has not been started: cold, and run again each time it is awaited or started. It is like a
 * coroutine object of asyncio, except that it may be used more than once.
 *
 * @param <T> the type of the result
 * @since 0.1
 */
public final class Coroutine<T extends @Nullable Object> implements Awaitable<T> {
    private final Callable<? extends T> body;
    private final CoroutineOptions options;

    /** Whether it was awaited, started or made into something else; null unless that is watched. */
    private final @Nullable AtomicBoolean used =
            Debug.watch(this, Warning.Kind.NEVER_RUN, "a coroutine was built and never run: await it, or start it");

    Coroutine(Callable<? extends T> body, CoroutineOptions options) {
        this.body = Objects.requireNonNull(body, "body");
        this.options = options.madeHere();
    }

    /** {@return this coroutine with a name, for its threads} */
    public Coroutine<T> named(String name) {
        return new Coroutine<>(body(), options.named(name));
    }

    /** {@return this coroutine on a dispatcher, where it has a thread of its own even if it is awaited inside another coroutine} */
    public Coroutine<T> on(Dispatcher dispatcher) {
        return new Coroutine<>(body(), options.on(Dispatcher.optionsOf(dispatcher)));
    }

    /**
     * Runs it and returns its result. Inside a coroutine this is a call: it runs on the same thread, as a nested scope,
     * which is left when everything that was started inside has ended; but if it has a dispatcher of its own, it is
     * started as a member and awaited. Outside, this is {@link Async#run}.
     */
    @Override
    public T await() {
        Scope scope = Scope.current();
        if (scope == null) return outside();
        if (options.saysWhere()) return start().await();
        scope.checkpoint();
        try {
            return new Scope(scope, scope.backend(), scope.context(), false).call(body());
        } catch (Exception failure) {
            throw failure instanceof RuntimeException unchecked ? unchecked : new AwaitException(failure);
        }
    }

    /**
     * Starts it on a thread of its own: as a member of the current coroutine, which does not end before it, or as a
     * root outside any coroutine.
     *
     * @return its handle
     * @throws CancelledException if the current coroutine is cancelled; it is not started then
     */
    public Deferred<T> start() {
        Scope scope = Scope.current();
        return startIn(scope == null ? null : scope.home()).handle;
    }

    /**
     * {@return this as a cold source of an installed backend, such as {@code Mono.class} or {@code Single.class}; as a
     * {@link java.util.concurrent.CompletionStage} it is started now, and cancelled when that future is cancelled or
     * completed by other code}
     *
     * @param type a type for one value
     */
    public <N> N as(Class<N> type) {
        return Backends.of(type).createOne(body(), options, type);
    }

    /** Starts it in a scope, with the backend and the context of the current code. */
    MemberTask<T> startIn(@Nullable Scope owner) {
        Scope here = Scope.surrounding();
        Backend backend = here == null ? Backends.selected() : here.backend();
        Object context = here == null ? Context.empty() : here.context();
        var task = new MemberTask<T>(owner, backend, context, options, body());
        task.start();
        return task;
    }

    /** {@return what it does, for code that runs it} */
    Callable<? extends T> body() {
        if (used != null) used.set(true);
        return body;
    }

    CoroutineOptions options() {
        return options;
    }

    private T outside() {
        try {
            return options.saysWhere()
                    ? RunTask.run("await", Async.backend(), CoroutineOptions.NONE, () -> start().await())
                    : RunTask.run("await", Async.backend(), options, body());
        } catch (Exception failure) {
            throw Failures.thrown(failure);
        }
    }

    @Override
    public String toString() {
        String name = options.name();
        return "Coroutine[" + (name == null ? "unnamed" : name) + ']';
    }
}
