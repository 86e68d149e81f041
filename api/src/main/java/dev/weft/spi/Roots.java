package dev.weft.spi;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The coroutines that run and that no scope owns: each scope knows its own members, so from these a dump finds all that
 * is alive.
 *
 * <p>They are lists whose links are in the coroutines, so that to be on one allocates nothing; there are several, each
 * with its own monitor, so that threads seldom meet at one. Nothing else runs under it.
 */
final class Roots {
    private static final Roots[] ALL = new Roots[64];

    static {
        for (int i = 0; i < ALL.length; i++) ALL[i] = new Roots();
    }

    private @Nullable CoroutineTask<?> first;

    private Roots() {}

    /** Called once its thread is known, before that starts. */
    static void add(CoroutineTask<?> root) {
        of(root).link(root);
    }

    static void remove(CoroutineTask<?> root) {
        of(root).unlink(root);
    }

    /** {@return those that are alive; one that starts or ends meanwhile may be missing} */
    static List<CoroutineTask<?>> all() {
        List<CoroutineTask<?>> all = new ArrayList<>();
        for (Roots some : ALL) some.addTo(all);
        return all;
    }

    private static Roots of(CoroutineTask<?> root) {
        Thread thread = root.thread();
        return ALL[thread == null ? 0 : (int) thread.threadId() & ALL.length - 1];
    }

    private synchronized void link(CoroutineTask<?> root) {
        CoroutineTask<?> next = first;
        root.nextRoot = next;
        if (next != null) next.previousRoot = root;
        first = root;
    }

    private synchronized void unlink(CoroutineTask<?> root) {
        CoroutineTask<?> next = root.nextRoot;
        CoroutineTask<?> previous = root.previousRoot;
        if (previous != null) previous.nextRoot = next;
        else if (first == root) first = next;
        if (next != null) next.previousRoot = previous;
        root.nextRoot = null;
        root.previousRoot = null;
    }

    private synchronized void addTo(List<CoroutineTask<?>> all) {
        for (CoroutineTask<?> root = first; root != null; root = root.nextRoot) all.add(root);
    }
}
