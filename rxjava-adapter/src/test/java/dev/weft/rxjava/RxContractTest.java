package dev.weft.rxjava;

import dev.weft.Hooks;
import dev.weft.spi.Backend;
import dev.weft.spi.Undeliverable;
import dev.weft.tck.BackendContract;
import dev.weft.tck.Sources;
import io.reactivex.rxjava3.exceptions.UndeliverableException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.util.function.Consumer;

/** The contract, for the backend {@code rxjava} with {@code Single} for one value; below, with the other types. */
class RxContractTest extends BackendContract {
    @Override
    protected Backend backend() {
        return new RxBackend();
    }

    @Override
    protected Sources sources() {
        return new RxSources();
    }

    @Override
    protected Hooks.Handle watch(Consumer<Undeliverable> seen) {
        Hooks.Handle ours = super.watch(seen);
        RxJavaPlugins.setErrorHandler(error -> seen.accept(new Undeliverable.Failure(
                error instanceof UndeliverableException wrapper ? wrapper.getCause() : error)));
        return () -> {
            RxJavaPlugins.setErrorHandler(null);
            ours.close();
        };
    }
}
