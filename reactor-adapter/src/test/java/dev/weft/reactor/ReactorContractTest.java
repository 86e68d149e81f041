package dev.weft.reactor;

import dev.weft.Hooks;
import dev.weft.spi.Backend;
import dev.weft.spi.Undeliverable;
import dev.weft.tck.BackendContract;
import dev.weft.tck.Sources;
import java.util.function.Consumer;

/** The contract, for the backend {@code reactor}. */
class ReactorContractTest extends BackendContract {
    @Override
    protected Backend backend() {
        return new ReactorBackend();
    }

    @Override
    protected Sources sources() {
        return new ReactorSources();
    }

    @Override
    protected Hooks.Handle watch(Consumer<Undeliverable> seen) {
        Hooks.Handle ours = super.watch(seen);
        reactor.core.publisher.Hooks.onErrorDropped(error -> seen.accept(new Undeliverable.Failure(error)));
        return () -> {
            reactor.core.publisher.Hooks.resetOnErrorDropped();
            ours.close();
        };
    }
}
