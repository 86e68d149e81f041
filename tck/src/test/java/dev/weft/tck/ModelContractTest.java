package dev.weft.tck;

import dev.weft.spi.Backend;

/** The backend of the guide. */
class ModelContractTest extends BackendContract {
    @Override
    protected Backend backend() {
        return new ModelBackend();
    }

    @Override
    protected Sources sources() {
        return new FlowSources();
    }
}
