package dev.weft.snippets;

import static dev.weft.Async.delay;
import static dev.weft.Async.runMain;
import static dev.weft.Async.shielded;

import java.time.Duration;

/** The example in the documentation of {@link dev.weft.Async#runMain}; a test starts it. */
public final class MainSnippets {
    private MainSnippets() {}

    public static void main(String[] args) {
        // @start region="runMain"
        runMain(() -> {
            try {
                System.out.println("open");
                delay(Duration.ofDays(1));
            } finally {
                shielded(() -> delay(Duration.ofMillis(1))); // such as the requests that are under way
                System.out.println("closed");
            }
        });
        // @end
    }
}
