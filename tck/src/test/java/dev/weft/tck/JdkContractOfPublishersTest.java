package dev.weft.tck;

import dev.weft.Async;
import dev.weft.spi.Backend;

/** The backend {@code jdk}, with publishers for one value as well. */
class JdkContractOfPublishersTest extends BackendContract {
    @Override
    protected Backend backend() {
        return Async.backend();
    }

    @Override
    protected Sources sources() {
        return new FlowSources();
    }
}
