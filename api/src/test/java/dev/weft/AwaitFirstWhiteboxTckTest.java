package dev.weft;

import dev.weft.testing.streams.AwaitFirstWhiteboxTck;

/** {@code awaitFirst}, from inside. */
public class AwaitFirstWhiteboxTckTest extends AwaitFirstWhiteboxTck implements OfJdk {}
