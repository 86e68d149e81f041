package dev.weft.examples;

import dev.weft.rxjava.RxBackend;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.SpiLevel;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;
import org.jspecify.annotations.Nullable;
import reactor.core.publisher.Mono;

/** A backend that somebody else has made, for types that are none of its business. */
abstract class OtherBackend implements Backend {
    /** One for a version of Weft that is still to come; making it would be an error. */
    @SpiLevel(SpiLevel.CURRENT + 1)
    public static final class Newer extends OtherBackend {
        public Newer() {
            super("newer");
            throw new AssertionError("its code ran");
        }
    }

    /** One with an id that is taken. */
    @SpiLevel(SpiLevel.CURRENT)
    public static final class SecondRxJava extends OtherBackend {
        public SecondRxJava() {
            super("rxjava");
        }
    }

    /** One that claims Reactor's type. */
    @SpiLevel(SpiLevel.CURRENT)
    public static final class Claiming extends OtherBackend {
        public Claiming() {
            super("claiming");
        }
    }

    private final Backend rxjava = new RxBackend();
    private final String id;

    OtherBackend(String id) {
        this.id = id;
    }

    @Override
    public String id() {
        return id;
    }

    @Override
    public boolean understands(Class<?> type) {
        return Mono.class.isAssignableFrom(type);
    }

    @Override
    public <T> AwaitCell<T> one(Object source, AwaitMode take) {
        throw new UnsupportedOperationException("I cannot do that");
    }

    @Override
    public <T> IterationCell<T> many(Object source, int prefetch) {
        return rxjava.many(source, prefetch);
    }

    @Override
    public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
        return rxjava.createOne(body, options, type);
    }

    @Override
    public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
        return rxjava.createStream(source, type);
    }

    @Override
    public Timer timer() {
        return rxjava.timer();
    }

    @Override
    public void undeliverable(Undeliverable signal, @Nullable Object context) {
        rxjava.undeliverable(signal, context);
    }

    @Override
    public boolean mayBlock() {
        return rxjava.mayBlock();
    }

    @Override
    public Runnable propagate(Object context, Runnable body) {
        return rxjava.propagate(context, body);
    }
}
