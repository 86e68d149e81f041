package dev.weft.examples.checkout;

import java.util.Objects;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** The id that a request carries through everything that is done for it. */
public final class Trace {
    /** Its header in HTTP. */
    public static final String HEADER = "X-Trace-Id";

    /** Its key in the context. */
    public static final String KEY = "trace";

    private Trace() {}

    /** {@return the id of a request, a new one if the customer sent none} */
    public static String of(@Nullable String sent) {
        return Objects.requireNonNullElseGet(sent, () -> UUID.randomUUID().toString());
    }
}
