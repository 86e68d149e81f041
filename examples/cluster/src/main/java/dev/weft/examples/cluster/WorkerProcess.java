package dev.weft.examples.cluster;

import static dev.weft.Async.group;
import static dev.weft.Async.runMain;
import static dev.weft.Async.using;

import dev.weft.Async;
import dev.weft.examples.cluster.queue.Carrier;
import dev.weft.examples.cluster.queue.Jobs;
import dev.weft.examples.cluster.queue.Limit;
import dev.weft.examples.cluster.queue.Redis;
import dev.weft.examples.cluster.queue.Worker;
import dev.weft.examples.cluster.reactor.ReactorRedis;
import dev.weft.examples.cluster.rxjava.RxRedis;
import java.io.IOException;

/** A process with a worker. SIGTERM ends it when it has finished what it has in hand, and so does the end of its parent. */
public final class WorkerProcess {
    /** What it prints when it takes jobs. */
    static final String READY = "ready";

    /** What it prints when it takes no more. */
    static final String FINISHING = "finishing";

    private WorkerProcess() {}

    /** Its arguments: the worker's name, the address of Redis, the name of the queue, the port of the carrier. */
    public static void main(String[] args) {
        Thread.ofPlatform().daemon().start(WorkerProcess::endWithParent);
        runMain(() -> {
            using(() -> open(args[1]), Redis::close, redis -> {
                var carrier = new Carrier(Integer.parseInt(args[3]));
                work(new Worker(args[0], new Jobs(redis, args[2]), new Limit(redis, args[2]), carrier));
            });
        });
    }

    /** {@return a client of the library that is the backend} */
    static Redis open(String address) {
        String backend = Async.backend().id();
        return switch (backend) {
            case "reactor" -> ReactorRedis.open(address);
            case "rxjava" -> RxRedis.open(address);
            default -> throw new Check.Failed("Redisson has no client for " + backend);
        };
    }

    private static void work(Worker worker) {
        group(members -> {
            members.async(worker::work);
            System.out.println(READY);
            Async.<Void>awaitCallback(done -> done.onCancel(() -> System.out.println(FINISHING)));
        });
    }

    private static void endWithParent() {
        try {
            while (System.in.read() >= 0) {}
        } catch (IOException unreadable) {
            System.err.println("its parent cannot be watched: " + unreadable);
        }
        Runtime.getRuntime().halt(1);
    }
}
