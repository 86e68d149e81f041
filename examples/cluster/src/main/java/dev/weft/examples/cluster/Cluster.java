package dev.weft.examples.cluster;

import static dev.weft.Async.await;
import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.runMain;
import static dev.weft.Async.using;
import static dev.weft.Async.withTimeout;

import dev.weft.Async;
import dev.weft.AsyncAction;
import dev.weft.BackendException;
import dev.weft.examples.cluster.CarrierServer.Call;
import dev.weft.examples.cluster.queue.Entry;
import dev.weft.examples.cluster.queue.Job;
import dev.weft.examples.cluster.queue.Jobs;
import dev.weft.examples.cluster.queue.Limit;
import dev.weft.examples.cluster.queue.Redis;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.redisson.client.RedisConnectionException;

/**
 * Three worker processes and a queue in Redis. One worker is killed, one is asked to end, and so is Redis: at the end
 * each job has had its effect once.
 */
public final class Cluster {
    private static final Duration AT_MOST = Duration.ofMinutes(3);
    private static final Duration LOOK = Duration.ofMillis(50);
    private static final int WORKERS = 3;
    private static final int JOBS = 60;

    /** How many calls the carrier takes at once: so many that no two workers can have them all. */
    private static final int CALLS = 5;

    private static final List<String> ACCOUNTS = List.of("ann", "bob", "cem");

    /** The carrier takes longer for this job than its lease. */
    private static final int SLOW = 8;
    /** The worker that has this job in hand is killed. */
    private static final int KILLED = 13;
    /** This job is cancelled while a worker has it in hand. */
    private static final int CANCELLED = 21;
    /** Redis is killed while a worker has this job in hand. */
    private static final int RESTARTED = 34;
    /** The worker that has this job in hand is asked to end. */
    private static final int STOPPED = 45;
    /** This job is added twice. */
    private static final int TWICE = 50;
    /** This job is cancelled while it is in the queue. */
    private static final int EARLY = 55;

    private final PrintStream out;
    private final @Nullable RedisServer server;
    private final Jobs jobs;
    private final CarrierServer carrier;
    private final Workers workers;

    private Cluster(PrintStream out, @Nullable RedisServer server, Jobs jobs, CarrierServer carrier, Workers workers) {
        this.out = out;
        this.server = server;
        this.jobs = jobs;
        this.carrier = carrier;
        this.workers = workers;
    }

    public static void main(String[] args) {
        var wrong = new AtomicReference<String>();
        try {
            runMain(() -> tell(wrong, () -> withTimeout(AT_MOST, () -> run(System.out))));
        } catch (BackendException unknown) {
            wrong.set(String.valueOf(unknown.getMessage()));
        }
        if (wrong.get() == null) return;
        System.out.flush();
        System.err.println("Cluster: " + wrong.get());
        System.exit(1);
    }

    /** What goes wrong is told in a sentence; what ought not to be possible, with its trace by {@code runMain}. */
    private static void tell(AtomicReference<String> wrong, AsyncAction<Exception> body) throws Exception {
        try {
            body.run();
        } catch (Check.Failed failed) {
            wrong.set(String.valueOf(failed.getMessage()));
        } catch (TimeoutException late) {
            wrong.set("it was not done after " + AT_MOST.toSeconds() + " s");
        }
    }

    private static void run(PrintStream out) throws Exception {
        String address = System.getProperty("redis", "");
        if (address.isEmpty()) {
            try (var server = RedisServer.start()) {
                run(out, server, server.address());
            }
        } else {
            Check.that(
                    address.matches("rediss?://.+"),
                    "the property redis should be an address such as redis://127.0.0.1:6379, and is " + address);
            run(out, null, address);
        }
    }

    private static void run(PrintStream out, @Nullable RedisServer server, String address) throws Exception {
        using(() -> connect(address), Redis::close, redis -> {
            run(out, server, address, redis);
        });
    }

    private static Redis connect(String address) {
        try {
            return WorkerProcess.open(address);
        } catch (RedisConnectionException unreachable) {
            throw new Check.Failed("no Redis answers at " + address + "; start one there, or leave out the property"
                    + " redis, and one is started: " + unreachable.getMessage());
        }
    }

    private static void run(PrintStream out, @Nullable RedisServer server, String address, Redis redis)
            throws Exception {
        String name = "weft-" + UUID.randomUUID();
        using(() -> name, queue -> delete(redis, queue), queue -> {
            var jobs = new Jobs(redis, queue);
            jobs.create();
            new Limit(redis, queue).create(CALLS);
            try (var carrier = CarrierServer.open(CALLS);
                    var workers = Workers.start(WORKERS, out, address, queue, "" + carrier.port())) {
                new Cluster(out, server, jobs, carrier, workers).run();
            }
        });
    }

    private static void delete(Redis redis, String queue) {
        new Jobs(redis, queue).delete();
        new Limit(redis, queue).delete();
    }

    private void run() throws Exception {
        for (int job : List.of(SLOW, KILLED, CANCELLED, RESTARTED, STOPPED)) carrier.leaveOpen(job);
        group(members -> {
            members.daemon(carrier::serve);
            for (String name : workers.names()) members.async(() -> workers.watch(name));
            Check.soon("the workers are ready", workers::awaitReady);
            out.printf("%d workers are ready, on %s%n", WORKERS, Async.backend().id());
            for (int job = 1; job <= JOBS; job++) add(job);
            out.printf("%d jobs are in the queue%n", JOBS);
            var progress = members.async(this::tellProgress);
            begin();
            answerLate();
            String killed = kill();
            cancel();
            restart();
            String stopped = stop();
            Check.soon("all jobs end", progress::await);
            for (String name : workers.alive()) workers.stop(name, () -> {});
            new Audit(jobs.report(), out).check(killed, stopped);
        });
        Check.same(List.of("0", "0"), jobs.left(), "what is left in the queue, and in hand,");
        Check.same(0, carrier.calls(EARLY), "the number of calls for a job that was cancelled early");
        Check.that(carrier.isWithinLimit(), "the carrier had more than " + CALLS + " calls at once");
        out.printf("nothing is left in the queue, and the carrier never had more than %d calls at once%n", CALLS);
    }

