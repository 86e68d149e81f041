package dev.weft.stress;

import static org.assertj.core.api.Assertions.fail;

import java.util.Arrays;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Collectors;

/** A count of what is alive: bodies of coroutines, their threads, and platform threads. */
final class Census {
    private final Queue<Thread> threads = new ConcurrentLinkedQueue<>();
    private final AtomicLong bodies = new AtomicLong();

    /** {@return the body, counted while it runs; its thread must end} */
    <T> Callable<T> counted(Callable<T> body) {
        return () -> {
            bodies.incrementAndGet();
            expect(Thread.currentThread());
            try {
                return body.call();
            } finally {
                bodies.decrementAndGet();
            }
        };
    }

    /** Notes a thread that must end. */
    void expect(Thread thread) {
        threads.add(thread);
    }

    /** How many bodies are running. */
    long bodies() {
        return bodies.get();
    }

    /** Waits until all threads have ended, and forgets them. */
    void assertGone() throws InterruptedException {
        var patience = new Patience();
        for (Thread thread = threads.poll(); thread != null; thread = threads.poll())
            if (!patience.isGone(thread)) fail("a thread is left: %s", describe(thread));
    }

    /** The first few live threads, and where they are. */
    String alive() {
        return threads.stream()
                .filter(Thread::isAlive)
                .limit(5)
                .map(Census::describe)
                .collect(Collectors.joining());
    }

    /** The platform threads, except those with which the JDK runs virtual threads and JUnit its timeouts. */
    static Set<Thread> platform() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> !thread.getClass().getName().equals("jdk.internal.misc.CarrierThread"))
                .filter(thread -> !thread.getName().startsWith("VirtualThread-unparker"))
                .filter(thread -> !thread.getName().startsWith("junit-jupiter-timeout-watcher"))
                .collect(Collectors.toSet());
    }

    static String describe(Thread thread) {
        return thread.getName() + " " + thread.getState()
                + Arrays.stream(thread.getStackTrace())
                        .map(frame -> "\n    at " + frame)
                        .collect(Collectors.joining("", "", "\n"));
    }
}
