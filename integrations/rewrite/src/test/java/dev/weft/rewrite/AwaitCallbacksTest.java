package dev.weft.rewrite;

import org.junit.jupiter.api.Test;
import org.openrewrite.Recipe;

class AwaitCallbacksTest extends RecipeTest {
    @Override
    Recipe recipe() {
        return new AwaitCallbacks("*..Client *(..)");
    }

    @Test
    void aCallOfOkHttpIsCancelledAndALateResponseClosed() {
        becomes("""
                import java.io.IOException;
                import java.util.concurrent.CompletableFuture;
                import okhttp3.Call;
                import okhttp3.Callback;
                import okhttp3.Response;

                class Client {
                    Response execute(Call call) throws Exception {
                        // one call
                        CompletableFuture<Response> future = new CompletableFuture<>();
                        call.enqueue(new Callback() {
                            @Override
                            public void onFailure(Call failed, IOException failure) {
                                future.completeExceptionally(failure);
                            }

                            @Override
                            public void onResponse(Call answered, Response response) {
                                future.complete(response); // whole
                            }
                        });
                        return future.get();
                    }
                }
                """, """
                import java.io.IOException;
                import okhttp3.Call;

                import static dev.weft.Async.awaitCallback;
                import okhttp3.Callback;
                import okhttp3.Response;

                class Client {
                    Response execute(Call call) throws Exception {
                        // one call
                        return awaitCallback(done -> {
                            done.onCancel(call::cancel);
                            done.onUndelivered(Response::close);
                            call.enqueue(new Callback() {
                                @Override
                                public void onFailure(Call failed, IOException failure) {
                                    done.fail(failure);
                                }

                                @Override
                                public void onResponse(Call answered, Response response) {
                                    done.resume(response); // whole
                                }
                            });
                        });
                    }
                }
                """);
    }

    @Test
    void aChannelOfNioIsAwaited() {
        becomes("""
                import java.nio.ByteBuffer;
                import java.nio.channels.AsynchronousFileChannel;
                import java.nio.channels.CompletionHandler;
                import java.util.concurrent.CompletableFuture;

                class Reader {
                    int read(AsynchronousFileChannel channel, ByteBuffer buffer) {
                        return dev.weft.Async.run(() -> {
                            CompletableFuture<Integer> count = new CompletableFuture<>();
                            channel.read(buffer, 0, null, new CompletionHandler<Integer, Void>() {
                                @Override
                                public void completed(Integer read, Void attachment) {
                                    count.complete(read);
                                }

                                @Override
                                public void failed(Throwable failure, Void attachment) {
                                    count.completeExceptionally(failure);
                                }
                            });
                            Integer read = count.join();
                            return read;
                        });
                    }
                }
                """, """
                import java.nio.ByteBuffer;
                import java.nio.channels.AsynchronousFileChannel;
                import java.nio.channels.CompletionHandler;

                import static dev.weft.Async.awaitCallback;

                class Reader {
                    int read(AsynchronousFileChannel channel, ByteBuffer buffer) {
                        return dev.weft.Async.run(() -> {
                            Integer read = awaitCallback(done -> {
                                channel.read(buffer, 0, null, new CompletionHandler<Integer, Void>() {
                                    @Override
                                    public void completed(Integer read, Void attachment) {
                                        done.resume(read);
                                    }

                                    @Override
                                    public void failed(Throwable failure, Void attachment) {
                                        done.fail(failure);
                                    }
                                });
                            });
                            return read;
                        });
                    }
                }
                """);
    }

    @Test
    void aRecordThatKafkaSendsIsAwaited() {
        becomes(
                kafka("""
                        CompletableFuture<RecordMetadata> sent = new CompletableFuture<>();
                        producer.send(record, (metadata, failure) -> {
                            if (failure != null) {
                                sent.completeExceptionally(failure);
                            } else {
                                sent.complete(metadata);
                            }
                        });
                        return sent.join();
                """, "import java.util.concurrent.CompletableFuture;\n", ""),
                kafka("""
                        return awaitCallback(done -> {
                            producer.send(record, (metadata, failure) -> {
                                if (failure != null) {
                                    done.fail(failure);
                                } else {
                                    done.resume(metadata);
                                }
                            });
                        });
                """, "", "\nimport static dev.weft.Async.awaitCallback;\n"));
    }

