package dev.weft.spi;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Consumer;

/**
 * Finds all that is alive: coroutines, and sources that were started without a thread. It asks the roots, and from each
 * scope its members; so nothing has to be noted for it while coroutines run.
 *
 * <p>It is taken while they run: what starts, ends or goes on meanwhile may be missing, or shown as it was.
 *
 * @since 0.1
 */
public final class Census {
    private final Consumer<Living> found;

    /** The roots that were started in the code of others, by the threads of those; removed when they are found. */
    private final Map<Long, Set<CoroutineTask<?>>> called = new HashMap<>();

    /** What is still to be looked at, the next one last. */
    private final Deque<Living> open = new ArrayDeque<>();

    private int left;

    private Census(int most, Consumer<Living> found) {
        this.left = most;
        this.found = found;
    }

    /**
     * Takes it: the oldest first, each followed by what it has started.
     *
     * @param most how many to find at most
     * @param found receives each
     * @return whether these are all
     */
    public static boolean take(int most, Consumer<Living> found) {
        return new Census(most, found).run();
    }

    private boolean run() {
        List<CoroutineTask<?>> roots = Roots.all();
        roots.sort(Comparator.comparingLong(Census::number));
        for (CoroutineTask<?> root : roots)
            if (root.caller() != 0)
                called.computeIfAbsent(root.caller(), caller -> new LinkedHashSet<>())
                        .add(root);
        for (CoroutineTask<?> root : roots) {
            Set<CoroutineTask<?>> beside = called.get(root.caller()); // its caller is over, or was found before it
            boolean isOpen = root.caller() == 0 || beside != null && beside.contains(root);
            if (isOpen && !walk(root)) return false;
            if (beside != null) beside.remove(root);
        }
        return true;
    }

    /** The threads of callers are older. */
    private static long number(CoroutineTask<?> task) {
        return Objects.requireNonNull(task.thread()).threadId();
    }

    private boolean walk(CoroutineTask<?> root) {
        open.add(Living.of(root, null));
        while (!open.isEmpty()) {
            if (left-- == 0) return false;
            Living next = open.removeLast();
            found.accept(next);
            if (next.member() instanceof CoroutineTask<?> task) openInside(next, task);
        }
        return true;
    }

    private void openInside(Living parent, CoroutineTask<?> task) {
        List<Member> inside = new ArrayList<>();
        for (Scope s = task; s != null; s = s.nested()) {
            membersOf(s, inside);
            for (EmittingScope<?> beside = s.steppedOut(); beside != null; beside = beside.below())
                for (Scope aside = beside; aside != null; aside = aside.nested()) membersOf(aside, inside);
        }
        Thread thread = task.thread();
        Set<CoroutineTask<?>> byCall = thread == null ? null : called.remove(thread.threadId());
        if (byCall != null) inside.addAll(byCall);
        for (int i = inside.size() - 1; i >= 0; i--) {
            Member member = inside.get(i);
            if (member instanceof Observer.Observed) open.add(Living.of(member, parent));
        }
    }

    private static void membersOf(Scope scope, List<Member> to) {
        Members inside = scope.started();
        if (inside != null) to.addAll(inside.snapshot());
    }
}
