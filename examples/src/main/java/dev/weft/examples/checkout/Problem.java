package dev.weft.examples.checkout;

/** Why a request has no good answer, with the HTTP status that says so. */
final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;

    Problem(int status, String message) {
        super(message);
        this.status = status;
    }

    static Problem soldOut(Item item) {
        return new Problem(409, item.name() + " is sold out");
    }

    int status() {
        return status;
    }
}
