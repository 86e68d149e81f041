package dev.weft.examples.cluster.queue;

import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.shielded;
import static dev.weft.Async.using;
import static dev.weft.Async.withTimeout;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.TimeoutException;

/**
 * Works on jobs, a few at a time, until it is cancelled: then it takes no more, and finishes those that it has in hand.
 *
 * <p>What fails ends it. Its process then ends too, its leases run out, and others do its jobs.
 */
public final class Worker {
    /** How many jobs it has in hand at most. */
    public static final int SLOTS = 2;

    private static final Duration AT_MOST = Duration.ofMinutes(1);

    private final String name;
    private final Jobs jobs;
    private final Limit limit;
    private final Carrier carrier;

    /**
     * @param name by which Redis knows it: no other that is alive has it
     * @param jobs what it works on
     * @param limit how often the carrier may be called
     * @param carrier the carrier
     */
    public Worker(String name, Jobs jobs, Limit limit, Carrier carrier) {
        this.name = name;
        this.jobs = jobs;
        this.limit = limit;
        this.carrier = carrier;
    }

    /** Works until it is cancelled. */
    public void work() {
        group(slots -> {
            for (int i = 1; i <= SLOTS; i++) {
                String consumer = name + "." + i;
                slots.async(() -> slot(consumer));
            }
        });
    }

    /** Each slot is a consumer of its own, so that none renews what another has claimed. */
    private void slot(String consumer) throws IOException {
        using(() -> consumer, jobs::leave, self -> {
            while (true) {
                Delivery delivery = jobs.next(self);
                shielded(() -> jobs.end(delivery, shipped(delivery)));
            }
        });
    }

    /** Has the parcel shipped, for as long as the job is this worker's and not cancelled. {@return whether it is} */
    private boolean shipped(Delivery delivery) throws IOException {
        try {
            jobs.renew(delivery);
            return withTimeout(AT_MOST, () -> held(delivery));
        } catch (Withdrawn | TimeoutException left) {
            return false;
        }
    }

    private boolean held(Delivery delivery) throws IOException {
        return group(members -> {
            members.daemon(() -> keep(delivery));
            limit.call(() -> carrier.ship(delivery.job(), name));
            return true;
        });
    }

    private void keep(Delivery delivery) {
        while (true) {
            delay(Jobs.LEASE.dividedBy(4));
            jobs.renew(delivery);
        }
    }
}
