package dev.weft.testing.sources;

import java.util.concurrent.Flow;

/** A publisher that a test makes itself, with nothing between it and its subscriber. */
public interface RawPublisher<T> extends Flow.Publisher<T> {}
