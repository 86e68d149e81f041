package dev.weft.snippets;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.context;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.each;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.mapConcurrent;
import static dev.weft.Async.owned;
import static dev.weft.Async.race;
import static dev.weft.Async.remainingTime;
import static dev.weft.Async.rethrowCancellation;
import static dev.weft.Async.retry;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.stream;
import static dev.weft.Async.throwing;
import static dev.weft.Async.using;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static java.time.Duration.ofMillis;
import static java.time.Duration.ofMinutes;
import static java.time.Duration.ofSeconds;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.weft.AsyncStream;
import dev.weft.Completion;
import dev.weft.Deferred;
import dev.weft.Dispatcher;
import dev.weft.Retry;
import dev.weft.Supervisor;
import dev.weft.spi.CoroutineOptions;
import dev.weft.testing.Latches;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The examples in the documentation of {@link dev.weft.Async}, {@link dev.weft.TaskGroup} and {@link dev.weft.Completion}. */
class AsyncSnippetsTest {
    private static final int STANDARD_PRICE = 100;

    private final Shop shop = new Shop();
    private final String item = "tea";

    @TempDir
    Path folder;

    @Test
    void aProgramIsRun() {
        // @start region="run"
        int total = run(() -> {
            Deferred<Integer> here = async(() -> shop.stock("tea"));
            Deferred<Integer> there = async(() -> shop.stock("coffee"));
            return await(here) + await(there);
        });
        // @end
        assertThat(total).isEqualTo(9);
    }

    @Test
    void aPartRunsOnAThreadOfItsOwn() {
        assumeTrue(CoroutineOptions.missing() == null, CoroutineOptions.missing());
        try (ExecutorService thread = Executors.newSingleThreadExecutor(task -> new Thread(task, "window"))) {
            Dispatcher window = Dispatcher.on(thread);
            run(() -> {
                // @start region="runOn"
                int stock = shop.stock(item);
                run(window, () -> shop.show(stock)); // on the thread of the window, which may be touched there only
                // @end
            });
        }
        assertThat(shop.log)
                .singleElement()
                .asString()
                .startsWith("3 on VirtualThread")
                .endsWith("@window");
    }

    @Test
    void somethingIsStarted() {
        Offer offer = run(() -> {
            // @start region="async"
            Deferred<Integer> price = async(() -> await(shop.priceOf(item)));
            int stock = shop.stock(item); // meanwhile, on this thread
            return new Offer(price.await(), stock);
            // @end
        });
        assertThat(offer).isEqualTo(new Offer(3, 3));
    }

    @Test
    void somethingIsTriedAgain() throws IOException {
        // @start region="retry"
        Retry policy = Retry.attempts(4)
                .backoff(Duration.ofMillis(100), Duration.ofSeconds(5))
                .when(failure -> failure instanceof IOException);
        int price = retry(policy, () -> await(shop.priceOf(item), IOException.class));
        // @end
        assertThat(price).isEqualTo(3);
    }

    @Test
    void aStageIsAwaited() {
        // @start region="await"
        CompletableFuture<Integer> price = shop.priceOf(item); // returns at once
        String label = item + " costs " + await(price);
        // @end
        assertThat(label).isEqualTo("tea costs 3");
    }

    @Test
    void aCallbackIsAwaited() {
        // @start region="awaitCallback"
        Response response = awaitCallback(done -> {
            Call call = shop.newCall(item);
            done.onCancel(call::cancel);
            done.onUndelivered(Response::close);
            call.enqueue(done::resume, done::fail);
        });
        // @end
        assertThat(response.text()).isEqualTo("tea");
    }

    @Test
    void aCheckedExceptionIsNamed() throws IOException {
        assertThat(label("tea")).isEqualTo("tea");
        assertThat(label("gone")).isEqualTo("no label");
    }

    private String label(String name) {
        // @start region="throwing"
        try (Response response = throwing(IOException.class, () -> awaitCallback(done -> enqueue(name, done)))) {
            return response.text();
        } catch (IOException unreachable) {
            return "no label";
        }
        // @end
    }

    private void enqueue(String name, Completion<Response> done) {
        shop.newCall(name).enqueue(done::resume, done::fail);
    }

