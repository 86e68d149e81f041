package dev.weft.examples.guide;

import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.run;

import dev.weft.Coroutine;
import dev.weft.Dispatcher;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

final class OneThread {
    private OneThread() {}

    public static void main(String[] args) {
        int[] visits = {0}; // needs no lock: one thread carries all of them
        Coroutine<Integer> visit = coroutine(() -> {
            delay(Duration.ofMillis(10)); // frees the thread for the others
            return ++visits[0];
        });
        Coroutine<List<Integer>> day = coroutine(() -> gather(Collections.nCopies(100, visit)));
        try (ExecutorService thread = Executors.newSingleThreadExecutor()) {
            run(() -> day.on(Dispatcher.on(thread)).await());
        }
        System.out.println(visits[0] + " visits");
    }
}
