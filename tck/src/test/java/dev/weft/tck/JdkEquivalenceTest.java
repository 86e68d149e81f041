package dev.weft.tck;

import dev.weft.Async;
import dev.weft.spi.Backend;

/** The backend that is always there. */
class JdkEquivalenceTest extends EquivalenceContract {
    @Override
    protected Backend backend() {
        return Async.backend();
    }

    @Override
    protected Sources sources() {
        return new JdkSources();
    }
}
