package dev.weft;

/**
 * A {@link Completion} was garbage-collected without having been resumed, so the await would never have ended.
 *
 * @since 0.1
 */
public final class AbandonedCallbackException extends IllegalStateException {
    private static final long serialVersionUID = 1;

    AbandonedCallbackException() {
        super(
                "the completion was dropped without being resumed: resume it, or call fail, on every path of the operation, and keep a reference until then");
    }
}
