package dev.weft.stress;

import java.lang.ref.Reference;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** Objects that must be unreachable when a round is over. */
final class Leaks {
    private static final class Tracked extends WeakReference<Object> {
        private final String type;

        Tracked(Object object, ReferenceQueue<Object> queue) {
            super(object, queue);
            type = object.getClass().getName();
        }
    }

    private final ReferenceQueue<Object> queue = new ReferenceQueue<>();
    private final Set<Tracked> tracked = ConcurrentHashMap.newKeySet();

    /** {@return the object, which is watched from now on} */
    <T> T watch(T object) {
        tracked.add(new Tracked(object, queue));
        return object;
    }

    /**
     * Waits until the garbage collector has taken all of them. Sometimes the JVM itself keeps a reference to the
     * virtual thread that a carrier ran last, until the carrier has been idle for half a minute and ends; hence the
     * patience.
     */
    void assertCollected() throws InterruptedException {
        var patience = new Patience();
        for (long millis = 10; !tracked.isEmpty() && patience.lasts(); millis = Math.min(1000, 2 * millis)) {
            System.gc();
            for (Reference<?> gone = queue.remove(millis); gone != null; gone = queue.poll()) tracked.remove(gone);
        }
        if (tracked.isEmpty()) return;
        Map<String, Long> types =
                tracked.stream().collect(Collectors.groupingBy(left -> left.type, TreeMap::new, Collectors.counting()));
        throw new AssertionError("still referred to: " + types);
    }
}
