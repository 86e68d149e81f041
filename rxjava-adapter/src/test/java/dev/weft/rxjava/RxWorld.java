package dev.weft.rxjava;

import dev.weft.Async;
import dev.weft.Awaitable;
import dev.weft.Generator;
import dev.weft.PlayedSource;
import dev.weft.PlayedSubscriber;
import dev.weft.World;
import dev.weft.spi.Backend;
import dev.weft.test.simulation.SimulatedExecutor;
import dev.weft.test.simulation.Simulation;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.FlowableSubscriber;
import io.reactivex.rxjava3.core.MaybeObserver;
import io.reactivex.rxjava3.core.Scheduler;
import io.reactivex.rxjava3.disposables.Disposable;
import io.reactivex.rxjava3.exceptions.UndeliverableException;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import io.reactivex.rxjava3.schedulers.Schedulers;
import io.reactivex.rxjava3.schedulers.TestScheduler;
import java.util.concurrent.Callable;
import org.reactivestreams.Publisher;
import org.reactivestreams.Subscription;

/**
 * RxJava under simulation: {@code Flowable} for many values, {@code Maybe} for one. Its schedulers are RxJava's own
 * over an executor, interrupting as {@code io()} and {@code computation()} do, created for each run.
 */
class RxWorld extends World {
    private static final int THREADS = 2;

    private static RxWorld current;

    static {
        RxJavaPlugins.setInitIoSchedulerHandler(
                unused -> new TestScheduler()); // the real one starts a thread when it is made
        RxJavaPlugins.setComputationSchedulerHandler(unused -> current.computation);
        RxJavaPlugins.setIoSchedulerHandler(unused -> current.io);
        RxJavaPlugins.setErrorHandler(
                failure -> dropped(failure instanceof UndeliverableException ? failure.getCause() : failure));
    }

    private final SimulatedExecutor computing = new SimulatedExecutor("computation", THREADS);
    private final SimulatedExecutor blocking = new SimulatedExecutor("io", Integer.MAX_VALUE);
    private final Scheduler computation = Schedulers.from(computing, true);
    private final Scheduler io = Schedulers.from(blocking, true);
    private final boolean pauses;

    RxWorld(Simulation simulation) {
        super(simulation);
        current = this;
        pauses = simulation.coin();
    }

    /** {@return whether there is a schedule point between any two operators} */
    static boolean pauses() {
        return current.pauses;
    }

    /** Has the schedulers refuse what is new; what waits for its time may still run. */
    final void shutdown() {
        computing.shutdown();
        blocking.shutdown();
    }

    @Override
    public final Backend backend() {
        return RxBackend.INSTANCE;
    }

    @Override
    protected Object publisher(PlayedSource source) {
        return (Publisher<String>) subscriber -> source.subscribedBy(new PlayedSource.Signals() {
            @Override
            public void subscribed() {
                subscriber.onSubscribe(new Subscription() {
                    @Override
                    public void request(long count) {
                        source.request(count);
                    }

                    @Override
                    public void cancel() {
                        source.cancel();
                    }
                });
            }

            @Override
            public void value(String value) {
                subscriber.onNext(value);
            }

            @Override
            public void complete() {
                subscriber.onComplete();
            }

            @Override
            public void fail(Throwable failure) {
                subscriber.onError(failure);
            }
        });
    }

    /** A publisher of nobody's is understood by nobody. */
    @Override
    @SuppressWarnings("unchecked")
    protected Awaitable<String> awaitable(PlayedSource source) {
        return Async.awaitable(Flowable.unsafeCreate((Publisher<String>) publisher(source)));
    }

    @Override
    protected void subscribe(Callable<String> body, PlayedSubscriber subscriber) {
        RxAsync.maybe(body).subscribe(new MaybeObserver<String>() {
            @Override
            public void onSubscribe(Disposable disposable) {
                subscriber.unbounded();
                subscriber.onSubscribe(new Disposing(disposable));
            }

            @Override
            public void onSuccess(String value) {
                subscriber.onNext(value);
                subscriber.onComplete();
            }

            @Override
            public void onError(Throwable failure) {
                subscriber.onError(failure);
            }

            @Override
            public void onComplete() {
                subscriber.onComplete();
            }
        });
    }

    @Override
    protected void subscribeMany(Generator<String> generator, PlayedSubscriber subscriber) {
        RxAsync.flowable(generator).subscribe(new FlowableSubscriber<String>() {
            @Override
            public void onSubscribe(Subscription subscription) {
                subscriber.onSubscribe(new PlayedSubscriber.Upstream() {
                    @Override
                    public void request(long count) {
                        subscription.request(count);
                    }

                    @Override
                    public void cancel() {
                        subscription.cancel();
                    }
                });
            }

            @Override
            public void onNext(String value) {
                subscriber.onNext(value);
            }

            @Override
            public void onError(Throwable failure) {
                subscriber.onError(failure);
            }

            @Override
            public void onComplete() {
                subscriber.onComplete();
            }
        });
    }

    /** A subscription without demand. */
    record Disposing(Disposable disposable) implements PlayedSubscriber.Upstream {
        @Override
        public void request(long count) {}

        @Override
        public void cancel() {
            disposable.dispose();
        }
    }
}
