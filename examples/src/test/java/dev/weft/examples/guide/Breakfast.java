package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;

import dev.weft.Deferred;
import java.time.Duration;

final class Breakfast {
    private Breakfast() {}

    public static void main(String[] args) {
        run(() -> {
            Deferred<String> eggs = async(() -> cook("eggs", 30)); // starts now, on a thread of its own
            String toast = cook("toast", 20); // a plain call, meanwhile
            System.out.println(toast + " and " + eggs.await());
        });
    }

    static String cook(String dish, int millis) {
        delay(Duration.ofMillis(millis)); // suspends the coroutine that called
        return "warm " + dish;
    }
}
