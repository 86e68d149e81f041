package dev.weft.rxjava;

import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.awaitFirst;
import static dev.weft.rxjava.RxAsync.awaitLast;
import static dev.weft.rxjava.RxAsync.awaitOptional;
import static dev.weft.rxjava.RxAsync.awaitSingle;

import dev.weft.Async;
import dev.weft.testing.Watched;
import dev.weft.testing.sources.Probe;
import java.util.function.Function;

/** The verbs that await, with the type that they await; a verb without a result returns null. */
enum Word {
    SINGLE(s -> await(s.single())),
    MAYBE(s -> await(s.maybe())),
    OPTIONAL(s -> awaitOptional(s.maybe()).orElse(null)),
    MAYBE_SINGLE(s -> awaitSingle(s.maybe())),
    COMPLETABLE(s -> {
        await(s.completable());
        return null;
    }),
    FLOWABLE_FIRST(s -> awaitFirst(s.flowable())),
    FLOWABLE_LAST(s -> awaitLast(s.flowable())),
    FLOWABLE_SINGLE(s -> awaitSingle(s.flowable())),
    OBSERVABLE_FIRST(s -> awaitFirst(s.observable())),
    OBSERVABLE_LAST(s -> awaitLast(s.observable())),
    OBSERVABLE_SINGLE(s -> awaitSingle(s.observable()));

    private final Function<Sources<Object>, Object> word;

    Word(Function<Sources<Object>, Object> word) {
        this.word = word;
    }

    Object of(Sources<Object> source) {
        return word.apply(source);
    }

    Object run(Sources<Object> source) {
        return Async.run(() -> of(source));
    }

    Watched<Object> awaiting(Sources<Object> source) {
        return Watched.coroutine(() -> of(source));
    }

    boolean isStream() {
        return ordinal() >= FLOWABLE_FIRST.ordinal();
    }

    boolean hasDemand() {
        return name().startsWith("FLOWABLE");
    }

    boolean isFirst() {
        return name().endsWith("FIRST");
    }

    /** Whether RxJava itself reports what a source throws out of its subscribe method, besides passing it on. */
    boolean isReportedByRxJava(Throwable thrown) {
        return (isStream() || this == COMPLETABLE)
                && !(thrown instanceof VirtualMachineError || thrown instanceof LinkageError);
    }

    /** A value and the end, as far as the type has them. */
    void succeed(Probe<Object> probe, Object value) {
        if (this != COMPLETABLE) probe.next(value);
        if (this == COMPLETABLE || isStream()) probe.complete();
    }

    /** What is returned when that was the value. */
    Object given(Object value) {
        return this == COMPLETABLE ? null : value;
    }
}
