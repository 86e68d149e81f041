package dev.weft;

import dev.weft.spi.Scope;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** The scope of members whose failures are results. */
final class SettledScope extends Scope {
    SettledScope(Scope parent) {
        super(parent, parent.backend(), parent.context(), false);
    }

    <T extends @Nullable Object> List<Outcome<T>> run(List<Awaitable<? extends T>> sources) throws Exception {
        List<Handle<? extends T>> members = new ArrayList<>(sources.size());
        try {
            this.<@Nullable Void>call(() -> {
                for (Awaitable<? extends T> source : sources) members.add(start(source));
                return null;
            });
        } catch (Throwable failure) {
            members.forEach(member -> Gathering.discard(member, this));
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
}
