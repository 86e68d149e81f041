package dev.weft.tck;

/**
 * A source that is signalled by hand and counts the calls that it receives. For one subscriber.
 *
 * @since 0.1
 */
public interface Later {
    /** {@return the source} */
    Object source();

    /** Signals a value; for a source of one value this is also its end. */
    void value(Object value);

    /** Signals the end. */
    void complete();

    /** Signals a failure. */
    void fail(Throwable failure);

    /** {@return how often it was subscribed to} */
    int subscriptions();

    /**
     * {@return how many values were requested in all, {@link Long#MAX_VALUE} for no limit and for a type without
     * demand}
     */
    long requested();

    /** {@return how often its subscription was cancelled} */
    int cancellations();
}
