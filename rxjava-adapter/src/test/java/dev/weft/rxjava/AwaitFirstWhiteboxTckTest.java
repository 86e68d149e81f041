package dev.weft.rxjava;

import dev.weft.testing.streams.AwaitFirstWhiteboxTck;

/** {@code awaitFirst}, from inside. */
public class AwaitFirstWhiteboxTckTest extends AwaitFirstWhiteboxTck implements OfRxJava {}
