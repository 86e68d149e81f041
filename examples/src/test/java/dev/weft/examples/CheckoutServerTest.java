package dev.weft.examples;

import static dev.weft.Async.withBackend;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.reactor.ReactorBackend;
import dev.weft.rxjava.RxBackend;
import dev.weft.spi.Backend;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.util.List;
import org.junit.jupiter.api.Test;

class CheckoutServerTest {
    private static final List<String> ANSWERS = List.of(
            "200 teapot, 24.90 + 9.90 for express shipping; others bought tea, biscuits",
            "200 piano, 2490.00 + 14.90 for standard shipping; others bought tea, biscuits",
            "200 kite, 19.90 + 9.90 for express shipping",
            "502 no payment: the bank is unavailable (it answered 503 Service Unavailable)",
            "200 map, 7.90 + 9.90 for express shipping; others bought tea, biscuits",
            "409 map is sold out",
            "404 no item 99",
            "400 no number of an item: abc",
            "405 a checkout is a POST",
            "404 no page /returns/1");

    private final ByteArrayOutputStream told = new ByteArrayOutputStream();
    private final PrintStream out = new PrintStream(told, true);

    @Test
    void theCheckoutServesItsCustomersOnReactor() {
        expectAnswersOn(new ReactorBackend(), "reactor-http-");
    }

    @Test
    void theCheckoutServesItsCustomersOnRxJava() {
        expectAnswersOn(new RxBackend(), "vert.x-eventloop-thread-");
    }

    @Test
    void theCheckoutWithOperatorsAnswersTheSame() {
        assertThat(CheckoutServer.serveWithOperators(out)).isEqualTo(ANSWERS);
    }

    @Test
    void thePropertyChoosesTheEngine() throws Exception {
        var program = new Program(CheckoutServer.class).with("-Dweft.backend=rxjava");
        assertThat(program.run())
                .contains("--- the checkout in await style, on rxjava")
                .contains("errors that nobody handled: 0");
    }

    @Test
    void whatIsWrongIsToldInASentence() {
        assertThatThrownBy(() -> Check.same(1, 2, "the number"))
                .isInstanceOf(Check.Failed.class)
                .hasMessage("the number should be \"1\" and is \"2\"");
    }

    private void expectAnswersOn(Backend backend, String eventLoop) {
        List<String> answers = withBackend(backend, () -> CheckoutServer.serveInAwaitStyle(out));
        assertThat(answers).isEqualTo(ANSWERS);
        assertThat(told.toString())
                .contains("the carrier is too slow: 200")
                .contains("bank answered, carrier aborted, recommendations answered")
                .contains("the customer leaves half-way: bank aborted, carrier aborted, recommendations aborted")
                .contains("an await on an event loop says: await would block the event loop of thread " + eventLoop)
                .contains("errors that nobody handled: 0");
    }
}
