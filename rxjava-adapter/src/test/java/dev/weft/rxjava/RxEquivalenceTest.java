package dev.weft.rxjava;

import dev.weft.spi.Backend;
import dev.weft.tck.Sources;
import dev.weft.tck.programs.EquivalenceContract;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

/** On RxJava, programs leave the same traces as elsewhere. */
class RxEquivalenceTest extends EquivalenceContract {
    /** RxJava reports what a subscribe method throws, beside passing it on. */
    @BeforeAll
    static void silence() {
        RxJavaPlugins.setErrorHandler(error -> {});
    }

    @AfterAll
    static void restore() {
        RxJavaPlugins.setErrorHandler(null);
    }

    @Override
    protected Backend backend() {
        return RxBackend.INSTANCE;
    }

    @Override
    protected Sources sources() {
        return new SubjectSources();
    }
}
