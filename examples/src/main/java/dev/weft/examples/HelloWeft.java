package dev.weft.examples;

import static dev.weft.Async.await;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.each;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

public final class HelloWeft {
    public static void main(String[] args) {
        run(() -> {
            String hello = await(Mono.just("Hello").delayElement(Duration.ofMillis(10)));
            String weft = await(CompletableFuture.supplyAsync(() -> "Weft"));
            System.out.println(hello + ", " + weft);
            try (var ticks = each(Flux.interval(Duration.ofMillis(10)))) {
                for (long tick : ticks) {
                    System.out.println("tick " + tick);
                    if (tick == 2) break; // the interval is cancelled
                }
            }
        });
    }
}
