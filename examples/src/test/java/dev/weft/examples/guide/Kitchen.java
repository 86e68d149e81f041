package dev.weft.examples.guide;

import static dev.weft.Async.async;
import static dev.weft.Async.run;

import com.softwaremill.jox.Channel;
import java.util.List;

final class Kitchen {
    private Kitchen() {}

    public static void main(String[] args) throws InterruptedException {
        run(() -> {
            Channel<String> orders = Channel.newBufferedChannel(2); // with two in it, send waits
            async(() -> {
                for (String dish : List.of("soup", "rice", "tea")) orders.send(dish);
                orders.done(); // there are no more
            });
            orders.forEach(dish -> System.out.println("warm " + dish)); // until it is done
        });
    }
}
