package dev.weft.micrometer;

import dev.weft.Hooks;
import dev.weft.spi.EngineCounter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * Meters of all coroutines of this process, from the moment it is bound to a registry until it is closed:
 *
 * <ul>
 *   <li>{@code weft.coroutines.active}, a gauge: how many have started and not ended.
 *   <li>{@code weft.coroutines.lifetime}, a timer: from the start to the end, by {@code outcome} ({@code succeeded},
 *       {@code failed}, {@code timed_out}, {@code cancelled}) and {@code reason} (what has cancelled it, or
 *       {@code none}).
 *   <li>{@code weft.coroutines.waits}, a timer: how long they have waited, by {@code kind}: a
 *       {@link dev.weft.spi.WaitKind}.
 *   <li>{@code weft.discarded}, {@code weft.dropped}, {@code weft.violations} and so on, a counter for each
 *       {@link EngineCounter}, since the start of the process.
 * </ul>
 *
 * The first three have the tags of a {@link CoroutineMeterConvention}. A coroutine that was started before is not
 * counted.
 *
 * @since 0.1
 */
public final class CoroutineMetrics implements MeterBinder, AutoCloseable {
    private final CoroutineMeterConvention convention;
    private final List<Runnable> bound = new CopyOnWriteArrayList<>();

    /** Meters with the tags that this module has by itself. */
    public CoroutineMetrics() {
        this(CoroutineMeterConvention.DEFAULT);
    }

    /**
     * Meters with tags of one's own.
     *
     * @param convention the tags
     */
    public CoroutineMetrics(CoroutineMeterConvention convention) {
        this.convention = Objects.requireNonNull(convention, "convention");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        var meters = new CoroutineMeters(Objects.requireNonNull(registry, "registry"), convention);
        for (EngineCounter counter : EngineCounter.values()) {
            FunctionCounter.builder("weft." + Words.of(counter).replace('_', '.'), counter, EngineCounter::sum)
                    .description("Weft's counter " + counter)
                    .register(registry);
        }
        Hooks.Handle listening = Hooks.addListener(meters);
        bound.add(() -> {
            listening.close();
            meters.close();
        });
    }

    /** Counts no more, and takes the gauges out of the registries; the timers and counters stay. */
    @Override
    public void close() {
        for (Runnable unbind : bound) if (bound.remove(unbind)) unbind.run();
    }
}
