package dev.weft.examples.guide;

import static dev.weft.Async.await;
import static dev.weft.Async.run;

import java.io.IOException;
import java.util.concurrent.CompletableFuture;

final class Labels {
    private Labels() {}

    public static void main(String[] args) {
        run(() -> {
            System.out.println(label("tea"));
            System.out.println(label("soap"));
        });
    }

    static String label(String item) {
        try {
            return await(fetch(item), IOException.class); // the very exception that the future failed with
        } catch (IOException failure) {
            return "no label: " + failure.getMessage();
        }
    }

    static CompletableFuture<String> fetch(String item) {
        return CompletableFuture.supplyAsync(() -> item + " costs 3")
                .thenCompose(text -> item.equals("tea")
                        ? CompletableFuture.completedFuture(text)
                        : CompletableFuture.failedFuture(new IOException("404 for " + item)));
    }
}
