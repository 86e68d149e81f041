package dev.weft.tck.programs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.AwaitMode;
import dev.weft.spi.Backend;
import dev.weft.spi.CoroutineOptions;
import dev.weft.spi.IterationCell;
import dev.weft.spi.Timer;
import dev.weft.spi.Undeliverable;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Flow;
import org.junit.jupiter.api.Test;

/** The programs notice a backend that does something else: each broken one here makes the named programs fail. */
class BrokenBackendsTest {
    /** How long a program may take that fails because its wait runs out, and one that must pass on a busy machine. */
    private static final Duration SHORT = Duration.ofSeconds(2);

    private static final Duration LONG = Duration.ofSeconds(50);

    @Test
    void theBackendThatIsNotBrokenPasses() {
        assertThat(failing(
                        new Wrapped(),
                        LONG,
                        "aReadyValueIsReturned",
                        "demandWithPrefetch4",
                        "emissionFollowsDemand",
                        "contextReachesAnExportedStream",
                        "aValueInTimeIsReturned",
                        "leavingALoopCancelsAndDiscards",
                        "theLastOfManyIsTakenAndTheOthersAreDiscarded",
                        "aCoroutineBecomesASourceOfOneValue"))
                .isEmpty();
    }

    @Test
    void oneMoreValueUnderWayIsNoticed() {
        var broken = new Wrapped() {
            @Override
            public <T> IterationCell<T> many(Object source, int prefetch) {
                return super.many(source, prefetch + 1);
            }
        };
        requireFailing(
                broken,
                "demandWithPrefetch1",
                "demandWithPrefetch2",
                "demandWithPrefetch3",
                "demandWithPrefetch4",
                "demandWithPrefetch5",
                "demandWithPrefetch8",
                "demandWithPrefetch32",
                "demandWithPrefetch256",
                "demandOfBursts",
                "noMoreThanThePrefetchIsUnderWay",
                "nothingIsRequestedForLookingAhead",
                "theDemandOfALoopReachesTheGenerator");
        assertThat(failing(broken, LONG, "aReadyValueIsReturned", "aSourceIsReadToItsEnd"))
                .isEmpty();
    }

