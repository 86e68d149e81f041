package dev.weft;

import static dev.weft.Async.stream;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Flow;
import java.util.concurrent.Semaphore;
import java.util.function.UnaryOperator;
import org.testng.annotations.Factory;

/** The operators, used so that they pass all values on, each in a run of the kit of its own. */
public class OperatorsTckTest extends StreamTck {
    private final boolean paced;
    private final UnaryOperator<AsyncStream<Long>> operator;

    /** The operator for a stream that fails; not {@code scan}, whose seed comes before the failure. */
    private final UnaryOperator<AsyncStream<Long>> failing;

    private OperatorsTckTest(
            boolean paced, UnaryOperator<AsyncStream<Long>> operator, UnaryOperator<AsyncStream<Long>> failing) {
        this.paced = paced;
        this.operator = operator;
        this.failing = failing;
    }

    @Factory
    public static Object[] operators() {
        return new Object[] {
            new OperatorsTckTest(false, s -> s.scan(-1L, (last, value) -> value).skip(1), s -> s),
            each(s -> s.takeWhile(value -> value >= 0).distinctUntilChanged()),
            each(s -> s.concatMap(OperatorsTckTest::one)),
            each(s -> s.flatMap(1, OperatorsTckTest::one)),
            each(s -> s.zip(numbers(Long.MAX_VALUE, null), (value, same) -> value)),
            each(s -> numbers(Long.MAX_VALUE, null).zip(s, (same, value) -> value)),
            each(s -> s.buffer(Overflow.suspend())),
            paced(s -> s.buffer(Overflow.latest())),
            paced(s -> s.combineLatest(one(0L), Long::sum)),
            paced(s -> s.mapLatest(value -> value)),
            paced(s -> s.flatMapLatest(OperatorsTckTest::one)),
            paced(s -> s.debounce(Duration.ZERO)),
            paced(s -> s.sample(Duration.ofMillis(1)))
        };
    }

    private static OperatorsTckTest each(UnaryOperator<AsyncStream<Long>> operator) {
        return new OperatorsTckTest(false, operator, operator);
    }

    /** For operators that drop values, unless their source waits until each has been seen. */
    private static OperatorsTckTest paced(UnaryOperator<AsyncStream<Long>> operator) {
        return new OperatorsTckTest(true, operator, operator);
    }

    private static AsyncStream<Long> one(long value) {
        return AsyncStream.from(List.of(value));
    }

    private static AsyncStream<Long> numbers(long elements, Semaphore seen) {
        return stream(out -> {
            for (long i = 0; i < elements; i++) {
                out.emit(i);
                if (seen != null) GatherScope.acquire(seen);
            }
        });
    }

    @Override
    public Flow.Publisher<Long> createFlowPublisher(long elements) {
        return subscriber -> {
            Semaphore seen = paced ? new Semaphore(0) : null;
            operator.apply(numbers(elements, seen))
                    .map(value -> {
                        if (seen != null) seen.release();
                        return value;
                    })
                    .subscribe(subscriber);
        };
    }

    @Override
    public Flow.Publisher<Long> createFailedFlowPublisher() {
        return failing.apply(stream(out -> {
            throw new IOException("failed");
        }));
    }
}
