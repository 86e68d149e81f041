package dev.weft.rxjava;

import dev.weft.tck.Sources;
import io.reactivex.rxjava3.core.Observable;

/** The contract, for the backend {@code rxjava} with {@code Observable} for one value. */
class RxContractOfObservableTest extends RxContractTest {
    @Override
    protected Sources sources() {
        return new RxSources(Observable.class);
    }
}
