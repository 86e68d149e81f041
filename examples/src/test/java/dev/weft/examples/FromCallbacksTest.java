package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.run;
import static dev.weft.Async.stream;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.asFlux;
import static dev.weft.rxjava.RxAsync.asFlowable;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncStream;
import dev.weft.Deferred;
import dev.weft.ListenerSink;
import dev.weft.Overflow;
import io.vertx.core.Promise;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import reactor.core.publisher.Flux;

/** The pieces of code in the guide for those who come from callbacks. */
class FromCallbacksTest {
    @TempDir
    Path folder;

    private static String quote(String item) {
        return awaitCallback(done -> Shop.price(item, done::resume, done::fail));
    }

    @Test
    void aPair() {
        assertThat(run(() -> quote("tea"))).isEqualTo("price of tea");
    }

    @Test
    void aPairInOneCallback() {
        String price = run(() -> awaitCallback(done -> Shop.price("tea", done)));
        assertThat(price).isEqualTo("price of tea");
    }

    @Test
    void aCompletionHandler() throws IOException {
        Path file = Files.writeString(folder.resolve("file"), "content");
        ByteBuffer buffer = ByteBuffer.allocate(16);
        try (var channel = AsynchronousFileChannel.open(file)) {
            int length = run(() -> awaitCallback(done -> channel.read(buffer, 0, null, done)));
            assertThat(length).isEqualTo(7);
        }
    }

    @Test
    void anEitherObject() {
        Promise<String> promise = Promise.promise();
        promise.complete("value");
        io.vertx.core.Future<String> future = promise.future();
        String value = run(() -> awaitCallback(done -> future.onComplete(done::resume, done::fail)));
        assertThat(value).isEqualTo("value");
    }

    @Test
    void aReturnCode() {
        assertThat(run(() -> read("/node"))).isEqualTo("data of /node");
        assertThatThrownBy(() -> run(() -> read("/gone"))).hasRootCauseMessage("code -101");
    }

    private static String read(String node) {
        return awaitCallback(done -> Keeper.get(node, (code, path, data) -> {
            if (code == 0) done.resume(data);
            else done.fail(new IOException("code " + code));
        }));
    }

    @Test
    void aThirdOutcomeAndAHandleThatTheStartReturns() {
        assertThat(run(() -> send("request"))).isEqualTo("answer to request");
    }

    private static String send(String request) {
        return awaitCallback(done -> {
            Future<?> sent = Client.send(request, done::resume, done::fail, done::cancelled);
            done.onCancel(() -> sent.cancel(true));
        });
    }

    // guide: a call that can be cancelled
    static Response execute(Call call) {
        return awaitCallback(done -> {
            done.onCancel(call::cancel);
            done.onUndelivered(Response::close);
            call.enqueue(new Callback() {
                @Override
                public void onResponse(Call answered, Response response) {
                    done.resume(response);
                }

                @Override
                public void onFailure(Call failed, IOException failure) {
                    done.fail(failure);
                }
            });
        });
    }

    @Test
    void aCallThatCanBeCancelled() {
        Call call = new OkHttpClient()
                .newCall(new Request.Builder().url("http://localhost:1/").build());
        assertThatThrownBy(() -> run(() -> execute(call))).hasCauseInstanceOf(IOException.class);
    }

    @Test
    void aCallbackThatMayNeverCome() {
        assertThatThrownBy(() -> run(() -> {
                    String answer =
                            withTimeout(Duration.ofMillis(20), () -> awaitCallback(done -> Shop.forget("tea", done)));
                    return answer;
                }))
                .isInstanceOf(TimeoutException.class);
    }

    @Test
    void aListener() {
        var sensor = new Sensor();
        AsyncStream<Integer> readings = AsyncStream.fromListener(Overflow.latest(), sink -> {
            Consumer<Integer> listener = sink::next;
            sensor.addListener(listener);
            sink.onClose(() -> sensor.removeListener(listener));
        });
        List<Integer> seen = new ArrayList<>();
        run(() -> {
            try (var each = readings.each()) {
                sensor.tell(20);
                sensor.tell(21);
                for (int reading : each) {
                    seen.add(reading);
                    if (reading > 20) break; // the listener is removed
                }
            }
        });
        assertThat(seen).containsExactly(21);
        assertThat(sensor.listeners).isEmpty();
    }

