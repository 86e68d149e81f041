package dev.weft.examples.kafka;

import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** The program, with a broker in this process. */
class OrdersTest {
    @Test
    @Timeout(300) // a guard: a dozen seconds, where nothing else keeps the processors busy
    void everyOrderIsBookedOnce() throws Exception {
        var told = new ByteArrayOutputStream();
        run(() -> Orders.tell(new PrintStream(told, true, StandardCharsets.UTF_8), "cooperative"));
        assertThat(told.toString(StandardCharsets.UTF_8).lines())
                .contains("Oslo has gone home, and all that it has booked is committed")
                .last()
                .asString()
                .matches("All \\d+ orders are booked, each once, in the order of each customer; \\d+ came again .*");
    }
}
