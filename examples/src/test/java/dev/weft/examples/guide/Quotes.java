package dev.weft.examples.guide;

import static dev.weft.Async.await;
import static dev.weft.Async.run;
import static dev.weft.Async.withTimeout;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeoutException;

final class Quotes {
    private Quotes() {}

    public static void main(String[] args) {
        run(() -> {
            System.out.println(quote(Duration.ofSeconds(10), CompletableFuture.supplyAsync(() -> "4.20")));
            System.out.println(quote(Duration.ofMillis(50), new CompletableFuture<>())); // never answers
        });
    }

    static String quote(Duration patience, CompletableFuture<String> carrier) {
        try {
            return withTimeout(patience, () -> await(carrier));
        } catch (TimeoutException tooSlow) {
            return "the standard price";
        }
    }
}
