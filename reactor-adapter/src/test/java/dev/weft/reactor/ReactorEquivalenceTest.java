package dev.weft.reactor;

import dev.weft.spi.Backend;
import dev.weft.tck.Sources;
import dev.weft.tck.programs.EquivalenceContract;

/** On Reactor, programs leave the same traces as elsewhere. */
class ReactorEquivalenceTest extends EquivalenceContract {
    @Override
    protected Backend backend() {
        return ReactorBackend.INSTANCE;
    }

    @Override
    protected Sources sources() {
        return new SinkSources();
    }
}
