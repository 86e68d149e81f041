package dev.weft.rxjava;

import dev.weft.tck.Sources;
import io.reactivex.rxjava3.core.Maybe;

/** The contract, for the backend {@code rxjava} with {@code Maybe} for one value. */
class RxContractOfMaybeTest extends RxContractTest {
    @Override
    protected Sources sources() {
        return new RxSources(Maybe.class);
    }
}
