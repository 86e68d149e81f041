package dev.weft.tck.programs;

import dev.weft.Async;
import dev.weft.spi.Backend;
import dev.weft.tck.Sources;

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
