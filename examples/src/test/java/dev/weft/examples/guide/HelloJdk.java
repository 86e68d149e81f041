package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.run;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;

public final class HelloJdk {
    public static void main(String[] args) {
        run(() -> {
            var name = async(() -> await(CompletableFuture.supplyAsync(() -> "Weft"))); // meanwhile
            delay(Duration.ofMillis(10));
            System.out.println("Hello, " + name.await());
        });
    }
}
