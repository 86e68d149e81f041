package dev.weft.examples.guide;

import static dev.weft.Async.delay;
import static dev.weft.Async.runMain;
import static dev.weft.Async.shielded;

import dev.weft.CancelledException;
import java.time.Duration;

final class Service {
    private Service() {}

    public static void main(String[] args) {
        runMain(() -> {
            System.out.println("open");
            try {
                delay(Duration.ofDays(1)); // serve
            } catch (CancelledException asked) {
                System.out.println("closing: " + asked.reason());
                shielded(() -> delay(Duration.ofMillis(10))); // let the requests end that are under way
                System.out.println("closed");
                throw asked;
            }
        });
    }
}
