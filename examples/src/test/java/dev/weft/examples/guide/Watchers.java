package dev.weft.examples.guide;

import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.run;

import dev.weft.CancelledException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;

final class Watchers {
    private Watchers() {}

    public static void main(String[] args) throws InterruptedException {
        run(() -> {
            var begun = new CountDownLatch(2);
            group(watchers -> {
                watchers.async(() -> watch("Rome", begun));
                watchers.async(() -> watch("Oslo", begun));
                begun.await();
                watchers.cancel("that is enough");
            });
            System.out.println("nobody watches any more");
        });
    }

    static void watch(String city, CountDownLatch begun) {
        begun.countDown();
        try {
            delay(Duration.ofHours(1));
        } catch (CancelledException cancelled) {
            System.out.println("stopped watching " + city + ": " + cancelled.reason());
            throw cancelled;
        }
    }
}
