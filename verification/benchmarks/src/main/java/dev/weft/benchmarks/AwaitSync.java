package dev.weft.benchmarks;

import io.reactivex.rxjava3.core.Single;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import reactor.core.publisher.Mono;

/**
 * Repeatedly awaits, in one coroutine, a source that signals its value inside {@code subscribe}. One operation is one
 * await. The source is hidden, so that its value cannot be read without subscribing.
 */
@OperationsPerInvocation(AwaitSync.AWAITS)
public class AwaitSync extends SourceAwaits {
    static final int AWAITS = 100_000;

    /** For JMH. */
    public AwaitSync() {
        super(AWAITS);
        mono = Mono.just(1).hide();
        single = Single.just(1).hide();
    }
}
