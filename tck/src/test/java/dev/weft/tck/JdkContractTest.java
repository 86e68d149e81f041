package dev.weft.tck;

import dev.weft.Async;
import dev.weft.spi.Backend;

/** The backend {@code jdk}, with futures for one value. They are not cold, so that some rules are skipped. */
class JdkContractTest extends BackendContract {
    @Override
    protected Backend backend() {
        return Async.backend();
    }

    @Override
    protected Sources sources() {
        return new StageSources();
    }
}
