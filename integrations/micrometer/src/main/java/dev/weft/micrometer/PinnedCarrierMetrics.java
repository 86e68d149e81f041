package dev.weft.micrometer;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.binder.MeterBinder;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import jdk.jfr.consumer.RecordingStream;

/**
 * {@code weft.carriers.pinned}, a timer: how long virtual threads, those of coroutines and all others, have waited
 * without freeing their carrier. From the flight recorder's event {@code jdk.VirtualThreadPinned}, so that the module
 * {@code jdk.jfr} must be there; each registry has a recording until this is closed.
 *
 * @since 0.1
 */
public final class PinnedCarrierMetrics implements MeterBinder, AutoCloseable {
    private static final String EVENT = "jdk.VirtualThreadPinned";

    private final Duration threshold;
    private final List<RecordingStream> streams = new CopyOnWriteArrayList<>();

    /** Waits of at least 20 ms, as the JDK's own settings of the recorder have it. */
    public PinnedCarrierMetrics() {
        this(Duration.ofMillis(20));
    }

    /**
     * Waits of at least a certain time.
     *
     * @param threshold the time; a smaller one costs more
     */
    public PinnedCarrierMetrics(Duration threshold) {
        this.threshold = Objects.requireNonNull(threshold, "threshold");
    }

    @Override
    public void bindTo(MeterRegistry registry) {
        Timer pinned = Timer.builder("weft.carriers.pinned")
                .description("How long virtual threads have waited without freeing their carrier")
                .register(Objects.requireNonNull(registry, "registry"));
        var stream = new RecordingStream();
        streams.add(stream);
        stream.setMaxAge(Duration.ofSeconds(10));
        stream.enable(EVENT).withThreshold(threshold).withoutStackTrace();
        stream.onEvent(EVENT, event -> pinned.record(event.getDuration()));
        stream.startAsync();
    }

    /** Ends the recordings; the timers stay. */
    @Override
    public void close() {
        for (RecordingStream stream : streams) if (streams.remove(stream)) stream.close();
    }
}
