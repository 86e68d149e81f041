package dev.weft.examples.guide;

import static dev.weft.Async.delay;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;

import dev.weft.AsyncStream;
import java.time.Duration;

final class Countdown {
    private Countdown() {}

    public static void main(String[] args) {
        AsyncStream<Integer> countdown = stream(out -> {
            for (int i = 3; i > 0; i--) {
                delay(Duration.ofMillis(10)); // a generator may await, and it may block
                out.emit(i); // suspends until a value is asked for
            }
        });
        run(() -> {
            try (var numbers = countdown.each()) {
                for (int number : numbers) { // each turn waits for the next value
                    System.out.println(number);
                    if (number == 2) break; // the generator is cancelled
                }
            }
        });
    }
}
