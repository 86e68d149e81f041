package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.withTimeout;

import dev.weft.AsyncStream;
import dev.weft.CancelledException;
import dev.weft.Coroutine;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.ReentrantLock;

/**
 * A day in a coffee shop, for readers who know Python's asyncio: what it has, and what to write instead. Semaphores,
 * queues, locks and events are the JDK's own: in a coroutine they suspend only it, and stop waiting when it is
 * cancelled.
 */
public final class CoffeeShop {
    private static final Duration A_MOMENT = Duration.ofMillis(20);

    private CoffeeShop() {}

    public static void main(String[] args) {
        Example.main(CoffeeShop.class, CoffeeShop::open);
    }

    /** Opens the shop for a day. */
    static void open(PrintStream out) throws Exception {
        out.printf("%-26s | %-29s | %s%n", "asyncio", "Weft and the JDK", "in the shop");
        tell(out, "await coroutine()", "method()", "ground beans", grind("beans"));
        tell(out, "create_task()", "async(body)", "coffee from ground beans and hot water", brew());
        tell(out, "gather()", "gather()", "[espresso, tea, toast]", breakfast());
        tell(out, "as_completed(), Future", "mapConcurrentUnordered()", "[espresso, tea]", asTheyAreReady());
        tell(
                out,
                "Semaphore, Barrier",
                "Semaphore, CyclicBarrier",
                "at most 2 of 6 had an espresso at once",
                machines());
        tell(out, "Queue, join()", "BlockingQueue, CountDownLatch", "2 baristas made 50 orders", queue());
        tell(out, "Lock", "ReentrantLock", "20 customers paid 60", till());
        tell(out, "Event", "CountDownLatch", "[doors open, customer, customer]", doors());
        tell(out, "wait_for(), TimeoutError", "withTimeout()", "no decaf in time", decaf());
        tell(out, "cancel(), CancelledError", "cancel(), CancelledException", "[oven on, oven off, no cake]", cake());
    }

    private static void tell(PrintStream out, String asyncio, String weft, String expected, Object found) {
        out.printf("%-26s | %-29s | %s%n", asyncio, weft, found);
        Check.same(expected, found.toString(), weft);
    }

    /** What is an {@code async def} there is a plain method here, and awaiting it is a call. */
    private static String grind(String what) {
        delay(A_MOMENT);
        return "ground " + what;
    }

    private static String brew() {
        var water = async(() -> {
            delay(A_MOMENT);
            return "hot water";
        });
        String beans = grind("beans"); // meanwhile
        return "coffee from " + beans + " and " + water.await();
    }

    /** Results come in the order of the arguments, whichever is ready first. */
    private static List<String> breakfast() {
        return gather(make("espresso", 3), make("tea", 2), make("toast", 1));
    }

    private static Coroutine<String> make(String what, int moments) {
        return coroutine(() -> {
            delay(A_MOMENT.multipliedBy(moments));
            return what;
        });
    }

    /** Results come in the order in which they are ready; here the kettle has no plug before the espresso is served. */
    private static List<String> asTheyAreReady() {
        var plug = new CompletableFuture<String>();
        List<String> served = new ArrayList<>();
        AsyncStream.from(List.of("tea", "espresso"))
                .mapConcurrentUnordered(2, drink -> drink.equals("tea") ? await(plug) : drink)
                .forEach(drink -> {
                    served.add(drink);
                    plug.complete("tea");
                });
        return served;
    }

    /** Two machines, and two customers at a time, who wait for each other. */
    private static String machines() {
        var machines = new Semaphore(2);
        var couple = new CyclicBarrier(2);
        var busy = new AtomicInteger();
        var espresso = coroutine(() -> {
            machines.acquire();
            try {
                int now = busy.incrementAndGet();
                couple.await();
                busy.decrementAndGet();
                return now;
            } finally {
                machines.release();
            }
        });
        List<Integer> seen = gather(Collections.nCopies(6, espresso));
        return "at most " + Collections.max(seen) + " of " + seen.size() + " had an espresso at once";
    }

    /** Two baristas who would work forever, and are sent home when everything is done. */
    private static String queue() throws Exception {
        var orders = new ArrayBlockingQueue<Integer>(3);
        var open = new CountDownLatch(50);
        var made = new AtomicInteger();
        group(baristas -> {
            for (int i = 0; i < 2; i++)
                baristas.async(() -> {
                    for (; ; ) {
                        orders.take();
                        made.incrementAndGet();
                        open.countDown();
                    }
                });
            for (int order = 1; order <= 50; order++) orders.put(order); // waits while three orders are open
            open.await();
            baristas.cancel();
        });
        return "2 baristas made " + made + " orders";
    }

    /** What was read before a wait is stale after it, unless there is a lock. */
    private static String till() {
        var lock = new ReentrantLock();
        var till = new AtomicInteger();
        var customer = coroutine(() -> {
            lock.lockInterruptibly();
            try {
                int before = till.get();
                delay(Duration.ofMillis(1));
                till.set(before + 3);
                return before;
            } finally {
                lock.unlock();
            }
        });
        int customers = gather(Collections.nCopies(20, customer)).size();
        return customers + " customers paid " + till;
    }

    private static List<String> doors() {
        var open = new CountDownLatch(1);
        var seen = Collections.synchronizedList(new ArrayList<String>());
        group(customers -> {
            for (int i = 0; i < 2; i++)
                customers.async(() -> {
                    open.await();
                    seen.add("customer");
                });
            seen.add("doors open");
            open.countDown();
        });
        return seen;
    }

    private static String decaf() throws InterruptedException {
        try {
            withTimeout(A_MOMENT, () -> new CountDownLatch(1).await());
            return "decaf";
        } catch (TimeoutException tooLate) {
            return "no decaf in time";
        }
    }

    private static List<String> cake() throws InterruptedException {
        var hot = new CountDownLatch(1);
        var seen = Collections.synchronizedList(new ArrayList<String>());
        var baking = async(() -> {
            seen.add("oven on");
            hot.countDown();
            try {
                delay(Duration.ofHours(1));
                return "cake";
            } finally {
                seen.add("oven off");
            }
        });
        hot.await();
        baking.cancel();
        try {
            seen.add(baking.await());
        } catch (CancelledException cancelled) {
            seen.add("no cake");
        }
        return seen;
    }
}
