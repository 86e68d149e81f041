package dev.weft;

import java.util.concurrent.Flow;

/** The subscription of a source that takes no notice of what is asked of it. */
final class IgnoredSubscription implements Flow.Subscription {
    @Override
    public void request(long count) {}

    @Override
    public void cancel() {}
}
