package dev.weft;

import dev.weft.spi.Cancellation;
import dev.weft.spi.Census;
import dev.weft.spi.Living;
import dev.weft.spi.WaitKind;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes a dump: what is alive, and who waits for whom. */
final class Dumper {
    private static final int MOST_FRAMES = 3;

    /** How many stacks a dump looks at: that takes the most time by far. */
    private static final int MOST_STACKS = 10_000;

    private final List<Living> found = new ArrayList<>();
    private final Map<Object, Integer> numbers = new IdentityHashMap<>();

    /** Who waits for the outcome of whom, by their numbers. */
    private final List<List<Integer>> awaiters = new ArrayList<>();

    private final Waits waits = new Waits();
    private final DumpContext context = DumpContext.configured();

    private Dumper() {}

    static CoroutineDump take(int most) {
        return new Dumper().dump(most);
    }

    private CoroutineDump dump(int most) {
        Instant taken = Instant.now();
        boolean complete = Census.take(most, this::number);
        for (int i = 0; i < found.size(); i++) noteWaits(i);
        List<CoroutineDump.Entry> entries = new ArrayList<>(found.size());
        for (int i = 0; i < found.size(); i++) entries.add(entry(i, entries));
        return new CoroutineDump(taken, entries, complete, waits.cycles());
    }

    private void number(Living living) {
        numbers.put(living.subject(), found.size());
        found.add(living);
        awaiters.add(List.of());
    }

    private void noteWaits(int number) {
        Living living = found.get(number);
        if (living.waitsIn() instanceof Handle.HandleAwait<?> await && await.awaited() != null) {
            Integer awaited = numbers.get(await.awaited());
            if (awaited != null) noteAwait(number, awaited);
        }
        int parent = parent(living);
        if (parent >= 0 && living.isOwned() && found.get(parent).kind() == WaitKind.MEMBERS) waits.add(parent, number);
    }

    private void noteAwait(int awaiter, int awaited) {
        if (awaiters.get(awaited).isEmpty()) awaiters.set(awaited, new ArrayList<>());
        awaiters.get(awaited).add(awaiter);
        waits.add(awaiter, awaited);
    }

    private int parent(Living living) {
        Living parent = living.parent();
        return parent == null ? -1 : numbers.getOrDefault(parent.subject(), -1);
    }

    private CoroutineDump.Entry entry(int number, List<CoroutineDump.Entry> before) {
        Living living = found.get(number);
        int parent = parent(living);
        Thread thread = living.subject().thread();
        String waitsFor = living.waitsFor();
        List<StackTraceElement> frames = number < MOST_STACKS ? living.frames() : List.of();
        return new CoroutineDump.Entry(
                number,
                parent,
                parent < 0 ? 0 : before.get(parent).depth() + 1,
                living.subject().title(),
                living.subject().isNamed(),
                living.subject().backend().id(),
                thread == null ? -1 : thread.threadId(),
                state(living, waitsFor),
                waitsFor == null ? null : living.kind(),
                waitsFor,
                living.suspensions(),
                duration(living.ageNanos()),
                duration(living.waitingNanos()),
                why(living.cancellation()),
                innermost(frames),
                number < MOST_STACKS ? innermost(living.made()) : List.of(),
                awaiters.get(number),
                context.of(living.subject().context()));
    }

    private static List<StackTraceElement> innermost(List<StackTraceElement> frames) {
        return frames.subList(0, Math.min(MOST_FRAMES, frames.size()));
    }

    private static CoroutineDump.State state(Living living, @Nullable String waitsFor) {
        if (waitsFor != null) return CoroutineDump.State.SUSPENDED;
        return living.waitsElsewhere() ? CoroutineDump.State.BLOCKED : CoroutineDump.State.RUNNING;
    }

    private static @Nullable Duration duration(long nanos) {
        return nanos < 0 ? null : Duration.ofNanos(nanos);
    }

    private static @Nullable String why(@Nullable Cancellation cancellation) {
        if (cancellation == null) return null;
        return cancellation.why() == null ? cancellation.reason().name() : cancellation.why();
    }
}
