package dev.weft.reactor;

import dev.weft.spi.SourceWatch;
import org.reactivestreams.Publisher;
import reactor.core.Fuseable;
import reactor.core.publisher.ConnectableFlux;
import reactor.core.publisher.GroupedFlux;
import reactor.core.publisher.Hooks;
import reactor.core.publisher.Operators;
import reactor.core.publisher.ParallelFlux;

/**
 * Tells debug mode of the sources that are made and subscribed to: a hook of its own around each operator, which passes
 * the subscriber on as it is. Without debug mode there is none.
 */
final class SourceHooks {
    private static final String KEY = "dev.weft.debug";

    private SourceHooks() {}

    static void install() {
        SourceWatch watch = SourceWatch.of("reactor.", () -> true);
        if (watch != null) Hooks.onEachOperator(KEY, source -> told(source, watch));
    }

    /** What has its value already is neither watched nor changed. */
    private static Publisher<Object> told(Publisher<Object> source, SourceWatch watch) {
        if (source instanceof Fuseable.ScalarCallable) return source;
        if (needsSubscriber(source)) watch.made(source);
        return Operators.<Object, Object>liftPublisher((lifted, subscriber) -> {
                    SourceWatch.used(source);
                    return subscriber;
                })
                .apply(source);
    }

    /** Whether it does nothing unless it is subscribed to: a future runs already, and others can be connected. */
    private static boolean needsSubscriber(Publisher<?> source) {
        return !(source instanceof ConnectableFlux
                || source instanceof ParallelFlux
                || source instanceof GroupedFlux
                || source.getClass().getSimpleName().equals("MonoCompletionStage"));
    }
}
