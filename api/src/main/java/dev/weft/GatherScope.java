package dev.weft;

import dev.weft.spi.Failures;
import dev.weft.spi.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Members whose results are gathered in order; if there is no result in the end, their values are discarded. As a
 * scope, it treats the failures of its members as results.
 */
final class GatherScope extends Scope {
    GatherScope(Scope parent) {
        super(parent, parent.backend(), parent.context(), false);
    }

    <T extends @Nullable Object> List<Outcome<T>> settled(List<Awaitable<? extends T>> sources, int maxConcurrency)
            throws Exception {
        List<Handle<? extends T>> members = new ArrayList<>(sources.size());
        try {
            this.<@Nullable Void>call(() -> {
                startAll(sources, maxConcurrency, this::start, members);
                return null;
            });
        } catch (Throwable failure) {
            members.forEach(member -> discard(member, this));
            throw failure;
        }
        List<Outcome<T>> outcomes = new ArrayList<>(members.size());
        for (Handle<? extends T> member : members) outcomes.add(widened(Objects.requireNonNull(member.outcome())));
        return outcomes;
    }

    @Override
    protected boolean handsOutResults() {
        return false;
    }

    @Override
    protected boolean memberFailed(Throwable failure) {
        return true;
    }

    private <R extends @Nullable Object> Handle<R> start(Awaitable<R> source) {
        return GroupScope.started(source, this);
    }

    private static <T extends @Nullable Object> Outcome<T> widened(Outcome<? extends T> outcome) {
        return switch (outcome) {
            case Outcome.Success<? extends T> success -> new Outcome.Success<>(success.value());
            case Outcome.Failure<? extends T> failure
            when failure.error() instanceof CancelledException cancelled && cancelled.scope() == null ->
                new Outcome.Cancelled<>(cancelled.reason(), cancelled.getCause());
            case Outcome.Failure<? extends T> failure -> new Outcome.Failure<>(failure.error());
            case Outcome.Cancelled<? extends T> cancelled ->
                new Outcome.Cancelled<>(cancelled.reason(), cancelled.cause());
        };
    }

    /** Starts a member for each item in a group, and gathers their results. */
    static <A, B extends @Nullable Object> List<B> gather(
            GroupScope group, Iterable<? extends A> items, int maxConcurrency, Async.Starter<? super A, B> starter)
            throws Exception {
        List<Handle<? extends B>> members = new ArrayList<>();
        try {
            group.<@Nullable Void>run(inside -> {
                startAll(items, maxConcurrency, item -> starter.start(group, item), members);
                return null;
            });
            for (Handle<? extends B> member : members) requireResult(member);
            List<B> results = new ArrayList<>(members.size());
            for (Handle<? extends B> member : members)
                results.add(Objects.requireNonNull(member.outcome()).getOrThrow());
            return results;
        } catch (Throwable failure) {
            members.forEach(member -> discard(member, group));
            throw failure;
        }
    }

    private static <A, B extends @Nullable Object> void startAll(
            Iterable<? extends A> items,
            int maxConcurrency,
            Function<A, Handle<? extends B>> starter,
            List<Handle<? extends B>> members) {
        Semaphore places = maxConcurrency == Integer.MAX_VALUE ? null : new Semaphore(maxConcurrency);
        for (A item : items) {
            if (places != null) acquire(places);
            Handle<? extends B> member = starter.apply(item);
            members.add(member);
            if (places != null) member.whenDone(places::release);
        }
    }

    /** Takes a place, or throws that the scope was cancelled meanwhile: its canceller interrupts this wait. */
    static void acquire(Semaphore places) {
        try {
            InterruptScope.<@Nullable Void>interruptibly(() -> {
                await(places);
                return null;
            });
        } catch (Exception cancelled) {
            throw Failures.<RuntimeException>sneak(cancelled);
        }
    }

    private static void await(Semaphore places) {
        for (; ; ) {
            Async.checkpoint();
            try {
                places.acquire();
                return;
            } catch (InterruptedException interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void requireResult(Handle<?> member) {
        Outcome<?> outcome = Objects.requireNonNull(member.settled(), "a member outlived its group");
        if (!(outcome instanceof Outcome.Success<?>)) outcome.getOrThrow();
    }

    /** Discards the value of a member, unless it was read. */
    static void discard(Handle<?> member, Scope scope) {
        scope.discard(member.take());
    }
}
