package dev.weft.examples.cluster.queue;

import static dev.weft.Async.retry;
import static dev.weft.examples.cluster.queue.Redis.UNTIL_BACK;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * A queue of jobs that any number of processes add to and work on: a stream of Redis and a group of its consumers.
 *
 * <p>A job is delivered at least once: it is pending under the consumer that took it until it is {@linkplain #end ended},
 * and when its lease is over another may claim it. What has to happen once happens in one script, together with the mark
 * that it has happened.
 */
public final class Jobs {
    /** How long a job belongs to the consumer that took it, or that renewed its lease. */
    public static final Duration LEASE = Duration.ofSeconds(2);

    /** How long a consumer waits for a new job before it looks for one whose lease is over. */
    private static final Duration WAIT = LEASE.dividedBy(4);

    private static final String GROUP = "workers";

    /** A lease that is over is none, even if nobody has claimed the job yet. */
    private static final String HELD = """
            local jobs, cancelled, ended, report, balances = unpack(KEYS)
            local group, lease, message, consumer, job, account, price, shipped = unpack(ARGV)
            local function held()
              local pending = redis.call('XPENDING', jobs, group, message, message, 1)[1]
              return pending and pending[2] == consumer and pending[3] <= tonumber(lease) and pending
            end
            """;

    /** JUSTID keeps the number of deliveries. A plain XCLAIM would take the job back from the consumer that has claimed it. */
    private static final String RENEW = HELD + """
            if redis.call('SISMEMBER', ended, job) == 1 then return {'ended'} end
            if redis.call('SISMEMBER', cancelled, job) == 1 then return {'cancelled'} end
            if not held() then return {'lost'} end
            redis.call('XCLAIM', jobs, group, consumer, 0, message, 'JUSTID')
            return {'held'}
            """;

    /** The mark in "ended" is the key: however often this runs for a job, its account pays once. */
    private static final String END = HELD + """
            if redis.call('SISMEMBER', ended, job) == 0 then
              local pending = held()
              if not pending then return {'lost'} end
              local how, paid = 'done', price
              if redis.call('SISMEMBER', cancelled, job) == 1 then how, paid = 'cancelled', 0
              elseif shipped == 'no' then return {'left'} end
              local balance = redis.call('HINCRBY', balances, account, paid)
              redis.call('RPUSH', report, table.concat({job, how, account, paid, balance, consumer, pending[4]}, ' '))
              redis.call('SADD', ended, job)
            end
            redis.call('XACK', jobs, group, message)
            redis.call('XDEL', jobs, message)
            return {'ended'}
            """;

    private static final String CANCEL = """
            local _, cancelled, ended = unpack(KEYS)
            if redis.call('SISMEMBER', ended, ARGV[1]) == 0 then redis.call('SADD', cancelled, ARGV[1]) end
            return {redis.call('SISMEMBER', cancelled, ARGV[1]) == 1 and 'cancelled' or 'ended'}
            """;

    /** To remove the consumer would delete its pending jobs. */
    private static final String LEAVE = """
            local pending = redis.call('XPENDING', KEYS[1], ARGV[1], '-', '+', 1000, ARGV[3])
            for _, each in ipairs(pending) do
              redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[3], 0, each[1], 'IDLE', ARGV[2] + 1, 'JUSTID')
            end
            return {tostring(#pending)}
            """;

    private final Redis redis;
    private final List<String> keys;

    /**
     * @param redis where it is
     * @param name its name; the braces around it keep its keys together in a cluster of Redis servers
     */
    public Jobs(Redis redis, String name) {
        this.redis = redis;
        this.keys = List.of("jobs", "cancelled", "ended", "report", "balances").stream()
                .map(key -> "{" + name + "}:" + key)
                .toList();
    }

    /** Creates the queue. */
    public void create() {
        redis.createGroup(stream(), GROUP);
    }

    /** Adds a job. To add it twice does no harm, so a caller that is in doubt adds it again. */
    public void add(Job job) {
        retry(UNTIL_BACK, () -> redis.add(stream(), job.fields()));
    }

    /** Cancels a job, in whatever process it is. {@return whether it is cancelled: otherwise it has had its effect} */
    public boolean cancel(int job) {
        return script(CANCEL, List.of(String.valueOf(job))).equals(List.of("cancelled"));
    }

    /** {@return a job, for which it waits: one whose lease is over, or else a new one} */
    public Delivery next(String consumer) {
        while (true) {
            Optional<Redis.Message> found = retry(UNTIL_BACK, () -> find(consumer));
            if (found.isPresent())
                return new Delivery(found.get().id(), Job.of(found.get().fields()), consumer);
        }
    }

    private Optional<Redis.Message> find(String consumer) {
        return claim(consumer).or(() -> redis.read(stream(), GROUP, consumer, WAIT));
    }

    private Optional<Redis.Message> claim(String consumer) {
        var from = Redis.START;
        do {
            Redis.Claimed claimed = redis.claim(stream(), GROUP, consumer, LEASE, from);
            if (!claimed.messages().isEmpty())
                return Optional.of(claimed.messages().getFirst());
            from = claimed.next();
        } while (!from.equals(Redis.START));
        return Optional.empty();
    }

    /** Makes a job belong to its consumer for another lease, or throws {@link Withdrawn}. */
    void renew(Delivery delivery) {
        String state = run(RENEW, delivery, "no");
        if (!state.equals("held")) throw new Withdrawn("job " + delivery.job().number() + " is " + state);
    }

    /**
     * Ends a job and takes it off the queue. If it is not cancelled, its account is charged, once; a job that is not
     * shipped remains to be done.
     *
     * @return whether it has ended: otherwise its lease is over, or it is not shipped
     */
    boolean end(Delivery delivery, boolean shipped) {
        return run(END, delivery, shipped ? "yes" : "no").equals("ended");
    }

    /** Lets others claim at once what a consumer has taken and does not work on. {@return how many jobs that are} */
    int leave(String consumer) {
        return Integer.parseInt(script(LEAVE, List.of(GROUP, lease(), consumer)).getFirst());
    }

    /** {@return what has happened, in this order} */
    public List<Entry> report() {
        List<String> lines = script("return redis.call('LRANGE', KEYS[4], 0, -1)", List.of());
        return lines.stream().map(Entry::of).toList();
    }

    /** {@return how many jobs have not ended, and how many of them a consumer has} */
    public List<String> left() {
        return script(
                "return {tostring(redis.call('XLEN', KEYS[1])), tostring(redis.call('XPENDING', KEYS[1], ARGV[1])[1])}",
                List.of(GROUP));
    }

    /** Deletes the queue and all that belongs to it. */
    public void delete() {
        script("return {tostring(redis.call('DEL', unpack(KEYS)))}", List.of());
    }

    private String run(String script, Delivery delivery, String shipped) {
        Job job = delivery.job();
        List<String> arguments = List.of(
                GROUP,
                lease(),
                delivery.message(),
                delivery.consumer(),
                String.valueOf(job.number()),
                job.account(),
                String.valueOf(job.price()),
                shipped);
        return script(script, arguments).getFirst();
    }

    private List<String> script(String script, List<String> arguments) {
        return retry(UNTIL_BACK, () -> redis.script(script, keys, arguments));
    }

    private static String lease() {
        return String.valueOf(LEASE.toMillis());
    }

    private String stream() {
        return keys.getFirst();
    }
}
