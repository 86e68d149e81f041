package dev.weft.spring;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.reactor.ReactorAsync.asMono;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.stream;

import dev.weft.AsyncStream;
import dev.weft.Awaitable;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import dev.weft.SharedStream;
import dev.weft.StateStream;
import java.lang.reflect.Method;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.reactivestreams.Publisher;
import org.springframework.core.KotlinDetector;
import org.springframework.core.ReactiveAdapter;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.core.ReactiveTypeDescriptor;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/**
 * Makes {@link Coroutine}, {@link Deferred} and {@link AsyncStream} known to Spring, wherever it takes a {@code Mono} or
 * a {@code Flux}: as the results of handlers, repositories, clients, scheduled, cached and transactional methods, and as
 * bodies of requests. A coroutine and a stream are cold, and run with the context of whoever subscribes to them.
 *
 * @apiNote {@link EnableWeft} and the starter do this. Parts of Spring look only once, so code that does it by hand does
 *     it before there is an application context.
 * @since 0.1
 */
public final class ReactiveTypes {
    private ReactiveTypes() {}

    /** Registers them where all of Spring but WebFlux looks. More than once does nothing. */
    public static void registerShared() {
        register(ReactiveAdapterRegistry.getSharedInstance());
    }

    /**
     * Registers them in one registry. More than once does nothing.
     *
     * @param registry where they are to be known
     */
    public static void register(ReactiveAdapterRegistry registry) {
        Objects.requireNonNull(registry, "registry");
        synchronized (registry) {
            if (knows(registry, AsyncStream.class)) return;
            registry.registerReactiveType(
                    ReactiveTypeDescriptor.singleOptionalValue(Coroutine.class, () -> coroutine(() -> null)),
                    source -> asMono((Coroutine<?>) source),
                    ReactiveTypes::toCoroutine);
            registry.registerReactiveType(
                    ReactiveTypeDescriptor.nonDeferredAsyncValue(
                            Deferred.class, () -> coroutine(() -> null).start()),
                    source -> asMono((Deferred<?>) source),
                    ReactiveTypes::toDeferred);
            // Before the adapter of Flow.Publisher, which drops the context.
            registry.registerReactiveTypeOverride(
                    ReactiveTypeDescriptor.multiValue(AsyncStream.class, () -> stream(Flux.empty())),
                    source -> asFlux((AsyncStream<?>) source),
                    publisher -> stream(Flux.from(publisher)));
        }
    }

    /** {@return whether it takes a type for what it is; the adapter of a type above does not count} */
    static boolean knows(ReactiveAdapterRegistry registry, Class<?> type) {
        ReactiveAdapter adapter = registry.getAdapter(type);
        return adapter != null && isWeft(adapter.getReactiveType());
    }

    /** {@return whether Spring must adapt a type, since it is no data} */
    static boolean isWeft(@Nullable Class<?> type) {
        return type != null
                && (Awaitable.class.isAssignableFrom(type)
                        || type == AsyncStream.class
                        || SharedStream.class.isAssignableFrom(type)
                        || StateStream.class.isAssignableFrom(type));
    }

    /** {@return whether Spring does not adapt what a method returns} */
    static boolean isPlain(Method method) {
        return ReactiveAdapterRegistry.getSharedInstance().getAdapter(method.getReturnType()) == null
                && !KotlinDetector.isSuspendingFunction(method);
    }

    /** {@return the result of a method that is declared as plain; what runs later would be outside what is around it} */
    static @Nullable Object plain(@Nullable Object result, Method method, String around) {
        if (result != null && ReactiveAdapterRegistry.getSharedInstance().getAdapter(null, result) != null)
            throw new IllegalStateException(
                    around + " would end before the " + result.getClass().getSimpleName() + " that " + method
                            + " has returned: declare that as its type, or await it");
        return result;
    }

    private static Coroutine<?> toCoroutine(Publisher<?> publisher) {
        Mono<?> mono = toMono(publisher);
        return coroutine(() -> await(mono));
    }

    /** It is hot, so this subscribes now. */
    private static Deferred<?> toDeferred(Publisher<?> publisher) {
        Mono<?> mono = toMono(publisher);
        return async(() -> await(mono));
    }

    /** Not {@code Mono.from}, which cancels after the first value, and so would roll a transaction back. */
    private static Mono<?> toMono(Publisher<?> publisher) {
        return publisher instanceof Mono<?> mono ? mono : Flux.from(publisher).singleOrEmpty();
    }
}
