package dev.weft.examples.guide;

import static dev.weft.Async.await;
import static dev.weft.Async.backend;
import static dev.weft.Async.run;

import java.util.concurrent.CompletableFuture;

final class Settings {
    private Settings() {}

    public static void main(String[] args) {
        run(() -> System.out.println("backend: " + backend().id()));
        try {
            run(() -> await(CompletableFuture.failedFuture(new IllegalStateException("no answer"))));
        } catch (IllegalStateException failure) {
            System.out.println("says where it was awaited: " + (failure.getSuppressed().length > 0));
        }
    }
}
