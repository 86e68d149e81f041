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

    private OperatorsTckTest(boolean paced, UnaryOperator<AsyncStream<Long>> operator) {
        this.paced = paced;
        this.operator = operator;
    }

    @Factory
    public static Object[] operators() {
        return new Object[] {
            each(s -> s.scan(-1L, (last, value) -> value).skip(1)),
            each(s -> s.takeWhile(value -> value >= 0).distinctUntilChanged()),
            each(s -> s.concatMap(OperatorsTckTest::one)),
            each(s -> s.flatMap(1, OperatorsTckTest::one)),
            each(s -> s.zip(numbers(Long.MAX_VALUE, null), (value, same) -> value)),
            each(s -> numbers(Long.MAX_VALUE, null).zip(s, (same, value) -> value)),
            each(s -> one(0L).concatMap(zero -> s.combineLatest(one(zero), Long::sum))),
            each(s -> s.buffer(Overflow.suspend())),
            paced(s -> s.buffer(Overflow.latest())),
            paced(s -> s.mapLatest(value -> value)),
            paced(s -> s.flatMapLatest(OperatorsTckTest::one)),
            paced(s -> s.debounce(Duration.ZERO)),
            paced(s -> s.sample(Duration.ofMillis(1)))
        };
    }

    private static OperatorsTckTest each(UnaryOperator<AsyncStream<Long>> operator) {
        return new OperatorsTckTest(false, operator);
    }

    /** For operators that drop values, unless their source waits until each has been seen. */
    private static OperatorsTckTest paced(UnaryOperator<AsyncStream<Long>> operator) {
        return new OperatorsTckTest(true, operator);
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
        return operator.apply(stream(out -> {
            throw new IOException("failed");
        }));
    }
}