    private void add(int number) {
        var job = job(number);
        jobs.add(job);
        if (number == TWICE) jobs.add(job);
    }

    static Job job(int number) {
        return new Job(number, ACCOUNTS.get(number % ACCOUNTS.size()), 100 + number);
    }

    /** The first calls wait for one another: the limit is reached, and each worker has a part of it. */
    private void begin() {
        Set<String> calling = Check.soon("the carrier has as many calls as it takes", carrier::full);
        Check.same(Set.copyOf(workers.names()), calling, "the workers that call the carrier at once");
        out.printf("%d calls at once, and each worker has some of them%n", CALLS);
        Check.that(jobs.cancel(EARLY), "a job in the queue could not be cancelled");
        out.printf("job %d was cancelled before a worker had it%n", EARLY);
        carrier.begin();
    }

    private void answerLate() throws IOException {
        inHand(SLOW);
        delay(Jobs.LEASE.plus(Jobs.LEASE.dividedBy(2)));
        carrier.answer(SLOW);
        Check.soon("the slow job ends", () -> {
            while (jobs.report().stream().noneMatch(entry -> entry.job() == SLOW)) delay(LOOK);
        });
    }

    /** Kills a worker in the middle of a job. {@return its name} */
    private String kill() throws IOException {
        Call call = inHand(KILLED);
        workers.kill(call.worker);
        Check.soon("the killed worker has hung up", () -> await(call.hungUp));
        carrier.answer(KILLED);
        out.printf("a worker was killed while it had job %d in hand%n", KILLED);
        return call.worker;
    }

    /** Cancels a job that another process works on, which then hangs up. */
    private void cancel() {
        Call call = inHand(CANCELLED);
        Check.that(jobs.cancel(CANCELLED), "a job in hand could not be cancelled");
        Check.soon("the worker hangs up", () -> await(call.hungUp));
        out.printf("job %d was cancelled while a worker had it in hand%n", CANCELLED);
    }

    private void restart() throws IOException {
        inHand(RESTARTED);
        if (server == null) {
            out.println("Redis was not restarted, since it is not ours");
        } else {
            server.restart();
            out.printf("Redis was killed while a worker had job %d in hand, and started again%n", RESTARTED);
        }
        carrier.answer(RESTARTED);
    }

    /** Asks a worker to end in the middle of a job, which then goes on. {@return its name} */
    private String stop() throws IOException {
        String worker = inHand(STOPPED).worker;
        Check.soon("the worker ends", () -> workers.stop(worker, () -> carrier.answer(STOPPED)));
        out.printf("a worker was asked to end while it had job %d in hand, and did%n", STOPPED);
        return worker;
    }

    /** {@return the call of a living worker for a job whose calls are left open} */
    private Call inHand(int job) {
        return Check.soon("a worker has job " + job + " in hand", () -> {
            while (true) {
                for (Call call : carrier.leftOpen(job))
                    if (!call.hungUp.isDone() && workers.alive().contains(call.worker)) return call;
                delay(LOOK);
            }
        });
    }

    private void tellProgress() {
        for (int step = JOBS / 6; step <= JOBS; step += JOBS / 6) {
            while (jobs.report().size() < step) delay(LOOK);
            out.printf("%d of %d jobs have ended%n", step, JOBS);
        }
    }

    /** Compares the report with what must have happened. */
    private record Audit(List<Entry> report, PrintStream out) {
        void check(String killed, String stopped) {
            Check.same(
                    IntStream.rangeClosed(1, JOBS).boxed().toList(),
                    report.stream().map(Entry::job).sorted().toList(),
                    "the jobs that have ended");
            Check.same(
                    Set.of(CANCELLED, EARLY),
                    report.stream()
                            .filter(entry -> !entry.done())
                            .map(Entry::job)
                            .collect(Collectors.toSet()),
                    "the jobs without an effect");
            out.printf("each job has ended once: %d were done, 2 cancelled%n", JOBS - 2);
            Check.that(
                    !entry(KILLED).isBy(killed) && entry(KILLED).deliveries() > 1,
                    "the worker that was killed did its job: " + entry(KILLED));
            Check.that(
                    entry(STOPPED).isBy(stopped) || entry(STOPPED).deliveries() > 1,
                    "the worker that was asked to end did not finish its job: " + entry(STOPPED));
            boolean renewed = entry(SLOW).deliveries() == 1; // else a process stood still, and its job was claimed
            out.printf("job %d took longer than its lease, which was %s%n", SLOW, renewed ? "renewed" : "lost");
            replay();
        }

        private void replay() {
            Map<String, Integer> balances = new TreeMap<>();
            for (Entry entry : report) {
                Job job = job(entry.job());
                Check.same(entry.done() ? job.price() : 0, entry.price(), "the price of job " + entry.job());
                int balance = balances.merge(job.account(), entry.price(), Integer::sum);
                Check.same(balance, entry.balance(), "the balance after job " + entry.job());
            }
            out.println("the report gives every balance in its order, and in the end " + balances);
        }

        private Entry entry(int job) {
            return report.stream()
                    .filter(entry -> entry.job() == job)
                    .findFirst()
                    .orElseThrow();
        }
    }
}
