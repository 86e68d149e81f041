package dev.weft.examples.guide;

import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.run;

import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;

final class Forecast {
    private Forecast() {}

    public static void main(String[] args) {
        run(() -> {
            String london = temperature("London");
            String oslo = temperature("Oslo"); // a plain call, after the other
            System.out.println(london + ", " + oslo);
        });
    }

    static String temperature(String city) {
        return awaitCallback(done -> {
            Future<?> request = Station.ask(city, done::resume, done::fail); // starts the operation
            done.onCancel(() -> request.cancel(true)); // when nobody waits any more
        });
    }

    /** A client as there are many: it calls back, on a thread of its own. */
    static final class Station {
        private Station() {}

        static Future<?> ask(String city, Consumer<String> onAnswer, Consumer<Throwable> onFailure) {
            return CompletableFuture.runAsync(() -> onAnswer.accept(city + ": " + city.length() + " °C"));
        }
    }
}
