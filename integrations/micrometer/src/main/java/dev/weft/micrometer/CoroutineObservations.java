package dev.weft.micrometer;

import dev.weft.CoroutineEnd;
import dev.weft.CoroutineInfo;
import dev.weft.CoroutineListener;
import dev.weft.Hooks;
import io.micrometer.observation.NullObservation;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.observation.contextpropagation.ObservationThreadLocalAccessor;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Observes each coroutine that has a name, from its start to its end: with a tracing handler, a span of the trace that
 * its caller is in. To be registered with {@link Hooks#addListener}.
 *
 * <p>Its parent is the current observation by the rule of {@link dev.weft.Context}: that in the context, or else that of
 * the thread that calls. It is in the context of the body, and current on the body's thread; so what the body awaits and
 * starts is inside it. A coroutine without a name has the observation of the code that starts it.
 *
 * <p>Inside an observation of another registry, as where two applications share a JVM, coroutines are left to the listener
 * that belongs to that one.
 *
 * <p>A failure is the error of the observation. That it was cancelled, or ran out of time, is none, but an outcome.
 *
 * @since 0.1
 */
public final class CoroutineObservations implements CoroutineListener {
    /** A constant of the compiler: so Micrometer's context-propagation need not be there. */
    private static final String KEY = ObservationThreadLocalAccessor.KEY;

    private static final CoroutineObservationConvention DEFAULT = new DefaultCoroutineObservationConvention();

    private final ObservationRegistry registry;
    private final @Nullable CoroutineObservationConvention convention;
    private final Map<CoroutineInfo, Observation> observations = new ConcurrentHashMap<>();

    /**
     * Observations with the names that this module has by itself.
     *
     * @param registry where they are started
     */
    public CoroutineObservations(ObservationRegistry registry) {
        this(registry, null);
    }

    /**
     * Observations with names of one's own.
     *
     * @param registry where they are started
     * @param convention the names; null for those that the registry has for coroutines, or this module by itself
     */
    public CoroutineObservations(ObservationRegistry registry, @Nullable CoroutineObservationConvention convention) {
        this.registry = Objects.requireNonNull(registry, "registry");
        this.convention = convention;
    }

    @Override
    public Runnable around(CoroutineInfo coroutine, Runnable body) {
        Observation current = coroutine.context().getOrDefault(KEY, null);
        Observation outer = outside(coroutine, current == null ? registry.getCurrentObservation() : current);
        if (outer != null && isOfAnotherRegistry(outer)) return body;
        Observation inner = coroutine.isNamed() ? start(coroutine, outer) : outer;
        return inner == null ? body : () -> inScope(inner, body);
    }

    /** {@return an observation, or, if another such listener has started it for this coroutine, the one around it} */
    private @Nullable Observation outside(CoroutineInfo coroutine, @Nullable Observation outer) {
        if (outer == null
                || !isOfAnotherRegistry(outer)
                || !(outer.getContext() instanceof CoroutineObservationContext its)
                || its.getCoroutine() != coroutine) return outer;
        return outside(coroutine, its.getParentObservation() instanceof Observation parent ? parent : null);
    }

    private boolean isOfAnotherRegistry(Observation observation) {
        ObservationRegistry its = observation.getObservationRegistry();
        return its != registry && !its.isNoop() && !(observation instanceof NullObservation);
    }

    /** {@return the observation of the coroutine; the outer one if a predicate of the registry wants none} */
    private @Nullable Observation start(CoroutineInfo coroutine, @Nullable Observation outer) {
        Observation own = CoroutineObservationDocumentation.COROUTINE.observation(
                convention, DEFAULT, () -> new CoroutineObservationContext(coroutine), registry);
        if (own.isNoop()) return outer;
        own.parentObservation(outer).start();
        observations.put(coroutine, own);
        coroutine.addToContext(KEY, own);
        return own;
    }

    /** A backend that sets thread-locals has opened the scope already. */
    private void inScope(Observation observation, Runnable body) {
        if (registry.getCurrentObservation() == observation) {
            body.run();
            return;
        }
        Observation.Scope scope = observation.openScope();
        try {
            body.run();
        } finally {
            scope.close();
        }
    }

    @Override
    public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
        Observation own = observations.remove(coroutine);
        if (own == null) return;
        ((CoroutineObservationContext) own.getContext()).setEnd(end);
        if (end.failure() != null && !Words.isTimeout(end)) own.error(end.failure());
        own.stop();
    }
}