    @Test
    void aChannelCallsACompletion() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "hello");
        try (var channel = AsynchronousFileChannel.open(file)) {
            ByteBuffer buffer = ByteBuffer.allocate(16);
            // @start region="completion"
            int count = awaitCallback(done -> channel.read(buffer, 0, null, done));
            // @end
            assertThat(count).isEqualTo(5);
        }
    }

    @Test
    void aFutureIsOwned() {
        // @start region="owned"
        int price = await(owned(shop.priceOf(item))); // if this is cancelled, so is the future
        // @end
        assertThat(price).isEqualTo(3);
    }

    @Test
    void timePasses() {
        int stock = run(() -> {
            // @start region="delay"
            for (int attempt = 1; shop.stock(item) == 0; attempt++) {
                delay(ofMillis(100).multipliedBy(attempt));
            }
            // @end
            return shop.stock(item);
        });
        assertThat(stock).isEqualTo(3);
    }

    @Test
    void timeIsLimited() {
        assertThat(price(ofMinutes(1))).isEqualTo(3);
        shop.slow = true;
        assertThat(price(ofMillis(1))).isEqualTo(STANDARD_PRICE);
    }

    @Test
    void whatIsLeftIsHandedOn() throws TimeoutException {
        List<Duration> limits = new ArrayList<>();
        withTimeout(ofMinutes(1), () -> {
            // @start region="remainingTime"
            var request = HttpRequest.newBuilder(shop.address());
            remainingTime().filter(Duration::isPositive).ifPresent(request::timeout);
            // @end
            request.build().timeout().ifPresent(limits::add);
        });
        assertThat(limits).singleElement().satisfies(limit -> assertThat(limit).isBetween(ofSeconds(1), ofMinutes(1)));
    }

    private int price(Duration patience) {
        // @start region="withTimeout"
        try {
            return withTimeout(patience, () -> await(shop.priceOf(item)));
        } catch (TimeoutException late) {
            return STANDARD_PRICE;
        }
        // @end
    }

    @Test
    void aCancellationIsNoFailure() {
        assertThat(run(this::priceOrStandard)).isEqualTo(3);
        shop.broken = true;
        assertThat(run(this::priceOrStandard)).isEqualTo(STANDARD_PRICE);
        shop.broken = false;
        shop.slow = true;
        assertThatThrownBy(() -> withTimeout(ofMillis(1), this::priceOrStandard))
                .isInstanceOf(TimeoutException.class);
    }

    private int priceOrStandard() {
        // @start region="rethrowCancellation"
        try {
            return await(shop.priceOf(item));
        } catch (RuntimeException failure) {
            rethrowCancellation(failure); // no fallback for a caller that has left
            return STANDARD_PRICE;
        }
        // @end
    }

    @Test
    void cleanUpIsShielded() {
        shop.slow = true;
        assertThatThrownBy(() -> withTimeout(ofMillis(1), () -> {
                    // @start region="shielded"
                    shop.reserve(item);
                    try {
                        return await(shop.priceOf(item));
                    } finally {
                        shielded(() -> await(shop.release(item))); // even if this is cancelled
                    }
                    // @end
                }))
                .isInstanceOf(TimeoutException.class);
        assertThat(shop.log).containsExactly("reserved tea", "released tea");
    }

    @Test
    void aResourceIsUsed() throws TimeoutException {
        // @start region="using"
        String rows = using(
                ofSeconds(10), // for getting a connection
                () -> await(shop.connect()),
                connection -> await(connection.close()),
                connection -> await(connection.query("select *")));
        // @end
        assertThat(rows).isEqualTo("rows of select *");
        assertThat(shop.log).containsExactly("closed");
    }

    @Test
    void membersEndTogether() {
        assertThat(offer()).isEqualTo(new Offer(3, 3));
        shop.broken = true;
        assertThatThrownBy(this::offer).isInstanceOf(IllegalStateException.class);
    }

    private Offer offer() {
        // @start region="group"
        return group(calls -> {
            Deferred<Integer> price = calls.async(() -> await(shop.priceOf(item)));
            Deferred<Integer> stock = calls.async(() -> shop.stock(item)); // cancelled if the price fails
            return new Offer(price.await(), stock.await());
        });
        // @end
    }

    @Test
    void aGroupIsCancelled() {
        shop.opening = new CompletableFuture<>();
        // @start region="taskGroup"
        group(watchers -> {
            watchers.async(() -> shop.watch(item));
            Deferred<Integer> price = watchers.async(() -> await(shop.priceOf(item)));
            if (price.await() < STANDARD_PRICE) watchers.cancel("it is cheap enough");
        });
        // @end
        assertThat(shop.log).containsExactly("watched tea");
    }

    @Test
    void aDaemonServesTheRest() {
        // @start region="daemon"
        List<String> pages = group(work -> {
            work.daemon(() -> {
                while (true) {
                    shop.keepAlive();
                    delay(ofSeconds(10));
                }
            });
            return mapConcurrent(List.of("tea", "coffee"), 2, name -> await(shop.page(name)));
        });
        // @end
        assertThat(pages).containsExactly("page of tea", "page of coffee");
    }

    @Test
    void aSupervisorOutlivesItsCallers() {
        // @start region="supervisor"
        try (var mails = Supervisor.open("mails", (mail, failure) -> shop.failed(mail, failure))) {
            run(() -> {
                shop.reserve(item);
                mails.launch("mail about " + item, () -> shop.send("reserved " + item));
            }); // does not wait for the mail
            mails.launch("broken mail", () -> shop.send(""));
            shop.sent(item);
        } // waits for those that are left, but not for long
        // @end
        assertThat(shop.log).contains("reserved tea", "sent reserved tea");
        assertThat(shop.log).contains("broken mail failed: java.lang.IllegalArgumentException: empty");
    }

    @Test
    void allAreGathered() {
        // @start region="gather"
        List<Integer> stocks = gather(coroutine(() -> shop.stock("tea")), coroutine(() -> shop.stock("coffee")));
        // @end
        assertThat(stocks).containsExactly(3, 6);
    }

    @Test
    void theFirstWins() {
        CompletableFuture<String> mirror = new CompletableFuture<>();
        // @start region="race"
        String page = race(coroutine(() -> await(shop.page("tea"))), owned(mirror)); // the slower one is cancelled
        // @end
        assertThat(page).isEqualTo("page of tea");
        assertThat(mirror).isCancelled();
    }

    @Test
    void aFunctionIsAppliedConcurrently() {
        List<String> items = List.of("tea", "coffee", "milk");
        // @start region="mapConcurrent"
        List<Integer> prices = mapConcurrent(items, 8, name -> await(shop.priceOf(name)));
        // @end
        assertThat(prices).containsExactly(3, 6, 4);
    }

    @Test
    void valuesAreGenerated() {
        // @start region="stream"
        AsyncStream<String> pages = stream(out -> {
            for (String next = "tea"; next != null; next = shop.after(next)) out.emit(await(shop.page(next)));
        });
        // @end
        assertThat(pages.collect(10)).containsExactly("page of tea", "page of coffee");
        List<String> seen = new ArrayList<>();
        // @start region="each"
        try (var all = each(pages)) {
            for (String page : all) {
                if (page.contains("coffee")) break; // which cancels the stream
                seen.add(page);
            }
        }
        // @end
        assertThat(seen).containsExactly("page of tea");
    }

    @Test
    void aContextIsSeenInside() {
        // @start region="withContext"
        withContext("trace", "4711", () -> {
            async(() -> shop.log.add("trace " + context().get("trace")));
        });
        // @end
        assertThat(shop.log).containsExactly("trace 4711");
    }

    private record Offer(int price, int stock) {}

    private record Response(String text) implements AutoCloseable {
        @Override
        public void close() {}
    }

    private record Call(String name) {
        void cancel() {}

        void enqueue(Consumer<Response> onResponse, Consumer<IOException> onFailure) {
            if (name.equals("gone")) onFailure.accept(new IOException("404"));
            else onResponse.accept(new Response(name));
        }
    }

    private record Connection(Shop shop) {
        CompletableFuture<String> query(String sql) {
            return CompletableFuture.completedFuture("rows of " + sql);
        }

        CompletableFuture<Boolean> close() {
            return CompletableFuture.completedFuture(shop.log.add("closed"));
        }
    }

    /** The services that the examples call. */
    private static final class Shop {
        final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();
        final CountDownLatch mails = new CountDownLatch(2);
        volatile boolean slow;
        volatile boolean broken;
        volatile CompletableFuture<Void> opening = CompletableFuture.completedFuture(null);

        int stock(String name) {
            return name.length();
        }

        CompletableFuture<Integer> priceOf(String name) {
            if (broken) return CompletableFuture.failedFuture(new IllegalStateException("no price"));
            return slow ? new CompletableFuture<>() : opening.thenApplyAsync(open -> name.length());
        }

        CompletableFuture<String> page(String name) {
            return CompletableFuture.supplyAsync(() -> "page of " + name);
        }

        String after(String name) {
            return name.equals("tea") ? "coffee" : null;
        }

        Call newCall(String name) {
            return new Call(name);
        }

        CompletableFuture<Connection> connect() {
            return CompletableFuture.completedFuture(new Connection(this));
        }

        void reserve(String name) {
            log.add("reserved " + name);
        }

        CompletableFuture<Boolean> release(String name) {
            return CompletableFuture.supplyAsync(() -> log.add("released " + name));
        }

        void send(String mail) {
            if (mail.isEmpty()) throw new IllegalArgumentException("empty");
            log.add("sent " + mail);
            mails.countDown();
        }

        void failed(String mail, Throwable failure) {
            log.add(mail + " failed: " + failure);
            mails.countDown();
        }

        void sent(String name) {
            Latches.await(mails);
            log.add("all about " + name + " is sent");
        }

        void keepAlive() {
            log.add("alive");
        }

        URI address() {
            return URI.create("http://localhost/");
        }

        void show(int stock) {
            log.add(stock + " on " + Thread.currentThread());
        }

        void watch(String name) {
            log.add("watched " + name);
            opening.complete(null);
            await(new CompletableFuture<>());
        }
    }
}
