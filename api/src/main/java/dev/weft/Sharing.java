package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Reports;
import dev.weft.spi.SchedulePoint;
import dev.weft.spi.VirtualTime;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * A stream that runs once for all its subscribers, as long as there are any.
 *
 * <p>{@code current} is the run that takes subscribers, or null. The subscriber that puts a run there starts it. It is
 * removed by a compare-and-set that names it, when its source has ended or its last subscriber has left; so each later
 * subscriber finds another one, which waits until the sources of those before have ended, also if one between them was
 * cancelled while it waited.
 */
final class Sharing<T> implements ListenerBody<T> {
    private final AsyncStream<T> source;
    private final int replay;
    private final Overflow overflow;
    private final AtomicReference<@Nullable Run> current = new AtomicReference<>();

    /** Completes when the source of the latest run has ended, and those before; null if all have. */
    private final AtomicReference<@Nullable CompletableFuture<@Nullable Void>> latest = new AtomicReference<>();

    Sharing(AsyncStream<T> source, int replay, Overflow overflow) {
        this.source = source;
        this.replay = replay;
        this.overflow = overflow;
    }

    @Override
    public void register(ListenerSink<T> sink) {
        for (; ; ) {
            SchedulePoint.pass();
            Run run = current.get();
            if (run != null && run.enter()) {
                run.values.join(sink, run::leave);
                return;
            }
            if (run != null) {
                run.forget();
                continue;
            }
            var fresh = new Run(Async.backend());
            SchedulePoint.pass();
            if (!current.compareAndSet(null, fresh)) continue;
            fresh.values.join(sink, fresh::leave);
            fresh.start();
            return;
        }
    }

    /** One run of the source. */
    private final class Run {
        final Broadcast<T> values = new Broadcast<>(replay, overflow, this::drop);

        /** How many subscribers there are, the first one included; once there are none, it stays so. */
        private final AtomicInteger subscribers = new AtomicInteger(1);

        private final Backend backend;
        private final MemberTask<@Nullable Void> task;
        private final CompletableFuture<@Nullable Void> over = new CompletableFuture<>();

        /** The same of the run before; written before the start. */
        private @Nullable CompletableFuture<@Nullable Void> before;

        Run(Backend backend) {
            CoroutineOptions options = source.options();
            this.backend = backend;
            this.task = new MemberTask<>(
                    null,
                    backend,
                    Context.empty(),
                    CoroutineOptions.AFRESH.on(options.saysWhere() ? options : CoroutineOptions.onVirtualThreads()),
                    Async.asCallable(this::run));
            task.handle.whenDone(this::ended);
        }

        void start() {
            before = latest.getAndSet(over);
            task.start();
            VirtualTime.followBeside(task);
        }

        /** {@return false if it is over} */
        boolean enter() {
            SchedulePoint.pass();
            return subscribers.getAndUpdate(count -> count == 0 ? 0 : count + 1) > 0;
        }

        void leave() {
            SchedulePoint.pass();
            if (subscribers.decrementAndGet() > 0) return;
            forget();
            values.abandon();
            task.cancelBecause("its last subscriber has left");
        }

        void forget() {
            SchedulePoint.pass();
            current.compareAndSet(this, null);
        }

        private void run() throws Exception {
            CompletableFuture<@Nullable Void> previous = before;
            if (previous != null) Async.await(previous);
            source.generateInto(new Into<>(values));
        }

        private void ended() {
            forget();
            CompletableFuture<@Nullable Void> previous = before;
            if (previous == null) isOver();
            else previous.whenComplete((none, noFailure) -> isOver());
            values.end(failureOf(Objects.requireNonNull(task.handle.observe())));
        }

        private void isOver() {
            latest.compareAndSet(over, null);
            over.complete(null);
        }

        private void drop(Throwable failure) {
            Reports.drop(backend, null, failure);
        }

        private @Nullable Throwable failureOf(Outcome<?> outcome) {
            return switch (outcome) {
                case Outcome.Success<?> success -> null;
                case Outcome.Failure<?> failed -> failed.error();
                case Outcome.Cancelled<?> cancelled ->
                    subscribers.get() == 0 ? null : CancelledException.ofAwaited(cancelled);
            };
        }
    }

    /** Where the source puts its values. */
    private record Into<T>(Broadcast<T> values) implements Emitter<T> {
        @Override
        public void emit(T value) {
            values.emit(value);
        }

        @Override
        public void awaitDemand() {
            values.awaitRoom();
        }

        @Override
        public Emitter<T> concurrent() {
            return this;
        }
    }
}
