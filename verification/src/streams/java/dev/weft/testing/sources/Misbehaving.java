package dev.weft.testing.sources;

import java.lang.ref.Cleaner;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.Executor;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/**
 * The catalogue of section 3: sources that break the protocol in all ways we know, each a {@link Script} with its
 * expected outcome.
 *
 * <p>The outcome is a pattern per consumer: the numbers of the returned values, then {@code !} and the error,
 * {@code end}, or {@code parks} where only a cancellation ends the wait. Nothing here knows the consumer itself.
 */
public enum Misbehaving {
    SILENT(s -> {}, "parks"),
    SUBSCRIPTION_LATE(
            s -> s.later(() -> {
                s.subscription();
                s.next();
                s.complete();
            }),
            "1"),
    SUBSCRIPTION_AFTER_CANCEL(s -> s.afterEnd(s::subscription), "parks"),
    SUBSCRIPTION_AND_VALUE_AFTER_CANCEL(
            s -> s.afterEnd(() -> {
                s.subscription();
                s.next();
                s.complete();
            }),
            "parks"),
    SUBSCRIPTION_AFTER_CANCEL_WHOSE_CANCEL_EMITS(
            s -> {
                s.onCancel(() -> {
                    s.next();
                    s.complete();
                });
                s.afterEnd(s::subscription);
            },
            "parks"),
    SAME_SUBSCRIPTION_TWICE(
            s -> {
                Upstream upstream = s.subscription();
                s.subscription(upstream);
                s.later(s::next);
                s.later(s::complete);
            },
            "1"),
    TWO_SUBSCRIPTIONS(
            s -> {
                s.subscription();
                s.subscription();
                s.next();
                s.complete();
            },
            "1"),
    SECOND_SUBSCRIPTION_AFTER_THE_END(
            s -> {
                s.subscription();
                s.next();
                s.complete();
                s.subscription();
            },
            "1"),
    NULL_SUBSCRIPTION(s -> s.subscription(null), "!NullPointerException"),
    NULL_VALUE(
            s -> {
                s.subscription();
                s.nullValue();
            },
            "!NullPointerException"),
    NULL_ERROR(
            s -> {
                s.subscription();
                s.nullError();
            },
            "!NullPointerException"),
    NULL_VALUE_LATE(
            s -> {
                s.subscription();
                s.later(s::nullValue);
                s.later(s::complete);
            },
            "!NullPointerException"),
    VALUE_BEFORE_SUBSCRIPTION(
            s -> {
                s.next();
                s.subscription();
            },
            "!IllegalStateException"),
    COMPLETE_BEFORE_SUBSCRIPTION(Script::complete, "!NoValueException", "end"),
    ERROR_BEFORE_SUBSCRIPTION(s -> s.fail("boom"), "!boom"),
    SUBSCRIPTION_AFTER_COMPLETE(
            s -> {
                s.complete();
                s.subscription();
            },
            "!NoValueException",
            "end"),
    TWO_VALUES_FOR_ONE(
            s -> {
                s.subscription();
                s.next();
                s.next();
                s.complete();
            },
            "1",
            "1",
            "2",
            "!TooManyValuesException",
            "1 2 end",
            "1 !OverflowException"),
    VALUES_WITHOUT_REQUEST(
            s -> {
                s.subscription();
                for (int i = 0; i < 40; i++) s.next();
            },
            "1",
            "1",
            "parks",
            "!TooManyValuesException",
            numbers(32) + " !OverflowException",
            "1 !OverflowException"),
    COMPLETE_TWICE(
            s -> {
                s.subscription();
                s.next();
                s.complete();
                s.complete();
            },
            "1"),
    ERROR_TWICE(
            s -> {
                s.subscription();
                s.fail("boom");
                s.fail("late");
            },
            "!boom"),
    COMPLETE_THEN_ERROR(
            s -> {
                s.subscription();
                s.next();
                s.complete();
                s.fail("late");
            },
            "1"),
    ERROR_THEN_COMPLETE(
            s -> {
                s.subscription();
                s.fail("boom");
                s.complete();
            },
            "!boom"),
    COMPLETE_THEN_VALUE(
            s -> {
                s.subscription();
                s.complete();
                s.next();
            },
            "!NoValueException",
            "end"),
    ERROR_THEN_VALUE(
            s -> {
                s.subscription();
                s.fail("boom");
                s.next();
            },
            "!boom"),
    VALUE_THEN_ERROR(
            s -> {
                s.subscription();
                s.later(s::next);
                s.later(() -> s.fail("boom"));
            },
            "!boom",
            "1",
            "!boom",
            "!boom",
            "1 !boom",
            "1 !boom"),
    VALUE_NEVER_TERMINAL(
            s -> {
                s.subscription();
                s.next();
            },
            "parks",
            "1",
            "parks",
            "parks",
            "1 parks",
            "1 parks"),
    SUBSCRIBE_THROWS_BEFORE_SUBSCRIPTION(s -> s.raise(new IllegalStateException("boom")), "!boom"),
    SUBSCRIBE_THROWS_AFTER_SUBSCRIPTION(
            s -> {
                s.subscription();
                s.raise(new IllegalStateException("boom"));
            },
            "!boom"),
    SUBSCRIBE_THROWS_AFTER_A_VALUE(
            s -> {
                s.subscription();
                s.next();
                s.raise(new IllegalStateException("boom"));
            },
            "!boom",
            "1",
            "!boom",
            "!boom",
            "1 !boom",
            "1 !boom"),
    SUBSCRIBE_THROWS_AFTER_THE_END(
            s -> {
                s.subscription();
                s.next();
                s.complete();
                s.raise(new IllegalStateException("late"));
            },
            "1"),
    SUBSCRIBE_OVERFLOWS_THE_STACK(
            s -> {
                s.subscription();
                s.raise(new StackOverflowError("boom"));
            },
            "!boom"),
    SUBSCRIBE_RUNS_OUT_OF_MEMORY(
            s -> {
                s.subscription();
                s.raise(new OutOfMemoryError("boom"));
            },
            "!boom"),
    SUBSCRIBE_FAILS_TO_LINK(
            s -> {
                s.subscription();
                s.raise(new NoClassDefFoundError("boom"));
            },
            "!boom"),
    SUBSCRIBE_BLOCKS(Script::blockInterruptibly, "parks"),
    REQUEST_THROWS(
            s -> {
                s.onRequest(count -> s.raise(new IllegalStateException("boom")));
                s.subscription();
            },
            "!boom"),
    REQUEST_THROWS_AFTER_A_VALUE(
            s -> {
                s.onRequest(count -> {
                    s.next();
                    s.raise(new IllegalStateException("boom"));
                });
                s.subscription();
            },
            "!boom",
            "1",
            "!boom",
            "!boom",
            "1 !boom",
            "1 !boom"),
    REQUEST_BLOCKS(
            s -> {
                s.onRequest(count -> s.blockInterruptibly());
                s.subscription();
            },
            "parks"),
    REQUEST_IGNORED(Script::subscription, "parks"),
    CANCEL_THROWS(
            s -> {
                s.onCancel(() -> s.raise(new IllegalStateException("cancel")));
                s.subscription();
                s.later(s::next);
            },
            "parks",
            "1",
            "parks",
            "parks",
            "1 parks",
            "1 parks"),
    CANCEL_THROWS_AFTER_THE_END(
            s -> {
                s.onCancel(() -> s.raise(new IllegalStateException("cancel")));
                s.subscription();
                s.next();
                s.complete();
            },
            "1"),
    CANCEL_IS_SLOW(
            s -> {
                s.onCancel(() -> s.work(Duration.ofMillis(20)));
                s.subscription();
                s.later(s::next);
            },
            "parks",
            "1",
            "parks",
            "parks",
            "1 parks",
            "1 parks"),
    CANCEL_EMITS(
            s -> {
                s.onCancel(() -> {
                    s.next();
                    s.complete();
                });
                s.subscription();
                s.later(s::next);
            },
            "parks",
            "1",
            "parks",
            "parks",
            "1 parks",
            "1 parks"),
    CANCEL_FAILS_THE_STREAM(
            s -> {
                s.onCancel(() -> s.fail("late"));
                s.subscription();
            },
            "parks"),
    CANCEL_ECHOES(
            s -> {
                s.onCancel(() -> s.echo(new CancellationException("echo")));
                s.subscription();
            },
            "parks"),
    CONCURRENT_VALUES(
            s -> {
                s.subscription();
                s.laterTogether(s::next, s::next);
                s.later(s::complete);
            },
            "[12]",
            "[12]",
            "[12]",
            "!TooManyValuesException",
            "[12]( [12])? (end|!OverflowException)",
            "[12]( [12])? (end|!OverflowException)"),
    CONCURRENT_ENDS(
            s -> {
                s.subscription();
                s.laterTogether(s::complete, () -> s.fail("boom"));
            },
            "!(boom|NoValueException)",
            "end|!boom"),
    CONCURRENT_VALUE_AND_END(
            s -> {
                s.subscription();
                s.laterTogether(s::next, s::complete);
            },
            "1|!NoValueException",
            "1|!NoValueException",
            "1|!NoValueException",
            "1|!NoValueException",
            "(1 )?end",
            "(1 )?end"),
    SIGNALS_FROM_AN_INTERRUPTED_THREAD(
            s -> {
                s.subscription();
                s.later(() -> {
                    Thread.currentThread().interrupt();
                    s.next();
                    s.complete();
                    if (!Thread.interrupted()) s.escaped.add(new AssertionError("a signal took the interrupt flag"));
                });
            },
            "1"),
    SIGNALS_FROM_THE_COMMON_POOL(
            s -> {
                s.subscription();
                s.laterOn(ForkJoinPool.commonPool()::execute, () -> {
                    s.next();
                    s.complete();
                });
            },
            "1"),
    SIGNALS_FROM_A_CLEANER(
            s -> {
                s.subscription();
                s.laterOn(
                        task -> {
                            Cleaner.create().register(new Object(), task);
                            System.gc();
                        },
                        () -> {
                            s.next();
                            s.complete();
                        });
            },
            "1"),
    SIGNALS_FROM_A_NON_BLOCKING_THREAD(
            s -> {
                s.subscription();
                s.laterWithoutBlocking(() -> {
                    s.next();
                    s.complete();
                });
            },
            "1"),
    VALUES_INSIDE_REQUEST(
            s -> {
                s.onRequest(count -> {
                    s.next();
                    s.complete();
                });
                s.subscription();
            },
            "1"),
    SHARED_EXCEPTION(
            s -> {
                s.subscription();
                s.fail(Shared.SUPPRESSING);
            },
            "!shared"),
    SHARED_EXCEPTION_WITHOUT_SUPPRESSION(
            s -> {
                s.subscription();
                s.fail(Shared.PLAIN);
            },
            "!shared"),
    DEATH_ELSEWHERE(
            s -> {
                s.subscription();
                s.laterOn(
                        task -> Thread.ofPlatform()
                                .uncaughtExceptionHandler((thread, thrown) -> {})
                                .start(() -> {
                                    task.run();
                                    throw new OutOfMemoryError("simulated");
                                }),
                        () -> {});
            },
            "parks"),
    TRICKLE(
            s -> {
                s.subscription();
                for (int i = 0; i < 3; i++) s.later(s::next);
                s.later(s::complete);
            },
            "1",
            "1",
            "3",
            "!TooManyValuesException",
            "1 2 3 end",
            "1 2 3 end");

