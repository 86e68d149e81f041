package dev.weft.testing;

import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.TimeUnit;

/**
 * The numbers of the rounds of a race, from 0: as many as there is time for, at least one. Where threads wait for each
 * other, a round's duration depends on what else uses the processors.
 *
 * @param most how many, where there is time
 */
public record Rounds(int most) implements Iterable<Integer> {
    private static final long TIME = TimeUnit.SECONDS.toNanos(20);

    @Override
    public Iterator<Integer> iterator() {
        long start = System.nanoTime();
        return new Iterator<>() {
            private int next;

            @Override
            public boolean hasNext() {
                return next < most && (next == 0 || System.nanoTime() - start < TIME);
            }

            @Override
            public Integer next() {
                if (next >= most) throw new NoSuchElementException();
                return next++;
            }
        };
    }
}
