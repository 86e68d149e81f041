package dev.weft.examples;

import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.throwing;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.channels.CompletionHandler;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.jspecify.annotations.Nullable;

/** Code made of callbacks, and what it turns into: three clients before and after, which must give the same results. */
public final class MigrateCallbacks {
    private static final int ATTEMPTS = 3;

    private final HttpClient http;
    private final OkHttpClient okHttp;
    private final String shop;

    private MigrateCallbacks(HttpClient http, OkHttpClient okHttp, String shop) {
        this.http = http;
        this.okHttp = okHttp;
        this.shop = shop;
    }

    public static void main(String[] args) {
        Example.main(MigrateCallbacks.class, MigrateCallbacks::migrate);
    }

    /** Starts a shop that answers, and asks it both ways. */
    static void migrate(PrintStream out) throws IOException {
        Path file = Files.writeString(Files.createTempFile("terms", ".txt"), "No refunds. ".repeat(50));
        HttpServer shop = openShop();
        try (var http = HttpClient.newHttpClient();
                var threads = Executors.newVirtualThreadPerTaskExecutor();
                var channel = AsynchronousFileChannel.open(file)) {
            var okHttp = new OkHttpClient.Builder()
                    .dispatcher(new Dispatcher(threads))
                    .build();
            String address = "http://127.0.0.1:" + shop.getAddress().getPort();
            var clients = new MigrateCallbacks(http, okHttp, address);
            for (String item : new String[] {"tea", "kite"})
                tell(out, "java.net.http", await(clients.quoteBefore(item)), clients.quote(item));
            tell(out, "AsynchronousFileChannel", awaitCallback(done -> sizeBefore(channel, done)), size(channel));
            tell(out, "OkHttp", awaitCallback(done -> clients.stockBefore(1, done)), clients.stock());
            okHttp.connectionPool().evictAll();
        } finally {
            shop.stop(0);
            Files.delete(file);
        }
    }

    private static <T> void tell(PrintStream out, String component, T before, T after) {
        out.printf("%-23s | before: %-20s | after: %s%n", component, before, after);
        Check.same(before, after, "what " + component + " gives");
    }

    // --- java.net.http: a request that depends on another, and a fallback

    private CompletableFuture<String> quoteBefore(String item) {
        return get("/price/" + item)
                .thenCompose(price -> price.statusCode() != 200
                        ? CompletableFuture.completedFuture("no " + item)
                        : get("/rate/EUR").thenApply(rate -> quoted(item, price.body(), rate.body())));
    }

    private String quote(String item) {
        var price = await(get("/price/" + item));
        if (price.statusCode() != 200) return "no " + item;
        var rate = await(get("/rate/EUR"));
        return quoted(item, price.body(), rate.body());
    }

    private CompletableFuture<HttpResponse<String>> get(String page) {
        return http.sendAsync(HttpRequest.newBuilder(URI.create(shop + page)).build(), BodyHandlers.ofString());
    }

    private static String quoted(String item, String price, String rate) {
        return item + " is EUR " + Integer.parseInt(price) * Integer.parseInt(rate);
    }

    // --- AsynchronousFileChannel: a loop

    private static void sizeBefore(AsynchronousFileChannel file, BiConsumer<Integer, @Nullable Throwable> done) {
        var buffer = ByteBuffer.allocate(64);
        file.read(buffer, 0, 0, new CompletionHandler<Integer, Integer>() {
            @Override
            public void completed(Integer length, Integer size) {
                if (length < 0) done.accept(size, null);
                else file.read(buffer.clear(), size + length, size + length, this);
            }

            @Override
            public void failed(Throwable failure, Integer size) {
                done.accept(size, failure);
            }
        });
    }

    private static int size(AsynchronousFileChannel file) {
        var buffer = ByteBuffer.allocate(64);
        for (int size = 0; ; ) {
            int from = size;
            int length = awaitCallback(done -> file.read(buffer.clear(), from, null, done));
            if (length < 0) return size;
            size += length;
        }
    }

    // --- OkHttp: another attempt

    private void stockBefore(int attempt, BiConsumer<String, @Nullable Throwable> done) {
        stockCall().enqueue(new Callback() {
            @Override
            public void onResponse(Call call, Response response) {
                try (response) {
                    if (response.code() == 503 && attempt < ATTEMPTS) stockBefore(attempt + 1, done);
                    else done.accept("stock: " + response.body().string(), null);
                } catch (IOException failure) {
                    done.accept("", failure);
                }
            }

            @Override
            public void onFailure(Call call, IOException failure) {
                done.accept("", failure);
            }
        });
    }

    private String stock() throws IOException {
        for (int attempt = 1; ; attempt++) {
            try (Response response = execute(stockCall())) {
                if (response.code() != 503 || attempt == ATTEMPTS)
                    return "stock: " + response.body().string();
            }
        }
    }

    /** The adapter, written once for OkHttp. */
    private static Response execute(Call call) throws IOException {
        return throwing(
                IOException.class,
                () -> awaitCallback(done -> {
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
                }));
    }

    private Call stockCall() {
        return okHttp.newCall(new Request.Builder().url(shop + "/stock").build());
    }

    // --- the shop

    private static HttpServer openShop() throws IOException {
        HttpServer shop = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        var stockRequests = new AtomicInteger();
        shop.createContext("/price/tea", request -> answer(request, 200, "3"));
        shop.createContext("/rate/EUR", request -> answer(request, 200, "14"));
        shop.createContext("/stock", request -> {
            boolean busy = stockRequests.incrementAndGet() % ATTEMPTS != 0;
            answer(request, busy ? 503 : 200, busy ? "busy" : "7 teapots");
        });
        shop.start();
        return shop;
    }

    private static void answer(HttpExchange request, int status, String text) throws IOException {
        byte[] body = text.getBytes(StandardCharsets.UTF_8);
        request.sendResponseHeaders(status, body.length);
        try (var out = request.getResponseBody()) {
            out.write(body);
        }
    }
}
