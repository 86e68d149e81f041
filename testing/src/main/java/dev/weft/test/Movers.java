package dev.weft.test;

import dev.weft.spi.Living;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/** What was started or woken and has not been looked at since, as the engine tells it, on any thread. */
final class Movers {
    private final Map<Thread, Living> coroutines = new ConcurrentHashMap<>();
    private final Queue<Living> moved = new ConcurrentLinkedQueue<>();

    void add(Living started) {
        Thread thread = started.subject().thread();
        if (thread != null) coroutines.put(thread, started);
        moved.add(started);
    }

    void woken(Thread thread) {
        Living coroutine = coroutines.get(thread);
        if (coroutine != null) moved.add(coroutine);
    }

    /** To be called when the thread of a coroutine has ended. */
    void forget(Thread thread) {
        coroutines.remove(thread);
    }

    /** {@return one of them, which is then no longer among them; null if there is none} */
    @Nullable
    Living next() {
        return moved.poll();
    }
}
