package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.context;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;

import dev.weft.Deferred;

final class Greeter {
    private Greeter() {}

    public static void main(String[] args) {
        run(() -> withContext("user", "ann", () -> {
            Deferred<String> bye = async(() -> say("bye")); // on another thread, with the same context
            System.out.println(say("hello") + ", " + bye.await());
        }));
    }

    static String say(String word) { // nobody has passed the user on to it
        String user = context().get("user");
        return word + " " + user;
    }
}
