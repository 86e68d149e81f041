package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.examples.checkout.Shop.Style;
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

    @Test
    void theCheckoutInAwaitStyleServesItsCustomers() {
        assertThat(serve(Style.AWAIT)).isEqualTo(ANSWERS);
        assertThat(told.toString())
                .contains("the carrier is too slow: 200")
                .contains("bank answered, carrier aborted, recommendations answered")
                .contains("the customer leaves half-way: bank aborted, carrier aborted, recommendations aborted")
                .contains("onErrorDropped): 0");
    }

    @Test
    void theCheckoutWithOperatorsAnswersTheSame() {
        assertThat(serve(Style.OPERATORS)).isEqualTo(ANSWERS);
    }

    @Test
    void whatIsWrongIsToldInASentence() {
        assertThatThrownBy(() -> Check.same(1, 2, "the number"))
                .isInstanceOf(Check.Failed.class)
                .hasMessage("the number should be \"1\" and is \"2\"");
    }

    private List<String> serve(Style style) {
        return CheckoutServer.serve(style, new PrintStream(told, true));
    }
}
