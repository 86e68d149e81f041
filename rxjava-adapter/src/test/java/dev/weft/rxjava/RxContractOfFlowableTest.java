package dev.weft.rxjava;

import dev.weft.tck.Sources;
import io.reactivex.rxjava3.core.Flowable;

/** The contract, for the backend {@code rxjava} with {@code Flowable} for one value. */
class RxContractOfFlowableTest extends RxContractTest {
    @Override
    protected Sources sources() {
        return new RxSources(Flowable.class);
    }
}
