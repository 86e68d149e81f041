package dev.weft.spi;

import static dev.weft.spi.Exploration.check;
import static dev.weft.spi.Exploration.shared;
import static dev.weft.spi.Exploration.together;
import static dev.weft.spi.Task.within;

import java.util.concurrent.CancellationException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Demand: no request is lost, none is used twice, and an emit neither waits for what is there nor outlasts a cancellation. */
class EmitterLincheckTest {
    @Test
    void whatIsRequestedIsEmitted() {
        Exploration.schedules(() -> {
            var generator = new Generator(emitter -> {
                for (int i = 0; i < 3; i++) emitter.emitNext();
            });
            generator.ask(1);
            generator.askedInside = 1;
            together(generator, () -> generator.ask(1));
            check(generator.completed, "not completed");
            generator.fates.areThoseOf(3);
        });
    }

    @Test
    void aCancellationEndsAnEmitAlsoInsideAShield() {
        Exploration.schedules(() -> {
            var generator = new Generator(emitter -> within(true, () -> {
                for (; ; ) emitter.emitNext();
            }));
            together(generator, () -> {
                generator.ask(1);
                generator.cancel();
            });
            check(!generator.completed, "completed");
            generator.fates.areThoseOf(generator.values);
        });
    }

    @Test
    void soDoesTheCancellationOfAScopeAroundIt() {
        Exploration.schedules(() -> {
            var scope = new Scope[1];
            var generator = new Generator(emitter -> {
                try {
                    scope[0].call(() -> {
                        for (; ; ) emitter.emitNext();
                    });
                } catch (CancellationException expected) {
                    check(scope[0].cancellation() != null, "cancelled by somebody else");
                }
            });
            scope[0] = new Scope(generator, generator.fates, "context", false);
            together(generator, () -> scope[0].cancel(Cancellation.Reason.REQUESTED, null, null));
            check(generator.completed, "not completed");
            generator.fates.areThoseOf(generator.values);
        });
    }

    private interface Body {
        void run(Generator emitter) throws Exception;
    }

    private static final class Generator extends EmitterTask<Integer, Object> {
        final Fates fates;
        private final Body body;
        private final AtomicLong asked = new AtomicLong();
        int askedInside;
        volatile boolean completed;
        int values;
        private int delivered;

        Generator(Body body) {
            this(body, new Fates());
        }

        private Generator(Body body, Fates fates) {
            super("subscriber", fates, "context", CoroutineOptions.NONE);
            this.body = body;
            this.fates = fates;
            shared(this);
        }

        void ask(long count) {
            asked.addAndGet(count);
            request(count);
        }

        void emitNext() {
            emit(++values);
        }

        @Override
        protected void generate() throws Exception {
            body.run(this);
        }

        @Override
        protected void next(Object subscriber, Integer value) {
            check(++delivered <= asked.get(), "more than was asked for");
            fates.add(value);
            if (value <= askedInside) ask(1);
        }

        @Override
        protected void complete(Object subscriber) {
            completed = true;
        }

        @Override
        protected void fail(Object subscriber, @Nullable Throwable failure) {
            throw new AssertionError(failure);
        }
    }
}