    @Test
    void aListenerAsAFluxOrAFlowable() {
        AsyncStream<Integer> three = AsyncStream.fromListener(Overflow.error(8), sink -> new Counting(sink).fetch(3));
        Flux<Integer> flux = asFlux(three);
        assertThat(flux.collectList().block()).containsExactly(1, 2, 3);
        assertThat(asFlowable(three).toList().blockingGet()).containsExactly(1, 2, 3);
    }

    @Test
    void aSourceThatCanBeAsked() {
        AsyncStream<Integer> numbers = AsyncStream.fromListener(Overflow.suspend(), sink -> {
            var source = new Counting(sink);
            sink.onRequest(source::fetch);
        });
        assertThat(run(() -> numbers.take(100).collect(100))).hasSize(100);
        assertThat(asFlux(numbers).take(50).collectList().block()).hasSize(50);
        assertThat(asFlowable(numbers).take(50).toList().blockingGet()).hasSize(50);
    }

    @Test
    void aPoll() {
        BlockingQueue<String> topic = new LinkedBlockingQueue<>(List.of("a", "b"));
        AsyncStream<String> records = stream(out -> {
            try (var consumer = new PollingConsumer(topic)) {
                while (true) {
                    for (String each : consumer.poll(Duration.ofSeconds(1))) out.emit(each);
                }
            }
        });
        assertThat(run(() -> records.take(2).collect(2))).containsExactly("a", "b");
    }

    @Test
    void theWayBack() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        BiConsumer<String, Throwable> callback = (value, failure) -> told.add(value);
        run(() -> {
            Deferred<String> price = async(() -> quote("tea"));
            price.whenComplete(callback);
            CompletableFuture<String> future = price.toCompletableFuture();
            assertThat(future.get(10, TimeUnit.SECONDS)).isEqualTo("price of tea");
        });
        assertThat(told).containsExactly("price of tea");
    }

    // --- what there was before

    private static final class Shop {
        static void price(String item, Consumer<String> success, Consumer<Throwable> failure) {
            Thread.startVirtualThread(() -> success.accept("price of " + item));
        }

        static void price(String item, BiConsumer<String, Throwable> callback) {
            Thread.startVirtualThread(() -> callback.accept("price of " + item, null));
        }

        static void forget(String item, BiConsumer<String, Throwable> callback) {}
    }

    @FunctionalInterface
    private interface NodeCallback {
        void processResult(int code, String path, String data);
    }

    private static final class Keeper {
        static void get(String node, NodeCallback callback) {
            if (node.equals("/gone")) callback.processResult(-101, node, null);
            else callback.processResult(0, node, "data of " + node);
        }
    }

    private static final class Client {
        static Future<?> send(
                String request, Consumer<String> completed, Consumer<Exception> failed, Runnable cancelled) {
            return CompletableFuture.runAsync(() -> completed.accept("answer to " + request));
        }
    }

    private static final class Sensor {
        final List<Consumer<Integer>> listeners = new CopyOnWriteArrayList<>();

        void addListener(Consumer<Integer> listener) {
            listeners.add(listener);
        }

        void removeListener(Consumer<Integer> listener) {
            listeners.remove(listener);
        }

        void tell(int reading) {
            listeners.forEach(listener -> listener.accept(reading));
        }
    }

    /** Counts to a hundred, or to what it is first asked for if that is less than ten. */
    private static final class Counting {
        private final ListenerSink<Integer> sink;
        private int last;

        Counting(ListenerSink<Integer> sink) {
            this.sink = sink;
        }

        void fetch(long count) {
            boolean few = last == 0 && count < 10;
            for (long i = 0; i < count && last < 100; i++) sink.next(++last);
            if (few || last == 100) sink.complete();
        }
    }

    private record PollingConsumer(BlockingQueue<String> topic) implements AutoCloseable {
        List<String> poll(Duration timeout) throws InterruptedException {
            String first = topic.poll(timeout.toMillis(), TimeUnit.MILLISECONDS);
            return first == null ? List.of() : List.of(first);
        }

        @Override
        public void close() {}
    }
}