    @Test
    void valuesInAnotherOrderAreNoticed() {
        var broken = new Wrapped() {
            @Override
            public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
                return super.createStream(inPairsTheOtherWayRound(noted(source)), type);
            }
        };
        requireFailing(
                broken, "emissionFollowsDemand", "aGeneratorMayDoAnything", "anExportedStreamIsIteratedLikeAnyOther");
    }

    private static <T> Flow.Publisher<T> inPairsTheOtherWayRound(Flow.Publisher<T> source) {
        return Async.stream(out -> {
            try (var values = Async.each(source)) {
                while (values.hasNext()) {
                    T first = values.next();
                    if (values.hasNext()) out.emit(values.next());
                    out.emit(first);
                }
            }
        });
    }

    @Test
    void aLostContextIsNoticed() {
        var broken = new Wrapped() {
            @Override
            public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
                Flow.Publisher<Object> elsewhere = subscriber -> joined(() -> source.subscribe(subscriber));
                return super.createStream(elsewhere, type);
            }
        };
        requireFailing(broken, "contextReachesAnExportedStream");
    }

    private static void joined(Runnable action) {
        try {
            Thread.ofPlatform().start(action).join();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theFirstValueInPlaceOfTheOneAtTheEndIsNoticed() {
        var broken = new Wrapped() {
            @Override
            public <T> AwaitCell<T> one(Object source, AwaitMode take) {
                return super.one(source, AwaitMode.FIRST);
            }
        };
        requireFailing(
                broken,
                "theSingleOneIsReturnedAtTheEnd",
                "theLastOfManyIsTakenAndTheOthersAreDiscarded",
                "allAreRequestedWhereTheEndIsAwaited",
                "aFailureBehindValuesIsThrownAndTheyAreDiscarded");
    }

    @Test
    void lostValuesAreNoticed() {
        var broken = new Wrapped() {
            @Override
            public void undeliverable(Undeliverable signal, Object context) {
                if (!(signal instanceof Undeliverable.Value)) super.undeliverable(signal, context);
            }
        };
        requireFailing(
                broken,
                "aSecondResumeIsRefusedAndItsValueDiscarded",
                "aFailedGatherDiscardsTheResultsItHas",
                "theValueOfALoserIsDiscarded",
                "cancellationIsStickyThoughItIsSwallowed");
    }

    @Test
    void aClockThatStandsStillIsNoticed() {
        var broken = new Wrapped() {
            @Override
            public Timer timer() {
                return (nanos, action) -> () -> {};
            }
        };
        requireFailing(broken, "aTimeoutOfANativeSourceThatNeverEnds", "aDelayEndsOnTheSameThread");
    }

    @Test
    void aWrappedFailureIsNoticed() {
        var broken = new Wrapped() {
            @Override
            public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
                return super.createOne(
                        () -> {
                            try {
                                return body.call();
                            } catch (Exception failure) {
                                throw new IllegalStateException("of the library", failure);
                            }
                        },
                        options,
                        type);
            }
        };
        requireFailing(broken, "aFailureNeedsNoDemand", "anExportedCoroutineIsAwaitedLikeAnyOther");
    }

    @Test
    void theDifferenceIsShown() {
        Traces traces =
                Traces.parse(List.of("# a comment", "", "program", "  one", "  two", "  three", "other", "  one"));

        assertThat(traces.names()).containsExactlyInAnyOrder("program", "other");
        assertThatThrownBy(() -> traces.check("program", "some", List.of("one", "2", "three", "four")))
                .isInstanceOf(AssertionError.class)
                .hasMessage("""
                        program leaves another trace on some (- expected, + seen):

                            one
                          - two
                          + 2
                            three
                          + four
                        """);
        assertThatThrownBy(() -> traces.check("unknown", "some", List.of("one")))
                .isInstanceOf(AssertionError.class)
                .hasMessageContaining("unknown\n  one\n");
        assertThatThrownBy(() -> Traces.parse(List.of("  homeless"))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Traces.parse(List.of("twice", "  one", "twice", "  two")))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private static void requireFailing(Wrapped broken, String... names) {
        assertThat(failing(broken, SHORT, names)).containsExactly(names);
    }

    /** Those of the named programs that fail. */
    private static List<String> failing(Wrapped backend, Duration limit, String... names) {
        Traces traces = Traces.load();
        return List.of(names).stream()
                .filter(name -> fails(Program.named(name), backend, limit, traces))
                .toList();
    }

    private static boolean fails(Program program, Wrapped backend, Duration limit, Traces traces) {
        try {
            traces.check(program.name(), backend.id(), program.run(new Stage(backend, new JdkSources()), null, limit));
            return false;
        } catch (Exception | AssertionError failed) {
            return true;
        } finally {
            backend.untilEnded();
        }
    }

    /** The JDK's backend, to be broken. */
    private static class Wrapped implements Backend {
        private final Backend right = Async.backend();

        /** Those of a program. When its time is over they still end, and what they discard then would be heard by the next. */
        private final Set<Thread> threads = ConcurrentHashMap.newKeySet();

        final <T> Flow.Publisher<T> noted(Flow.Publisher<T> source) {
            return new Noted<>(source, threads);
        }

        /** Waits for the end of the program's threads. */
        void untilEnded() {
            for (Thread thread : threads) {
                try {
                    assertThat(thread.join(LONG)).as("ended: %s", thread).isTrue();
                } catch (InterruptedException interrupted) {
                    throw new AssertionError(interrupted);
                }
            }
            threads.clear();
        }

        @Override
        public String id() {
            return "broken";
        }

        @Override
        public boolean understands(Class<?> type) {
            return right.understands(type);
        }

        @Override
        public <T> AwaitCell<T> one(Object source, AwaitMode take) {
            threads.add(Thread.currentThread());
            return right.one(source, take);
        }

        @Override
        public <T> IterationCell<T> many(Object source, int prefetch) {
            threads.add(Thread.currentThread());
            return right.many(source, prefetch);
        }

        @Override
        public <N> N createOne(Callable<?> body, CoroutineOptions options, Class<N> type) {
            return right.createOne(body, options, type);
        }

        @Override
        public <N> N createStream(Flow.Publisher<?> source, Class<N> type) {
            return right.createStream(noted(source), type);
        }

        @Override
        public Timer timer() {
            threads.add(Thread.currentThread());
            return right.timer();
        }

        @Override
        public void undeliverable(Undeliverable signal, Object context) {
            right.undeliverable(signal, context);
        }

        @Override
        public boolean mayBlock() {
            return right.mayBlock();
        }

        @Override
        public Runnable propagate(Object context, Runnable body) {
            return right.propagate(context, body);
        }
    }

    /** A publisher that notes the threads of its signals. */
    private record Noted<T>(Flow.Publisher<T> source, Set<Thread> threads) implements Flow.Publisher<T> {
        @Override
        public void subscribe(Flow.Subscriber<? super T> subscriber) {
            source.subscribe(new Flow.Subscriber<T>() {
                @Override
                public void onSubscribe(Flow.Subscription subscription) {
                    subscriber.onSubscribe(subscription);
                }

                @Override
                public void onNext(T value) {
                    threads.add(Thread.currentThread());
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
    }
}
