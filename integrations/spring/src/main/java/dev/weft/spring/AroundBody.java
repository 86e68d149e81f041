package dev.weft.spring;

import dev.weft.AwaitException;
import dev.weft.reactor.ReactorAsync;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A body that a Mono runs, and the await of that Mono, which throws what the body has thrown as it is. */
final class AroundBody {
    /** Written by the body, read after it. */
    private volatile @Nullable Throwable thrown;

    /** What is done inside. */
    @FunctionalInterface
    interface Body<T extends @Nullable Object> {
        T run() throws Throwable;
    }

    /** Runs the body, inside the Mono. */
    <T extends @Nullable Object> T run(Body<T> body) throws Exception {
        try {
            return body.run();
        } catch (Throwable failure) {
            thrown = failure;
            throw AroundBody.<Exception>asIs(failure);
        }
    }

    /** Awaits the Mono. It has taken the cause out of an {@link AwaitException}. */
    <T> @Nullable T await(Mono<T> around) throws Throwable {
        try {
            return ReactorAsync.await(around, Exception.class);
        } catch (Exception failure) {
            Throwable own = thrown;
            throw own instanceof AwaitException && own.getCause() == failure ? own : failure;
        }
    }

    @SuppressWarnings("unchecked") // never cast where it is thrown
    private static <X extends Throwable> X asIs(Throwable failure) throws X {
        throw (X) failure;
    }
}
