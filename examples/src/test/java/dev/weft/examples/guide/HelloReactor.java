package dev.weft.examples.guide;

import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.mono;

import java.time.Duration;
import reactor.core.publisher.Mono;

public final class HelloReactor {
    public static void main(String[] args) {
        run(() -> System.out.println(awaitSingle(greeting("Weft"))));
    }

    static Mono<String> greeting(String name) {
        return mono(
                () -> { // a Mono as any other, made of statements
                    String hello = awaitSingle(Mono.just("Hello").delayElement(Duration.ofMillis(10)));
                    return hello + ", " + name;
                });
    }
}
