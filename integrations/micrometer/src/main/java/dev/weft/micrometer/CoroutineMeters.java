package dev.weft.micrometer;

import dev.weft.CoroutineEnd;
import dev.weft.CoroutineInfo;
import dev.weft.CoroutineListener;
import dev.weft.CoroutineWait;
import dev.weft.spi.WaitKind;
import io.micrometer.core.instrument.Clock;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tag;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.LongAdder;
import org.jspecify.annotations.Nullable;

/** The meters of coroutines in one registry. */
final class CoroutineMeters implements CoroutineListener {
    private final MeterRegistry registry;
    private final Clock clock;
    private final CoroutineMeterConvention convention;
    private final Map<CoroutineInfo, Life> lives = new ConcurrentHashMap<>();
    private final Map<Tags, Group> groups = new ConcurrentHashMap<>();

    CoroutineMeters(MeterRegistry registry, CoroutineMeterConvention convention) {
        this.registry = registry;
        this.clock = registry.config().clock();
        this.convention = convention;
    }

    /** Called when nothing is told any more, except by a call that is under way. */
    void close() {
        groups.values().forEach(group -> registry.remove(group.gauge));
        lives.clear();
    }

    @Override
    public void started(CoroutineInfo coroutine) {
        Group group = groups.computeIfAbsent(convention.getTags(coroutine), Group::new);
        group.active.increment();
        lives.put(coroutine, new Life(group, clock.monotonicTime()));
    }

    @Override
    public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
        Life life = lives.get(coroutine);
        if (life == null) return;
        life.waitsFor = wait.kind();
        life.waitsSince = clock.monotonicTime();
    }

    @Override
    public void resumed(CoroutineInfo coroutine) {
        Life life = lives.get(coroutine);
        if (life == null || life.waitsFor == null) return;
        life.group.waits(life.waitsFor).record(clock.monotonicTime() - life.waitsSince, TimeUnit.NANOSECONDS);
        life.waitsFor = null;
    }

    @Override
    public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
        Life life = lives.remove(coroutine);
        if (life == null) return;
        life.group.active.decrement();
        life.group
                .lifetimes(Words.outcome(end), Words.reason(end))
                .record(clock.monotonicTime() - life.startedAt, TimeUnit.NANOSECONDS);
    }

    /** One coroutine; the fields that change belong to its thread. */
    private static final class Life {
        final Group group;
        final long startedAt;

        @Nullable
        WaitKind waitsFor;

        long waitsSince;

        Life(Group group, long startedAt) {
            this.group = group;
            this.startedAt = startedAt;
        }
    }

    /** The coroutines with the same tags. Its timers are kept, since a registry makes a key for each look-up. */
    private final class Group {
        final Tags tags;
        final LongAdder active = new LongAdder();
        final Gauge gauge;
        private final Map<WaitKind, Timer> waits = new ConcurrentHashMap<>();
        private final Map<Tags, Timer> lifetimes = new ConcurrentHashMap<>();

        Group(Tags tags) {
            this.tags = tags;
            this.gauge = Gauge.builder("weft.coroutines.active", active, LongAdder::sum)
                    .description("Coroutines that have started and not ended")
                    .tags(tags)
                    .strongReference(true)
                    .register(registry);
        }

        Timer waits(WaitKind kind) {
            return waits.computeIfAbsent(
                    kind,
                    absent -> timer(
                            "weft.coroutines.waits",
                            "How long coroutines have waited",
                            Tags.of("kind", Words.of(absent))));
        }

        Timer lifetimes(String outcome, String reason) {
            return lifetimes.computeIfAbsent(
                    Tags.of("outcome", outcome, "reason", reason),
                    absent -> timer("weft.coroutines.lifetime", "From the start of a coroutine to its end", absent));
        }

        private Timer timer(String name, String description, Iterable<Tag> more) {
            return Timer.builder(name)
                    .description(description)
                    .tags(tags.and(more))
                    .register(registry);
        }
    }
}
