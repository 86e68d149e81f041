package dev.weft.rxjava;

import dev.weft.testing.sources.Upstream;
import java.time.Duration;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Consumer;

/**
 * The catalogue for sources of one value, or of none: RxJava's own forms of misbehaving.
 *
 * <p>The outcome: {@code success}, {@code empty}, {@code !} and the error, or {@code parks} where only a cancellation
 * ends the wait. {@code complete()} is for those that may be empty; for one that has no value it is also what
 * {@code succeed()} does.
 */
enum MisbehavingOne {
    SILENT(s -> {}, "parks", ""),
    SUBSCRIPTION_LATE(
            s -> s.later(() -> {
                s.subscription();
                s.succeed();
            }),
            "success",
            ""),
    SUBSCRIPTION_AFTER_CANCEL(s -> s.afterEnd(s::subscription), "parks", ""),
    SUBSCRIPTION_AND_SUCCESS_AFTER_CANCEL(
            s -> s.afterEnd(() -> {
                s.subscription();
                s.succeed();
            }),
            "parks",
            ""),
    SUBSCRIPTION_AND_ERROR_AFTER_CANCEL(
            s -> s.afterEnd(() -> {
                s.subscription();
                s.fail("late");
            }),
            "parks",
            ""),
    SAME_SUBSCRIPTION_TWICE(
            s -> {
                Upstream upstream = s.subscription();
                s.subscription(upstream);
                s.later(s::succeed);
            },
            "success",
            "2.5"),
    TWO_SUBSCRIPTIONS(
            s -> {
                s.subscription();
                s.subscription();
                s.succeed();
            },
            "success",
            "2.5"),
    SECOND_SUBSCRIPTION_AFTER_THE_END(
            s -> {
                s.subscription();
                s.succeed();
                s.subscription();
            },
            "success",
            ""),
    NULL_SUBSCRIPTION(s -> s.subscription(null), "!NullPointerException", "2.13"),
    NULL_SUBSCRIPTION_LATE(s -> s.later(() -> s.subscription(null)), "!NullPointerException", "2.13"),
    NULL_SUCCESS(
            s -> {
                s.subscription();
                s.nullValue();
            },
            "!NullPointerException",
            "2.13"),
    NULL_SUCCESS_LATE(
            s -> {
                s.subscription();
                s.later(s::nullValue);
            },
            "!NullPointerException",
            "2.13"),
    NULL_SUCCESS_THEN_SUCCESS(
            s -> {
                s.subscription();
                s.nullValue();
                s.succeed();
            },
            "!NullPointerException",
            "2.13"),
    NULL_ERROR(
            s -> {
                s.subscription();
                s.nullError();
            },
            "!NullPointerException",
            "2.13"),
    SUCCESS_BEFORE_SUBSCRIPTION(RxScript::succeed, "success", "1.9"),
    SUCCESS_BEFORE_SUBSCRIPTION_LATE(s -> s.later(s::succeed), "success", "1.9"),
    SUBSCRIPTION_AFTER_SUCCESS(
            s -> {
                s.succeed();
                s.subscription();
            },
            "success",
            "1.9"),
    COMPLETE_BEFORE_SUBSCRIPTION(RxScript::complete, "empty", "1.9"),
    ERROR_BEFORE_SUBSCRIPTION(s -> s.fail("boom"), "!boom", "1.9"),
    EMPTY(
            s -> {
                s.subscription();
                s.complete();
            },
            "empty",
            ""),
    SUCCESS_TWICE(
            s -> {
                s.subscription();
                s.succeed();
                s.succeed();
            },
            "success",
            "1.7"),
    SUCCESS_TWICE_LATE(
            s -> {
                s.subscription();
                s.later(() -> {
                    s.succeed();
                    s.succeed();
                });
            },
            "success",
            "1.7"),
    SUCCESS_THEN_ERROR(
            s -> {
                s.subscription();
                s.succeed();
                s.fail("late");
            },
            "success",
            "1.7"),
    SUCCESS_THEN_COMPLETE(
            s -> {
                s.subscription();
                s.succeed();
                s.complete();
            },
            "success",
            "1.7"),
    COMPLETE_THEN_SUCCESS(
            s -> {
                s.subscription();
                s.complete();
                s.succeed();
            },
            "empty",
            "1.7"),
    ERROR_TWICE(
            s -> {
                s.subscription();
                s.fail("boom");
                s.fail("late");
            },
            "!boom",
            "1.7"),
    ERROR_THEN_SUCCESS(
            s -> {
                s.subscription();
                s.fail("boom");
                s.succeed();
            },
            "!boom",
            "1.7"),
    SUBSCRIBE_THROWS_BEFORE_SUBSCRIPTION(s -> s.raise(new IllegalStateException("boom")), "!boom", ""),
    SUBSCRIBE_THROWS_AFTER_SUBSCRIPTION(
            s -> {
                s.subscription();
                s.raise(new IllegalStateException("boom"));
            },
            "!boom",
            ""),
    SUBSCRIBE_THROWS_AFTER_THE_END(
            s -> {
                s.subscription();
                s.succeed();
                s.raise(new IllegalStateException("late"));
            },
            "success",
            ""),
    SUBSCRIBE_THROWS_WHAT_IT_SIGNALLED(
            s -> {
                s.subscription();
                var boom = new IllegalStateException("boom");
                s.echo(boom);
                s.raise(boom);
            },
            "!boom",
            ""),
    SUBSCRIBE_OVERFLOWS_THE_STACK(
            s -> {
                s.subscription();
                s.raise(new StackOverflowError("boom"));
            },
            "!boom",
            ""),
    SUBSCRIBE_RUNS_OUT_OF_MEMORY(
            s -> {
                s.subscription();
                s.raise(new OutOfMemoryError("boom"));
            },
            "!boom",
            ""),
    SUBSCRIBE_FAILS_TO_LINK(
            s -> {
                s.subscription();
                s.raise(new NoClassDefFoundError("boom"));
            },
            "!boom",
            ""),
    SUBSCRIBE_BLOCKS(RxScript::blockInterruptibly, "parks", ""),
    NEVER_TERMINAL(RxScript::subscription, "parks", ""),
    DISPOSE_THROWS(
            s -> {
                s.onCancel(() -> s.raise(new IllegalStateException("dispose")));
                s.subscription();
            },
            "parks",
            ""),
    DISPOSE_THROWS_AFTER_THE_END(
            s -> {
                s.onCancel(() -> s.raise(new IllegalStateException("dispose")));
                s.subscription();
                s.succeed();
            },
            "success",
            ""),
    DISPOSE_IS_SLOW(
            s -> {
                s.onCancel(() -> s.work(Duration.ofMillis(20)));
                s.subscription();
            },
            "parks",
            ""),
    DISPOSE_EMITS(
            s -> {
                s.onCancel(s::succeed);
                s.subscription();
            },
            "parks",
            ""),
    DISPOSE_FAILS_THE_SOURCE(
            s -> {
                s.onCancel(() -> s.fail("late"));
                s.subscription();
            },
            "parks",
            ""),
    DISPOSE_ECHOES(
            s -> {
                s.onCancel(() -> s.echo(new CancellationException("echo")));
                s.subscription();
            },
            "parks",
            ""),
    LATE_SUBSCRIPTION_WHOSE_DISPOSE_THROWS(
            s -> {
                s.onCancel(() -> s.raise(new IllegalStateException("dispose")));
                s.afterEnd(s::subscription);
            },
            "parks",
            ""),
    LATE_SUBSCRIPTION_WHOSE_DISPOSE_EMITS(
            s -> {
                s.onCancel(s::succeed);
                s.afterEnd(s::subscription);
            },
            "parks",
            ""),
    CONCURRENT_SUCCESSES(
            s -> {
                s.subscription();
                s.laterTogether(s::succeed, s::succeed);
            },
            "(success|other)",
            "1.7"),
    CONCURRENT_SUCCESS_AND_ERROR(
            s -> {
                s.subscription();
                s.laterTogether(s::succeed, () -> s.fail("boom"));
            },
            "(success|!boom)",
            "1.7"),
    SIGNALS_FROM_AN_INTERRUPTED_THREAD(
            s -> {
                s.subscription();
                s.later(() -> {
                    Thread.currentThread().interrupt();
                    s.succeed();
                    if (!Thread.interrupted()) s.escaped.add(new AssertionError("a signal took the interrupt flag"));
                });
            },
            "success",
            ""),
    SIGNALS_FROM_THE_COMMON_POOL(
            s -> {
                s.subscription();
                s.laterOn(ForkJoinPool.commonPool()::execute, s::succeed);
            },
            "success",
            ""),
    SIGNALS_FROM_A_NON_BLOCKING_THREAD(
            s -> {
                s.subscription();
                s.laterWithoutBlocking(s::succeed);
            },
            "success",
            ""),
    SHARED_EXCEPTION(
            s -> {
                s.subscription();
                s.fail(Shared.SUPPRESSING);
            },
            "!shared",
            ""),
    SHARED_EXCEPTION_WITHOUT_SUPPRESSION(
            s -> {
                s.subscription();
                s.fail(Shared.PLAIN);
            },
            "!shared",
            ""),
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
            "parks",
            "");

    private static final class Shared {
        static final RuntimeException SUPPRESSING = new IllegalStateException("shared");
        static final RuntimeException PLAIN = new RuntimeException("shared", null, false, false) {
            private static final long serialVersionUID = 1;
        };
    }

    private final Consumer<RxScript> program;
    private final String outcome;
    private final String rules;

    MisbehavingOne(Consumer<RxScript> program, String outcome, String rules) {
        this.program = program;
        this.outcome = outcome;
        this.rules = rules;
    }

    /** A new source that does this; {@code valued} if it is of one value, and not of none. */
    RxScript script(boolean valued) {
        return RxScript.ofOne(program, valued);
    }

    /** Whether it only makes sense for a source that may be empty. */
    boolean isEmptyForm() {
        return name().contains("COMPLETE") || this == EMPTY;
    }

    /** Whether it only makes sense for a source with a value. */
    boolean isValueForm() {
        return name().startsWith("NULL_SUCCESS");
    }

    String outcome(String success, String empty) {
        return outcome.replace("success", success)
                .replace("other", success.equals("1") ? "2" : success)
                .replace("empty", empty);
    }

    String rules() {
        return rules;
    }
}
