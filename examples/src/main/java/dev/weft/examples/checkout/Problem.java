package dev.weft.examples.checkout;

/** Why a request fails, with the HTTP status that says so. */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final int status;
    private final String reason;

    /** Makes a problem. */
    public Problem(int status, String reason) {
        super(reason);
        this.status = status;
        this.reason = reason;
    }

    /** {@return the problem that nothing is left of an item} */
    public static Problem soldOut(String what) {
        return new Problem(409, what + " is sold out");
    }

    int status() {
        return status;
    }

    String reason() {
        return reason;
    }
}
