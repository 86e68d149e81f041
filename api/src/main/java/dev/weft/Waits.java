package dev.weft;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Who waits for whom. Each waits for all that are noted for it, so where a way leads back to its beginning, nobody on
 * it ever goes on by itself.
 */
final class Waits {
    private final Map<Integer, List<Integer>> waitsFor = new HashMap<>();

    /** Those that have been looked at, with all that they wait for. */
    private final Set<Integer> done = new HashSet<>();

    /** The way to what is being looked at, and its places. */
    private final List<Integer> way = new ArrayList<>();

    private final Map<Integer, Integer> places = new HashMap<>();
    private final List<List<Integer>> cycles = new ArrayList<>();

    void add(int one, int other) {
        waitsFor.computeIfAbsent(one, first -> new ArrayList<>()).add(other);
    }

    /** {@return the cycles; of several through one place, the first} */
    List<List<Integer>> cycles() {
        for (Integer start : List.copyOf(waitsFor.keySet())) if (!done.contains(start)) follow(start);
        return cycles;
    }

    /** A loop and not a recursion, since a way may be long. */
    private void follow(Integer start) {
        Deque<Iterator<Integer>> left = new ArrayDeque<>();
        enter(start, left);
        while (!left.isEmpty()) {
            if (!left.getLast().hasNext()) {
                left.removeLast();
                Integer over = way.remove(way.size() - 1);
                places.remove(over);
                done.add(over);
                continue;
            }
            Integer next = left.getLast().next();
            Integer place = places.get(next);
            if (place != null) cycles.add(List.copyOf(way.subList(place, way.size())));
            else if (!done.contains(next)) enter(next, left);
        }
    }

    private void enter(Integer next, Deque<Iterator<Integer>> left) {
        places.put(next, way.size());
        way.add(next);
        left.add(waitsFor.getOrDefault(next, List.of()).iterator());
    }
}
