package dev.weft;

import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import dev.weft.test.simulation.Simulation;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.locks.LockSupport;

/** The {@code jdk} backend under simulation. A future stands for a result: it has neither demand nor signals. */
final class JdkWorld extends World {
    private final Backend backend = new ManualBackend() {
        @Override
        public Timer timer() {
            return refuses ? (nanos, action) -> refused() : JdkWorld.this::schedule;
        }

        @Override
        public void undeliverable(Undeliverable signal, Object context) {
            JdkBackend.INSTANCE.undeliverable(signal, context);
        }
    };

    private boolean refuses;

    JdkWorld(Simulation simulation) {
        super(simulation);
    }

    /** From now on the clock takes nothing more. */
    void refuse() {
        refuses = true;
    }

    /** The lock of a real clock may use up the permit of the calling thread. */
    private Timer.Entry schedule(long nanos, Runnable action) {
        Thread.yield();
        LockSupport.unpark(Thread.currentThread());
        LockSupport.park(this);
        return simulation.schedule(nanos, action);
    }

    private static Timer.Entry refused() {
        throw new RejectedExecutionException("shut down");
    }

    @Override
    public Backend backend() {
        return backend;
    }

    @Override
    protected boolean hasSignals() {
        return false;
    }

    @Override
    protected Object publisher(PlayedSource source) {
        return (Flow.Publisher<String>) subscriber -> source.subscribedBy(new PlayedSource.Signals() {
            @Override
            public void subscribed() {
                subscriber.onSubscribe(new Flow.Subscription() {
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

    @Override
    protected void subscribe(Callable<String> body, PlayedSubscriber subscriber) {
        CompletableFuture<String> future = StageTask.start(backend, Context.empty(), CoroutineOptions.NONE, body);
        subscriber.unbounded();
        subscriber.onSubscribe(new PlayedSubscriber.Upstream() {
            @Override
            public void request(long count) {}

            @Override
            public void cancel() {
                future.cancel(true);
            }
        });
        future.whenComplete((value, failure) -> {
            if (failure == null) {
                subscriber.onNext(value);
                subscriber.onComplete();
            } else if (!(failure instanceof CancellationException)) {
                subscriber.onError(failure);
            }
        });
    }

    @Override
    protected void subscribeMany(Generator<String> generator, PlayedSubscriber subscriber) {
        Flow.Subscriber<String> flow = new Flow.Subscriber<>() {
            @Override
            public void onSubscribe(Flow.Subscription subscription) {
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
        };
        var task = new FlowTask<>(flow, generator, CoroutineOptions.NONE, backend, Context.empty());
        flow.onSubscribe(task);
        task.start();
    }
}