    private static String kafka(String statements, String imports, String statics) {
        return """
                %simport org.apache.kafka.clients.producer.Producer;
                %simport org.apache.kafka.clients.producer.ProducerRecord;
                import org.apache.kafka.clients.producer.RecordMetadata;

                class Client {
                    RecordMetadata send(Producer<String, String> producer, ProducerRecord<String, String> record) {
                %s    }
                }
                """.formatted(imports, statics, statements);
    }

    @Test
    void theseCallsAreLeftAlone() {
        staysAlone(client(
                exactly("future.complete(response);", "return future.get(1, java.util.concurrent.TimeUnit.SECONDS);"),
                exactly("future.complete(response);", "Response got = future.getNow(null); return got;"),
                exactly("future.complete(response);", "var got = future.get(); return got;"),
                exactly("future.complete(response);", "AutoCloseable got = future.get(); return null;"),
                exactly("future.complete(response);", "System.out.println(); return future.get();"),
                exactly(
                        "future.complete(response);",
                        "try { return future.get(); } catch (Exception e) { return null; }"),
                exactly("future.complete(response);", "return future./* why */get();"),
                exactly("future.complete(response); System.out.println();", "return future.get();"),
                exactly("future.complete(null);", "return future.get();"),
                exactly("if (response.isSuccessful()) future.complete(response);", "return future.get();"),
                exactly("future.complete(response);", "return future.get();")
                        .replace(
                                "CompletableFuture<Response> future",
                                "call.cancel(); call = call.clone(); CompletableFuture<Response> future"),
                exactly("future.complete(response);", "return future.get();")
                        .replace("call.enqueue", "client.newCall(request).enqueue"),
                exactly("future.complete(response);", "return future.get();")
                        .replace("new CompletableFuture<>()", "made"),
                exactly("future.complete(response);", "return future.get();")
                        .replace("new CompletableFuture<>();", "new CompletableFuture<>(); Object done;"),
                exactly("future.complete(response);", "return future.get();")
                        .replace(
                                "failed, IOException failure) {",
                                "failed, IOException failure) { System.out.println();")));
    }

    @Test
    void aCallInAMethodThatIsNotKnownToBeVirtualIsLeftAlone() {
        staysAlone(client(exactly("future.complete(response);", "return future.get();"))
                .replace("class Client", "class Other"));
    }

    @Test
    void aResultThatHasToBeClosedIsLeftAlone() {
        staysAlone("""
                import java.nio.channels.*;
                import java.util.concurrent.CompletableFuture;

                class Client {
                    AsynchronousSocketChannel accept(AsynchronousServerSocketChannel server) throws Exception {
                        CompletableFuture<AsynchronousSocketChannel> accepted = new CompletableFuture<>();
                        server.accept(null, new CompletionHandler<AsynchronousSocketChannel, Void>() {
                            public void completed(AsynchronousSocketChannel socket, Void attachment) {
                                accepted.complete(socket);
                            }

                            public void failed(Throwable failure, Void attachment) {
                                accepted.completeExceptionally(failure);
                            }
                        });
                        return accepted.get();
                    }

                    FileLock lock(AsynchronousFileChannel file) throws Exception {
                        CompletableFuture<FileLock> locked = new CompletableFuture<>();
                        file.lock(null, new CompletionHandler<FileLock, Void>() {
                            public void completed(FileLock lock, Void attachment) {
                                locked.complete(lock);
                            }

                            public void failed(Throwable failure, Void attachment) {
                                locked.completeExceptionally(failure);
                            }
                        });
                        return locked.get();
                    }
                }
                """);
    }

    private static String exactly(String success, String wait) {
        return """
                CompletableFuture<Response> future = new CompletableFuture<>();
                call.enqueue(new Callback() {
                    public void onFailure(Call failed, IOException failure) {
                        future.completeExceptionally(failure);
                    }

                    public void onResponse(Call answered, Response response) {
                        %s
                    }
                });
                %s
                """.formatted(success, wait);
    }

    private static String client(String... bodies) {
        var source = new StringBuilder("""
                import java.io.IOException;
                import java.util.concurrent.CompletableFuture;
                import okhttp3.Call;
                import okhttp3.Callback;
                import okhttp3.Response;

                class Client {
                """);
        for (int i = 0; i < bodies.length; i++) source.append("""
                    Response execute%d(Call call, okhttp3.Call.Factory client, okhttp3.Request request,
                            CompletableFuture<Response> made) throws Exception {
                        %s
                    }
                """.formatted(i, bodies[i]));
        return source.append("}\n").toString();
    }
}
