package dev.weft.tck;

import dev.weft.Context;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.SpiLevel;
import dev.weft.spi.Undeliverable;
import java.util.concurrent.Callable;
import java.util.concurrent.Flow;

/** Backends that are wrong in what they say of themselves, in their hooks and threads, each with one mistake. */
final class BrokenBackends {
    private BrokenBackends() {}

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("1.01")
    static final class IdInCapitals extends ModelBackend {
        @Override
        public String id() {
            return "Model";
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"1.01", "4.05"})
    static final class UnstableId extends ModelBackend {
        private int asked;

        @Override
        public String id() {
            return "model" + asked++;
        }
    }

    @Breaks("1.02")
    static final class NoLevel extends ModelBackend {}

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("1.03")
    static final class UnderstandsItsInterfaceOnly extends ModelBackend {
        @Override
        public boolean understands(Class<?> type) {
            return type == Flow.Publisher.class;
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("1.04")
    static final class UnderstandsAll extends ModelBackend {
        @Override
        public boolean understands(Class<?> type) {
            return true;
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("7.01")
    static final class LosesValuesWithoutContext extends ModelBackend {
        @Override
        public void undeliverable(Undeliverable signal, Object context) {
            if (context != null || !(signal instanceof Undeliverable.Value)) super.undeliverable(signal, context);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"7.03", "7.04", "9.02"})
    static final class ReportsBreachesTwice extends ModelBackend {
        @Override
        public void undeliverable(Undeliverable signal, Object context) {
            if (signal instanceof Undeliverable.Breach) super.undeliverable(signal, context);
            super.undeliverable(signal, context);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks({"7.04", "7.07"})
    static final class RefusesContexts extends ModelBackend {
        @Override
        public void undeliverable(Undeliverable signal, Object context) {
            if (context instanceof Context entries && entries != Context.empty()) throw new ClassCastException();
            super.undeliverable(signal, context);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("7.07")
    static final class LooksInNoContext extends ModelBackend {
        @Override
        public void undeliverable(Undeliverable signal, Object context) {
            super.undeliverable(signal, null);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("8.01")
    static final class ForbidsVirtualThreads extends ModelBackend {
        @Override
        public boolean mayBlock() {
            return !Thread.currentThread().isVirtual();
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("8.04")
    static final class RunsBodiesTwice extends ModelBackend {
        @Override
        public Runnable propagate(Object context, Runnable body) {
            return () -> {
                body.run();
                if (CoroutineTask.current() == null) body.run();
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("8.05")
    static final class SwallowsWhatBodiesThrow extends ModelBackend {
        @Override
        public Runnable propagate(Object context, Runnable body) {
            return () -> {
                try {
                    body.run();
                } catch (RuntimeException swallowed) {
                    // the mistake
                }
            };
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("8.06")
    static final class LosesTheContext extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            return new ModelTask(to, this, Context.empty(), options, body);
        }
    }

    @SpiLevel(SpiLevel.CURRENT)
    @Breaks("8.07")
    static final class PassesTheInterruptFlagOn extends ModelBackend {
        @Override
        ModelTask task(Flow.Subscriber<? super Object> to, CoroutineOptions options, Callable<?> body) {
            boolean flag = Thread.currentThread().isInterrupted();
            return super.task(to, options, () -> {
                if (flag) Thread.currentThread().interrupt();
                return body.call();
            });
        }
    }
}
