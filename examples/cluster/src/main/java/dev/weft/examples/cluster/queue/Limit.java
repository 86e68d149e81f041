package dev.weft.examples.cluster.queue;

import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.retry;
import static dev.weft.Async.using;
import static dev.weft.examples.cluster.queue.Redis.UNTIL_BACK;

import dev.weft.AsyncAction;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * How many calls all processes together may have under way.
 *
 * <p>A permit is a lease: that of a dead process comes back when it is over. So this limit spares a service, and is no
 * lock: a process that stands still for longer than a lease goes on with its call.
 */
public final class Limit {
    private static final Duration LEASE = Duration.ofSeconds(20);

    /** A wait looks again after this time, since the word that a permit is free may be lost with a connection. */
    private static final Duration WAIT = Duration.ofSeconds(1);

    private final Redis redis;
    private final String name;

    /**
     * @param redis where it is
     * @param queue the name of the queue whose limit it is
     */
    public Limit(Redis redis, String queue) {
        this.redis = redis;
        this.name = "{" + queue + "}:permits";
    }

    /** Says how many calls there may be. */
    public void create(int permits) {
        redis.permits(name, permits);
    }

    /** Deletes what belongs to it. */
    public void delete() {
        redis.deletePermits(name);
    }

    /** Makes a call with a permit, for which it waits. */
    void call(AsyncAction<IOException> call) throws IOException {
        boolean called = false;
        while (!called) called = tried(call);
    }

    /** Not cancelled while it waits, {@code using} gives back a permit that comes too late. */
    private boolean tried(AsyncAction<IOException> call) throws IOException {
        return using(
                () -> retry(UNTIL_BACK, () -> redis.permit(name, WAIT, LEASE)),
                permit -> permit.ifPresent(this::release),
                (Optional<String> permit) -> permit.isPresent() && made(call, permit.get()));
    }

    private boolean made(AsyncAction<IOException> call, String permit) throws IOException {
        return group(members -> {
            members.daemon(() -> keep(permit));
            call.run();
            return true;
        });
    }

    private void release(String permit) {
        retry(UNTIL_BACK, () -> redis.releasePermit(name, permit));
    }

    private void keep(String permit) {
        while (true) {
            delay(LEASE.dividedBy(20));
            if (!retry(UNTIL_BACK, () -> redis.renewPermit(name, permit, LEASE)))
                throw new Withdrawn("its permit is lost");
        }
    }
}
