package dev.weft.reactor;

import dev.weft.Generator;
import dev.weft.PlayedSource;
import dev.weft.PlayedSubscriber;
import dev.weft.World;
import dev.weft.spi.Backend;
import dev.weft.test.simulation.SimulatedExecutor;
import dev.weft.test.simulation.Simulation;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadFactory;
import org.reactivestreams.Subscriber;
import org.reactivestreams.Subscription;
import reactor.core.CorePublisher;
import reactor.core.CoreSubscriber;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Hooks;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;

/**
 * Reactor under simulation. Its schedulers are Reactor's own, created for each run, with simulated executors in place
 * of the JDK's; {@code boundedElastic()} is one of those for {@code parallel()} too, since its own has a thread that
 * looks at the wall clock.
 */
final class ReactorWorld extends World {
    private static final int THREADS = 2;

    private static ReactorWorld current;

    static {
        Hooks.onErrorDropped(World::dropped);
        Schedulers.addExecutorServiceDecorator(
                "simulation", (scheduler, ofTheJdk) -> current.executor(scheduler.toString()));
        Schedulers.setFactory(new Schedulers.Factory() {
            @Override
            public Scheduler newParallel(int parallelism, ThreadFactory threads) {
                return Schedulers.Factory.super.newParallel(THREADS, threads);
            }

            @Override
            public Scheduler newBoundedElastic(int cap, int queued, ThreadFactory threads, int ttlSeconds) {
                return Schedulers.Factory.super.newParallel(THREADS, threads);
            }
        });
    }

    private final List<SimulatedExecutor> executors = new ArrayList<>();
    private final boolean pauses;

    ReactorWorld(Simulation simulation) {
        super(simulation);
        current = this;
        pauses = simulation.coin();
        Schedulers.shutdownNow();
        // Made here: the JDK's pools, although nothing runs on them, take a lock that the JDK's own threads take too.
        Schedulers.parallel();
        Schedulers.boundedElastic();
    }

    /** {@return whether there is a schedule point between any two operators} */
    static boolean pauses() {
        return current.pauses;
    }

    /** Has the schedulers refuse what is new; what waits for its time may still run. */
    void shutdown() {
        executors.forEach(SimulatedExecutor::shutdown);
    }

    private SimulatedExecutor executor(String name) {
        var executor = new SimulatedExecutor(name, 1);
        executors.add(executor);
        return executor;
    }

    @Override
    public Backend backend() {
        return ReactorBackend.INSTANCE;
    }

    @Override
    protected Object publisher(PlayedSource source) {
        return new PlayedPublisher(source);
    }

    @Override
    protected void subscribe(Callable<String> body, PlayedSubscriber subscriber) {
        ReactorAsync.mono(body).subscribe(new Played(subscriber));
    }

    @Override
    protected void subscribeMany(Generator<String> generator, PlayedSubscriber subscriber) {
        Flux<String> flux = ReactorAsync.flux(generator);
        flux.subscribe(new Played(subscriber));
    }

    /** A source of Reactor's own kind, to which Reactor adds nothing. */
    private record PlayedPublisher(PlayedSource source) implements CorePublisher<String> {
        @Override
        public void subscribe(CoreSubscriber<? super String> subscriber) {
            subscribe((Subscriber<? super String>) subscriber);
        }

        @Override
        public void subscribe(Subscriber<? super String> subscriber) {
            source.subscribedBy(new PlayedSource.Signals() {
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
    }

    /** A subscriber of Reactor's own kind. */
    private record Played(PlayedSubscriber subscriber) implements CoreSubscriber<String> {
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
    }
}
