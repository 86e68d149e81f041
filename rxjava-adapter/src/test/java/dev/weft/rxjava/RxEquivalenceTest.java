package dev.weft.rxjava;

import dev.weft.spi.Backend;
import dev.weft.tck.EquivalenceContract;
import dev.weft.tck.Sources;

/** On RxJava, programs leave the same traces as elsewhere. */
class RxEquivalenceTest extends EquivalenceContract {
    @Override
    protected Backend backend() {
        return RxBackend.INSTANCE;
    }

    @Override
    protected Sources sources() {
        return new SubjectSources();
    }
}
