package dev.weft.spi;

/**
 * A signal that can no longer be received, on its way to a hook.
 *
 * @since 0.1
 */
public sealed interface Undeliverable {
    /**
     * A value that lost against a cancellation or a failure.
     *
     * @param value the value
     */
    record Value(Object value) implements Undeliverable {}

    /**
     * An error that came too late.
     *
     * @param error the error, the instance that the source gave
     */
    record Failure(Throwable error) implements Undeliverable {}

    /**
     * A breach of the source's protocol.
     *
     * @param violation what was broken, and by which source
     */
    record Breach(Violation violation) implements Undeliverable {}
}
