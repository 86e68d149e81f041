package dev.weft.examples.checkout;

import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.context;
import static dev.weft.Async.throwing;

import dev.weft.Completion;
import java.io.IOException;
import java.util.List;
import java.util.concurrent.Executors;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.Dispatcher;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;

/** What other customers bought, fetched with OkHttp: a callback. */
public final class Recommendations implements AutoCloseable {
    private final OkHttpClient http = new OkHttpClient.Builder()
            .dispatcher(new Dispatcher(Executors.newVirtualThreadPerTaskExecutor()))
            .build();
    private final int port;

    Recommendations(int port) {
        this.port = port;
    }

    /** {@return the names of other items} Cancelling aborts the call; a response that comes too late is closed. */
    List<String> like(Item item) throws IOException {
        Call call = call(item, context().get(Trace.KEY));
        try (Response response = throwing(IOException.class, () -> awaitCallback(done -> enqueue(call, done)))) {
            return parse(response);
        }
    }

    private static void enqueue(Call call, Completion<Response> done) {
        done.onCancel(call::cancel);
        done.onUndelivered(Response::close);
        call.enqueue(new Callback() {
            @Override
            public void onResponse(Call call, Response response) {
                done.resume(response);
            }

            @Override
            public void onFailure(Call call, IOException failure) {
                if (!call.isCanceled()) done.fail(failure); // else it only echoes our own cancel
            }
        });
    }

    /** {@return the request} */
    public Call call(Item item, String trace) {
        return http.newCall(new Request.Builder()
                .url("http://127.0.0.1:" + port + "/" + item.id())
                .header(Trace.HEADER, trace)
                .build());
    }

    /** {@return what a response says} */
    public static List<String> parse(Response response) throws IOException {
        if (!response.isSuccessful()) throw new IOException("recommendations answered " + response.code());
        return List.of(response.body().string().split(", "));
    }

    @Override
    public void close() {
        http.dispatcher().executorService().shutdownNow();
        http.connectionPool().evictAll();
    }
}
