package dev.weft.examples.checkout;

import dev.weft.Awaitable;

/** The payment service. */
public interface Bank {
    /** {@return the bank's consent; throws a {@link Problem} if it refuses} Cancelling aborts the request. */
    Awaitable<Payment> authorise(Item item);

    /** {@return why there is no payment} */
    static Problem unavailable(String why) {
        return new Problem(502, "no payment: the bank is unavailable (" + why + ")");
    }
}
