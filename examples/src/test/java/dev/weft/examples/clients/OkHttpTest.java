package dev.weft.examples.clients;

import static dev.weft.Async.run;
import static dev.weft.Async.throwing;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import okhttp3.Call;
import okhttp3.Callback;
import okhttp3.OkHttpClient;
import okhttp3.Request;
import okhttp3.Response;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** OkHttp, whose calls are cancelled by {@link Call#cancel} and whose responses have to be closed. */
class OkHttpTest extends ClientTest {
    private final LoopbackServer server = new LoopbackServer();
    private final OkHttpClient client = new OkHttpClient();

    @AfterEach
    void close() throws InterruptedException {
        var callers = client.dispatcher().executorService();
        callers.shutdown();
        assertThat(callers.awaitTermination(SECONDS, TimeUnit.SECONDS)).isTrue();
        assertThat(client.connectionPool().idleConnectionCount())
                .as("connections that no response holds")
                .isEqualTo(client.connectionPool().connectionCount());
        client.connectionPool().evictAll();
        server.close();
    }

    private Call call(String path) {
        return client.newCall(new Request.Builder().url(server.http(path)).build());
    }

    private static Response execute(Call call) throws IOException {
        return throwing(
                IOException.class,
                () -> Async.<Response>awaitCallback(done -> {
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

    @Test
    void aResponse() throws IOException {
        String body = run(() -> {
            try (Response response = execute(call("/hello"))) {
                return response.body().string();
            }
        });
        assertThat(body).isEqualTo("hello");
    }

    @Test
    void aServerThatGoesAwayInsteadOfAnswering() {
        var told = new CompletableFuture<IOException>();
        assertThatThrownBy(() -> run(() -> throwing(
                        IOException.class,
                        () -> Async.<Response>awaitCallback(done -> call("/gone")
                                .enqueue(new Callback() {
                                    @Override
                                    public void onResponse(Call answered, Response response) {
                                        done.resume(response);
                                    }

                                    @Override
                                    public void onFailure(Call failed, IOException failure) {
                                        told.complete(failure);
                                        done.fail(failure);
                                    }
                                })))))
                .satisfies(thrown -> assertThat(thrown).isSameAs(told.join()));
    }

    @Test
    void aServerThatGoesAwayInTheMiddleOfItsAnswer() {
        assertThatThrownBy(() -> run(() -> {
                    try (Response response = execute(call("/half"))) {
                        return response.body().string();
                    }
                }))
                .isInstanceOf(IOException.class);
    }

    @Test
    void aTimeLimitAbortsTheCall() throws Exception {
        Call call = call("/never");
        timedOut(server.asked, () -> execute(call));
        until("cancelled", call::isCanceled);
        until("ended", () -> client.dispatcher().runningCallsCount() == 0);
    }

    @Test
    void aCancellationAbortsTheExchange() throws Exception {
        cancelled(server.asked, () -> execute(call("/never")));
        soon(server.aborted);
        until("ended", () -> client.dispatcher().runningCallsCount() == 0);
    }

    @Test
    void aResponseThatComesBehindTheCancellationIsClosed() throws Exception {
        var arrived = new CompletableFuture<Response>();
        var left = new CompletableFuture<Void>();
        var resumed = new CompletableFuture<Void>();
        cancelled(
                arrived,
                () -> Async.<Response>awaitCallback(done -> {
                    done.onUndelivered(Response::close);
                    call("/hello").enqueue(new Callback() {
                        @Override
                        public void onResponse(Call answered, Response response) {
                            arrived.complete(response);
                            left.join();
                            done.resume(response);
                            resumed.complete(null);
                        }

                        @Override
                        public void onFailure(Call failed, IOException failure) {
                            done.fail(failure);
                        }
                    });
                }));
        left.complete(null);
        soon(resumed);
        assertThatThrownBy(() -> arrived.join().body().string()).hasMessage("closed");
    }

    @Test
    void aCallThatWasEnqueuedBeforeIsRefusedAtOnce() throws IOException {
        Call call = call("/hello");
        run(() -> {
            execute(call).close();
            assertThatThrownBy(() -> execute(call)).hasMessage("Already Executed");
        });
    }
}