    /** The kinds of consumers, as far as they make a difference. */
    public enum Kind {
        ONE,
        FIRST,
        LAST,
        SINGLE,
        EACH,
        EACH_ONE
    }

    private static final class Shared {
        static final RuntimeException SUPPRESSING = new IllegalStateException("shared");
        static final RuntimeException PLAIN = new RuntimeException("shared", null, false, false) {
            private static final long serialVersionUID = 1;
        };
    }

    private final Consumer<Script> program;
    private final String[] outcomes;

    /** The same outcome for all, except that an iteration sees the end after a value. */
    Misbehaving(Consumer<Script> program, String outcome) {
        this(program, outcome, outcome.equals("1") ? "1 end" : outcome);
    }

    Misbehaving(Consumer<Script> program, String awaited, String iterated) {
        this(program, awaited, awaited, awaited, awaited, iterated, iterated);
    }

    Misbehaving(
            Consumer<Script> program,
            String one,
            String first,
            String last,
            String single,
            String each,
            String eachOne) {
        this.program = program;
        this.outcomes = new String[] {one, first, last, single, each, eachOne};
    }

    /** Creates a source that follows this program; the executor's threads must not block. */
    public Script script(Executor nonBlocking) {
        return new Script(program, nonBlocking);
    }

    /** The program, for a source of another kind. */
    public Consumer<Script> program() {
        return program;
    }

    /** The pattern of the expected outcome. */
    public String outcome(Kind kind) {
        return outcomes[kind.ordinal()];
    }

    /** The first numbers, as they are written in an outcome. */
    public static String numbers(int upTo) {
        return IntStream.rangeClosed(1, upTo).mapToObj(Integer::toString).collect(Collectors.joining(" "));
    }
}
