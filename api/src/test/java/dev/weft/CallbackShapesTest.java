package dev.weft;

import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.awaitFuture;
import static dev.weft.Async.throwing;
import static dev.weft.testing.Watched.until;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CallbackShapes.AsyncContext;
import dev.weft.CallbackShapes.AsyncEvent;
import dev.weft.CallbackShapes.AsyncListener;
import dev.weft.CallbackShapes.AsyncResponseTransformer;
import dev.weft.CallbackShapes.AsyncResult;
import dev.weft.CallbackShapes.CancelCallback;
import dev.weft.CallbackShapes.Cancellable;
import dev.weft.CallbackShapes.Channel;
import dev.weft.CallbackShapes.ClientCallStreamObserver;
import dev.weft.CallbackShapes.ClientResponseObserver;
import dev.weft.CallbackShapes.CompletionListener;
import dev.weft.CallbackShapes.ConfirmCallback;
import dev.weft.CallbackShapes.DeferredResult;
import dev.weft.CallbackShapes.DeliverCallback;
import dev.weft.CallbackShapes.Delivery;
import dev.weft.CallbackShapes.FutureCallback;
import dev.weft.CallbackShapes.GenericFutureListener;
import dev.weft.CallbackShapes.GuavaCallback;
import dev.weft.CallbackShapes.Handler;
import dev.weft.CallbackShapes.HttpAsyncClient;
import dev.weft.CallbackShapes.IMqttActionListener;
import dev.weft.CallbackShapes.IMqttToken;
import dev.weft.CallbackShapes.JmsConsumer;
import dev.weft.CallbackShapes.JmsMessage;
import dev.weft.CallbackShapes.JmsProducer;
import dev.weft.CallbackShapes.ListenableFuture;
import dev.weft.CallbackShapes.MessageHandler;
import dev.weft.CallbackShapes.MessageListener;
import dev.weft.CallbackShapes.MqttCallback;
import dev.weft.CallbackShapes.MqttClient;
import dev.weft.CallbackShapes.NettyFuture;
import dev.weft.CallbackShapes.OkCall;
import dev.weft.CallbackShapes.OkCallback;
import dev.weft.CallbackShapes.OkResponse;
import dev.weft.CallbackShapes.Producer;
import dev.weft.CallbackShapes.ProducerRecord;
import dev.weft.CallbackShapes.ReadListener;
import dev.weft.CallbackShapes.ReadStream;
import dev.weft.CallbackShapes.RecordMetadata;
import dev.weft.CallbackShapes.RemoteEndpoint;
import dev.weft.CallbackShapes.ResponseListener;
import dev.weft.CallbackShapes.RestClient;
import dev.weft.CallbackShapes.RetrofitCall;
import dev.weft.CallbackShapes.RetrofitCallback;
import dev.weft.CallbackShapes.RetrofitResponse;
import dev.weft.CallbackShapes.S3;
import dev.weft.CallbackShapes.SdkPublisher;
import dev.weft.CallbackShapes.SendResult;
import dev.weft.CallbackShapes.ServletInputStream;
import dev.weft.CallbackShapes.Stat;
import dev.weft.CallbackShapes.VertxFuture;
import dev.weft.CallbackShapes.ZooKeeper;
import dev.weft.testing.Watched;
import java.io.IOException;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousFileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.concurrent.SubmissionPublisher;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every shape of callback that libraries have, awaited or iterated over; the libraries' one thread is {@code wire}. */
class CallbackShapesTest {
    private static final Duration SOON = Duration.ofMillis(20);

    private final HookLog hooks = new HookLog();
    private final ExecutorService wire =
            Executors.newSingleThreadExecutor(Thread.ofPlatform().name("wire").factory());

    @TempDir
    Path folder;

    @AfterEach
    void end() throws InterruptedException {
        wire.shutdown();
        assertThat(wire.awaitTermination(Watched.SECONDS, TimeUnit.SECONDS)).isTrue();
        hooks.close();
    }

    /** Runs await-style code, which must never find itself on the thread of the library. */
    private static <T> T awaiting(AsyncBody<T, Exception> body) throws Exception {
        return Async.run(() -> {
            T result = body.run();
            assertThat(Thread.currentThread().isVirtual()).isTrue();
            return result;
        });
    }

    /** Waits until something that was started waits, cancels it, and waits until it has ended. */
    private static void cancelled(AsyncBody<?, Exception> body) {
        Watched<?> waits = Watched.coroutine(body::run);
        waits.parked().cancel();
        assertThat(waits.failure()).isInstanceOf(CancelledException.class);
        waits.joined();
    }

    @Test
    void completionStage() throws Exception {
        assertThat(awaiting(() -> await(CompletableFuture.supplyAsync(() -> "value", wire))))
                .isEqualTo("value");
        var failure = new IOException("disk");
        CompletionStage<Integer> derived =
                CompletableFuture.<Integer>failedFuture(failure).thenApply(n -> n + 1);
        assertThatThrownBy(() -> awaiting(() -> await(derived, IOException.class)))
                .isSameAs(failure);
        assertThatThrownBy(() -> awaiting(() -> throwing(
                        IOException.class, () -> Async.<Integer>awaitCallback(done -> derived.whenComplete(done)))))
                .isSameAs(failure);
        var owned = new CompletableFuture<String>();
        cancelled(() -> awaitCallback(done -> {
            done.onCancel(() -> owned.cancel(true));
            owned.whenComplete(done);
        }));
        assertThat(owned).isCancelled();
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void completionHandler() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "content");
        var buffer = ByteBuffer.allocate(16);
        try (var channel = AsynchronousFileChannel.open(file)) {
            int read = awaiting(() -> Async.<Integer>awaitCallback(done -> channel.read(buffer, 0, "attached", done)));
            assertThat(read).isEqualTo(7);
            assertThatThrownBy(() -> awaiting(() ->
                            Async.<Integer>awaitCallback(done -> channel.write(ByteBuffer.allocate(1), 0, null, done))))
                    .isInstanceOf(RuntimeException.class); // not open for writing: thrown by the registration
        }
        assertThat(new String(buffer.array(), 0, buffer.position())).isEqualTo("content");
    }

    @Test
    void flowSubscriber() throws Exception {
        try (var publisher = new SubmissionPublisher<Integer>(wire, 4)) {
            List<Integer> seen = awaiting(() -> {
                try (var values = Async.each(publisher)) {
                    publisher.submit(1);
                    publisher.submit(2);
                    return List.of(values.next(), values.next());
                }
            });
            assertThat(seen).containsExactly(1, 2);
            until("cancelled", () -> !publisher.hasSubscribers());
        }
    }

    @Test
    void webSocketListener() throws Exception {
        var server = new WebSocketStandIn(wire, "he", "llo", "wor", "ld");
        AsyncStream<String> messages = AsyncStream.fromListener(Overflow.suspend(), sink -> {
            var listener = new WebSocket.Listener() {
                private final StringBuilder message = new StringBuilder();

                @Override
                public void onOpen(WebSocket socket) {} // asks for nothing yet

                @Override
                public CompletionStage<?> onText(WebSocket socket, CharSequence part, boolean last) {
                    message.append(part);
                    if (!last) {
                        socket.request(1); // a part is no message
                        return null;
                    }
                    sink.next(message.toString());
                    message.setLength(0);
                    return null;
                }

                @Override
                public CompletionStage<?> onClose(WebSocket socket, int code, String reason) {
                    sink.complete();
                    return null;
                }

                @Override
                public void onError(WebSocket socket, Throwable failure) {
                    sink.fail(failure);
                }
            };
            WebSocket socket = await(server.buildAsync(listener));
            sink.onClose(socket::abort);
            sink.onRequest(socket::request);
        });
        assertThat(awaiting(() -> messages.collect(9))).containsExactly("hello", "world");
        assertThat(server.aborted).isTrue();
    }

    /** A web socket whose text comes in parts of two, each when it is requested, and then its end. */
    private static final class WebSocketStandIn implements WebSocket {
        private final Executor wire;
        private final List<String> parts;
        private final AtomicLong requested = new AtomicLong();
        private WebSocket.Listener listener;
        private int sent;
        volatile boolean aborted;

        WebSocketStandIn(Executor wire, String... parts) {
            this.wire = wire;
            this.parts = List.of(parts);
        }

        CompletableFuture<WebSocket> buildAsync(WebSocket.Listener to) {
            listener = to;
            return CompletableFuture.supplyAsync(
                    () -> {
                        to.onOpen(this);
                        return this;
                    },
                    wire);
        }

        @Override
        public void request(long n) {
            requested.addAndGet(n);
            wire.execute(this::send);
        }

        private void send() {
            while (requested.get() > 0 && sent <= parts.size()) {
                requested.decrementAndGet();
                int at = sent++;
                if (at == parts.size()) listener.onClose(this, NORMAL_CLOSURE, "");
                else listener.onText(this, parts.get(at), at % 2 == 1);
            }
        }

        @Override
        public CompletableFuture<WebSocket> sendText(CharSequence data, boolean last) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendBinary(ByteBuffer data, boolean last) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendPing(ByteBuffer message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendPong(ByteBuffer message) {
            throw new UnsupportedOperationException();
        }

        @Override
        public CompletableFuture<WebSocket> sendClose(int code, String reason) {
            throw new UnsupportedOperationException();
        }

        @Override
        public String getSubprotocol() {
            return "";
        }

        @Override
        public boolean isOutputClosed() {
            return aborted;
        }

        @Override
        public boolean isInputClosed() {
            return aborted;
        }

        @Override
        public void abort() {
            aborted = true;
        }
    }

    @Test
    void valueAndExceptionOnTheSenderThread() throws Exception {
        var failure = new IOException("not the leader");
        Producer<String, String> producer = (record, callback) -> {
            wire.execute(() -> {
                // a record that failed has a place-holder beside the exception
                if (record.value().isEmpty()) callback.onCompletion(new RecordMetadata(-1), failure);
                else callback.onCompletion(new RecordMetadata(7), null);
            });
            return new CompletableFuture<>();
        };
        long offset = awaiting(() -> Async.<RecordMetadata>awaitCallback(
                        done -> producer.send(new ProducerRecord<>("topic", "key", "value"), done::accept))
                .offset());
        assertThat(offset).isEqualTo(7);
        assertThatThrownBy(() -> awaiting(() -> throwing(
                        IOException.class,
                        () -> Async.<RecordMetadata>awaitCallback(
                                done -> producer.send(new ProducerRecord<>("topic", "key", ""), done::accept)))))
                .isSameAs(failure);
        assertThat(hooks.discarded).containsExactly(new RecordMetadata(-1));
    }

    /** A call that answers on demand, and whose cancellation is a failure of its own type. */
    private static final class OkCallStandIn implements OkCall {
        final CompletableFuture<OkCallback> enqueued = new CompletableFuture<>();
        final AtomicInteger cancels = new AtomicInteger();

        @Override
        public void enqueue(OkCallback callback) {
            enqueued.complete(callback);
        }

        @Override
        public void cancel() {
            cancels.incrementAndGet();
        }
    }

    private record OkResponseStandIn(String body, AtomicBoolean closed) implements OkResponse {
        @Override
        public void close() {
            closed.set(true);
        }
    }

    private static OkResponse execute(OkCall call) {
        return awaitCallback(done -> {
            done.onCancel(call::cancel);
            done.onUndelivered(OkResponse::close);
            call.enqueue(new OkCallback() {
                @Override
                public void onFailure(OkCall failed, IOException e) {
                    done.fail(e);
                }

                @Override
                public void onResponse(OkCall answered, OkResponse response) {
                    done.resume(response);
                }
            });
        });
    }

    @Test
    void responseThatHasToBeClosed() throws Exception {
        var open = new AtomicBoolean();
        var call = new OkCallStandIn();
        call.enqueued.thenAcceptAsync(callback -> respond(callback, call, new OkResponseStandIn("body", open)), wire);
        assertThat(awaiting(() -> execute(call)).body()).isEqualTo("body");
        assertThat(open).isFalse();

        var late = new OkCallStandIn();
        var closed = new AtomicBoolean();
        cancelled(() -> execute(late));
        assertThat(late.cancels).hasValue(1);
        respond(late.enqueued.join(), late, new OkResponseStandIn("late", closed));
        assertThat(closed).isTrue();
    }

    @Test
    void failureThatOnlySaysThatTheCallWasCancelled() {
        var call = new OkCallStandIn();
        cancelled(() -> execute(call));
        call.enqueued.join().onFailure(call, new IOException("Canceled"));
        assertThat(hooks.dropped).isEmpty();
    }

    private static void respond(OkCallback callback, OkCall call, OkResponse response) {
        try {
            callback.onResponse(call, response);
        } catch (IOException failure) {
            throw new AssertionError(failure);
        }
    }

    @Test
    void handlePassedToTheCallback() throws Exception {
        var cancels = new AtomicInteger();
        var call = new RetrofitCall<String>() {
            @Override
            public void enqueue(RetrofitCallback<String> callback) {
                wire.execute(() -> callback.onResponse(this, new RetrofitResponse<>(200, "body")));
            }

            @Override
            public void cancel() {
                cancels.incrementAndGet();
            }
        };
        RetrofitResponse<String> response = awaiting(() -> awaitCallback(done -> {
            done.onCancel(call::cancel);
            call.enqueue(new RetrofitCallback<>() {
                @Override
                public void onResponse(RetrofitCall<String> answered, RetrofitResponse<String> response) {
                    done.resume(response);
                }

                @Override
                public void onFailure(RetrofitCall<String> failed, Throwable t) {
                    done.fail(t);
                }
            });
        }));
        assertThat(response.body()).isEqualTo("body");
        assertThat(cancels).hasValue(0);
    }

    /** A call that sends numbers as it is asked for them. */
    private final class GrpcCallStandIn extends ClientCallStreamObserver<String> {
        private final ClientResponseObserver<String, Integer> observer;
        private final int last;
        private int sent;
        volatile boolean automatic = true;
        volatile boolean cancelled;

        GrpcCallStandIn(ClientResponseObserver<String, Integer> observer, int last) {
            this.observer = observer;
            this.last = last;
            observer.beforeStart(this);
            assertThat(automatic).isFalse();
        }

        @Override
        void disableAutoRequestWithInitial(int request) {
            automatic = false;
            if (request > 0) request(request);
        }

        @Override
        void request(int count) {
            wire.execute(() -> {
                for (int i = 0; i < count && sent < last; i++) observer.onNext(++sent);
                if (sent == last) observer.onCompleted();
            });
        }

        @Override
        void cancel(String message, Throwable cause) {
            cancelled = true;
            observer.onError(new IllegalStateException("CANCELLED: " + message, cause));
        }

        @Override
        public void onNext(String value) {}

        @Override
        public void onError(Throwable t) {}

        @Override
        public void onCompleted() {}
    }

    @Test
    void streamObserverWithManualFlowControl() throws Exception {
        var calls = new ConcurrentLinkedQueue<GrpcCallStandIn>();
        AsyncStream<Integer> numbers = AsyncStream.fromListener(
                Overflow.suspend(),
                sink -> calls.add(new GrpcCallStandIn(
                        new ClientResponseObserver<>() {
                            @Override
                            public void beforeStart(ClientCallStreamObserver<String> call) {
                                call.disableAutoRequestWithInitial(0);
                                sink.onClose(() -> call.cancel("left", null));
                                sink.onRequest(count -> call.request((int) count));
                            }

                            @Override
                            public void onNext(Integer value) {
                                sink.next(value);
                            }

                            @Override
                            public void onError(Throwable t) {
                                sink.fail(t);
                            }

                            @Override
                            public void onCompleted() {
                                sink.complete();
                            }
                        },
                        100)));
        assertThat(awaiting(() -> numbers.take(3).collect(3))).containsExactly(1, 2, 3);
        until("cancelled", () -> calls.element().cancelled);
        assertThat(hooks.dropped).isEmpty();
        assertThat(awaiting(() -> numbers.collect(100))).hasSize(100);
    }

    @Test
    void unaryStreamObserver() throws Exception {
        Consumer<CallbackShapes.StreamObserver<String>> stub = observer -> wire.execute(() -> {
            observer.onNext("reply");
            observer.onCompleted();
        });
        String reply = awaiting(() -> awaitCallback(done -> stub.accept(new CallbackShapes.StreamObserver<>() {
            @Override
            public void onNext(String value) {
                done.resume(value);
            }

            @Override
            public void onError(Throwable t) {
                done.fail(t);
            }

            @Override
            public void onCompleted() {
                done.tryFail(new IllegalStateException("no reply"));
            }
        })));
        assertThat(reply).isEqualTo("reply");
    }

    /** A future with listeners. */
    private static final class ListenableTask<V> extends FutureTask<V> implements ListenableFuture<V> {
        private final CompletableFuture<Void> over = new CompletableFuture<>();

        ListenableTask(java.util.concurrent.Callable<V> body) {
            super(body);
        }

        @Override
        public void addListener(Runnable listener, Executor executor) {
            over.thenRunAsync(listener, executor);
        }

        @Override
        protected void done() {
            over.complete(null);
        }
    }

    /** As {@code Futures.addCallback}. */
    private static <V> void addCallback(
            ListenableFuture<V> future, GuavaCallback<? super V> callback, Executor executor) {
        future.addListener(
                () -> {
                    try {
                        callback.onSuccess(future.get());
                    } catch (Exception failure) {
                        callback.onFailure(failure);
                    }
                },
                executor);
    }

    @Test
    void listenableFuture() throws Exception {
        var future = new ListenableTask<>(() -> "value");
        wire.execute(future);
        String value = awaiting(() -> awaitCallback(done -> {
            done.onCancel(() -> future.cancel(true));
            addCallback(
                    future,
                    new GuavaCallback<>() {
                        @Override
                        public void onSuccess(String result) {
                            done.resume(result);
                        }

                        @Override
                        public void onFailure(Throwable t) {
                            done.fail(t);
                        }
                    },
                    Runnable::run);
        }));
        assertThat(value).isEqualTo("value");
        assertThat(awaiting(() -> {
                    Async.<Void>awaitCallback(done -> future.addListener(() -> done.resume(null), Runnable::run));
                    return awaitFuture(future);
                }))
                .isEqualTo("value");
        var forEver = new ListenableTask<>(() -> "never run");
        cancelled(() -> awaitCallback(done -> {
            done.onCancel(() -> forEver.cancel(true));
            forEver.addListener(() -> done.resume(null), Runnable::run);
        }));
        assertThat(forEver.isCancelled()).isTrue();
    }

    /** A future of an event loop; its listeners are called on the loop. */
    private static final class NettyFutureStandIn<V> implements NettyFuture<V> {
        private final CompletableFuture<V> result = new CompletableFuture<>();
        private final Executor loop;

        NettyFutureStandIn(Executor loop) {
            this.loop = loop;
        }

        @Override
        @SuppressWarnings("unchecked")
        public NettyFuture<V> addListener(GenericFutureListener<? extends NettyFuture<? super V>> listener) {
            var told = (GenericFutureListener<NettyFuture<V>>) listener;
            result.whenCompleteAsync(
                    (value, failure) -> {
                        try {
                            told.operationComplete(this);
                        } catch (Exception thrown) {
                            throw new AssertionError(thrown);
                        }
                    },
                    loop);
            return this;
        }

        @Override
        public boolean isSuccess() {
            return result.state() == Future.State.SUCCESS;
        }

        @Override
        public boolean isCancelled() {
            return result.isCancelled();
        }

        @Override
        public Throwable cause() {
            return isSuccess() ? null : result.isCancelled() ? new CancellationException() : result.exceptionNow();
        }

        @Override
        public V getNow() {
            return result.getNow(null);
        }

        @Override
        public boolean cancel(boolean mayInterruptIfRunning) {
            return result.cancel(mayInterruptIfRunning);
        }
    }

    private static <V> V awaitNetty(NettyFuture<V> future) {
        return awaitCallback(done -> {
            done.onCancel(() -> future.cancel(false));
            future.addListener((NettyFuture<V> ended) -> {
                if (ended.isSuccess()) done.resume(ended.getNow());
                else if (ended.isCancelled()) done.cancelled();
                else done.fail(ended.cause());
            });
        });
    }

    @Test
    void futureThatIsItsOwnResult() throws Exception {
        var future = new NettyFutureStandIn<String>(wire);
        wire.execute(() -> future.result.complete("value"));
        assertThat(awaiting(() -> awaitNetty(future))).isEqualTo("value");
        var refused = new NettyFutureStandIn<String>(wire);
        var failure = new IllegalStateException("refused");
        refused.result.completeExceptionally(failure);
        assertThatThrownBy(() -> awaiting(() -> awaitNetty(refused))).isSameAs(failure);
        var forEver = new NettyFutureStandIn<String>(wire);
        cancelled(() -> awaitNetty(forEver));
        assertThat(forEver.isCancelled()).isTrue();
        assertThat(hooks.dropped).isEmpty();
    }

    /** A future of Vert.x. */
    private record VertxFutureStandIn<T>(T value, Throwable failure, Executor loop) implements VertxFuture<T> {
        private record Result<T>(T result, Throwable cause) implements AsyncResult<T> {
            @Override
            public boolean succeeded() {
                return cause == null;
            }
        }

        @Override
        public VertxFuture<T> onComplete(Handler<AsyncResult<T>> handler) {
            loop.execute(() -> handler.handle(new Result<>(value, failure)));
            return this;
        }

        @Override
        public VertxFuture<T> onComplete(Handler<? super T> success, Handler<? super Throwable> error) {
            return onComplete(result -> {
                if (result.succeeded()) success.handle(result.result());
                else error.handle(result.cause());
            });
        }
    }

    @Test
    void eitherObject() throws Exception {
        var future = new VertxFutureStandIn<>("value", null, wire);
        assertThat(awaiting(() -> Async.<String>awaitCallback(done -> future.onComplete(done::resume, done::fail))))
                .isEqualTo("value");
        assertThat(awaiting(() -> Async.<String>awaitCallback(
                        done -> future.onComplete(result -> done.accept(result.result(), result.cause())))))
                .isEqualTo("value");
    }

    /** A stream that is paused at first and passes on what is fetched. */
    private final class ReadStreamStandIn implements ReadStream<Integer> {
        private final int last;
        private Handler<Integer> handler;
        private Handler<Void> atEnd;
        private boolean paused;
        private int sent;
        final AtomicLong fetched = new AtomicLong();

        ReadStreamStandIn(int last) {
            this.last = last;
        }

        @Override
        public ReadStream<Integer> handler(Handler<Integer> to) {
            assertThat(paused || to == null).isTrue();
            handler = to;
            return this;
        }

        @Override
        public ReadStream<Integer> exceptionHandler(Handler<Throwable> to) {
            return this;
        }

        @Override
        public ReadStream<Integer> endHandler(Handler<Void> to) {
            atEnd = to;
            return this;
        }

        @Override
        public ReadStream<Integer> pause() {
            paused = true;
            return this;
        }

        @Override
        public ReadStream<Integer> fetch(long amount) {
            fetched.addAndGet(amount);
            wire.execute(() -> {
                for (long i = 0; i < amount && sent < last; i++) handler.handle(++sent);
                if (sent == last) atEnd.handle(null);
            });
            return this;
        }
    }

    @Test
    void readStreamThatIsFetchedFrom() throws Exception {
        var source = new ReadStreamStandIn(50);
        AsyncStream<Integer> stream = AsyncStream.fromListener(Overflow.suspend(), sink -> {
            source.pause();
            source.exceptionHandler(sink::fail)
                    .endHandler(end -> sink.complete())
                    .handler(sink::next);
            sink.onRequest(source::fetch);
        });
        assertThat(awaiting(() -> stream.collect(50))).hasSize(50).startsWith(1, 2, 3);
        assertThat(source.fetched.get()).isLessThanOrEqualTo(50 + 32);
    }

    @Test
    void responseTransformerThatIsPreparedAgain() throws Exception {
        var attempts = new AtomicInteger();
        S3 s3 = retrying(attempts);
        List<String> body =
                awaiting(() -> await(s3.getObject("key", new AsyncResponseTransformer<Integer, List<String>>() {
                    private CompletableFuture<List<String>> result;

                    @Override
                    public CompletableFuture<List<String>> prepare() {
                        result = new CompletableFuture<>();
                        return result;
                    }

                    @Override
                    public void onResponse(Integer response) {}

                    @Override
                    public void onStream(SdkPublisher<String> publisher) {
                        CompletableFuture<List<String>> attempt = result;
                        Async.async(() -> attempt.complete(chunks(publisher).collect(9)));
                    }

                    @Override
                    public void exceptionOccurred(Throwable error) {
                        result.completeExceptionally(error);
                    }
                })));
        assertThat(body).containsExactly("a", "b");
        assertThat(attempts).hasValue(2);
    }

    private static AsyncStream<String> chunks(SdkPublisher<String> publisher) {
        return AsyncStream.fromListener(
                Overflow.error(16),
                sink -> publisher.subscribe(sink::next).whenComplete((end, failure) -> {
                    if (failure == null) sink.complete();
                    else sink.fail(failure);
                }));
    }

    /** The first attempt fails, the second has a body. */
    private S3 retrying(AtomicInteger attempts) {
        return new S3() {
            @Override
            public <T> CompletableFuture<T> getObject(String key, AsyncResponseTransformer<Integer, T> transformer) {
                var first = transformer.prepare();
                attempts.incrementAndGet();
                transformer.exceptionOccurred(new IOException("503"));
                assertThat(first).isCompletedExceptionally();
                attempts.incrementAndGet();
                CompletableFuture<T> second = transformer.prepare();
                wire.execute(() -> {
                    transformer.onResponse(200);
                    transformer.onStream(consumer -> CompletableFuture.runAsync(
                            () -> {
                                consumer.accept("a");
                                consumer.accept("b");
                            },
                            wire));
                });
                return second;
            }
        };
    }

    private record Message(String text) implements JmsMessage {}

    @Test
    void completionListenerAndMessageListener() throws Exception {
        var failure = new IOException("no space");
        JmsProducer producer = (message, listener) -> wire.execute(() -> {
            if (message.text().isEmpty()) listener.onException(message, failure);
            else listener.onCompletion(message);
        });
        assertThat(awaiting(() -> send(producer, new Message("text"))).text()).isEqualTo("text");
        assertThatThrownBy(() -> awaiting(() -> send(producer, new Message(""))))
                .hasCause(failure);

        var listening = new AtomicReference<MessageListener>();
        JmsConsumer consumer = listening::set;
        AsyncStream<JmsMessage> messages = AsyncStream.fromListener(Overflow.error(8), sink -> {
            consumer.setMessageListener(sink::next);
            sink.onClose(() -> consumer.setMessageListener(null));
        });
        String text = awaiting(() -> {
            try (var each = messages.each()) {
                wire.execute(() -> listening.get().onMessage(new Message("received")));
                return each.next().text();
            }
        });
        assertThat(text).isEqualTo("received");
        assertThat(listening).hasValue(null);
    }

    private static JmsMessage send(JmsProducer producer, JmsMessage message) {
        return awaitCallback(done -> producer.send(message, new CompletionListener() {
            @Override
            public void onCompletion(JmsMessage sent) {
                done.resume(sent);
            }

            @Override
            public void onException(JmsMessage unsent, Exception exception) {
                done.fail(exception);
            }
        }));
    }

    /** A channel with one queue, driven by the test. */
    private static final class ChannelStandIn implements Channel {
        final AtomicReference<DeliverCallback> deliver = new AtomicReference<>();
        final AtomicReference<CancelCallback> gone = new AtomicReference<>();
        final AtomicReference<ConfirmCallback> acks = new AtomicReference<>();
        final List<String> cancelled = new CopyOnWriteArrayList<>();

        @Override
        public String basicConsume(String queue, DeliverCallback to, CancelCallback cancel) {
            deliver.set(to);
            gone.set(cancel);
            return "consumer of " + queue;
        }

        @Override
        public void basicCancel(String consumerTag) {
            cancelled.add(consumerTag);
        }

        @Override
        public void addConfirmListener(ConfirmCallback ack, ConfirmCallback nack) {
            acks.set(ack);
        }
    }

    @Test
    void severalCallbacksForOneStream() throws Exception {
        var channel = new ChannelStandIn();
        AsyncStream<Delivery> deliveries = AsyncStream.fromListener(Overflow.error(8), sink -> {
            String tag = channel.basicConsume(
                    "queue",
                    (consumer, delivery) -> sink.next(delivery),
                    consumer -> sink.fail(new IOException("the queue was deleted")));
            sink.onClose(() -> channel.basicCancel(tag));
        });
        assertThatThrownBy(() -> awaiting(() -> {
                    try (var each = deliveries.each()) {
                        channel.deliver.get().handle("", new Delivery(1, "body"));
                        assertThat(each.next().body()).isEqualTo("body");
                        channel.gone.get().handle("");
                        return each.next();
                    }
                }))
                .hasRootCauseMessage("the queue was deleted");
        assertThat(channel.cancelled).containsExactly("consumer of queue");

        // a confirm stands for all before it, too: the listener works out for whom
        AsyncStream<Long> confirmed = AsyncStream.fromListener(Overflow.unbounded(), sink -> {
            var last = new AtomicLong();
            channel.addConfirmListener(
                    (tag, multiple) -> {
                        for (long each = multiple ? last.get() + 1 : tag; each <= tag; each++) sink.next(each);
                        last.set(tag);
                    },
                    (tag, multiple) -> sink.fail(new IOException("refused " + tag)));
        });
        List<Long> tags = awaiting(() -> {
            try (var each = confirmed.each()) {
                channel.acks.get().handle(1, false);
                channel.acks.get().handle(3, true);
                return List.of(each.next(), each.next(), each.next());
            }
        });
        assertThat(tags).containsExactly(1L, 2L, 3L);
    }

    /** A client of a broker, driven by the test. */
    private final class MqttClientStandIn implements MqttClient {
        final AtomicReference<MqttCallback> callback = new AtomicReference<>();

        @Override
        public IMqttToken subscribe(String topic, int qos, Object userContext, IMqttActionListener listener) {
            IMqttToken token = () -> userContext;
            wire.execute(() -> listener.onSuccess(token));
            return token;
        }

        @Override
        public void setCallback(MqttCallback to) {
            callback.set(to);
        }
    }

    @Test
    void tokenThatCarriesTheContext() throws Exception {
        var client = new MqttClientStandIn();
        AsyncStream<String> messages = AsyncStream.fromListener(Overflow.dropOldest(8), sink -> {
            client.setCallback(new MqttCallback() {
                @Override
                public void connectionLost(Throwable cause) {
                    sink.fail(cause);
                }

                @Override
                public void messageArrived(String topic, String message) {
                    sink.next(message);
                }

                @Override
                public void deliveryComplete(IMqttToken token) {}
            });
            sink.onClose(() -> client.setCallback(null));
            IMqttToken token = awaitCallback(done -> client.subscribe("topic", 1, "context", new IMqttActionListener() {
                @Override
                public void onSuccess(IMqttToken subscribed) {
                    done.resume(subscribed);
                }

                @Override
                public void onFailure(IMqttToken refused, Throwable exception) {
                    done.fail(exception);
                }
            }));
            assertThat(token.getUserContext()).isEqualTo("context");
        });
        var lost = new IllegalStateException("connection lost");
        assertThatThrownBy(() -> awaiting(() -> {
                    try (var each = messages.each()) {
                        client.callback.get().messageArrived("topic", "message");
                        client.callback.get().connectionLost(lost);
                        assertThat(each.next()).isEqualTo("message");
                        return each.next();
                    }
                }))
                .isSameAs(lost);
        assertThat(client.callback).hasValue(null);
    }

    @Test
    void returnCode() throws Exception {
        ZooKeeper keeper = (path, watch, callback, context) -> wire.execute(() -> {
            if (path.equals("/node")) callback.processResult(0, path, context, new byte[] {42}, new Stat(3));
            else callback.processResult(-101, path, context, null, null);
        });
        record Node(byte[] data, Stat stat) {}
        AsyncBody<Node, Exception> found = () -> awaitCallback(done -> keeper.getData(
                "/node",
                false,
                (code, path, context, data, stat) -> {
                    if (code == 0) done.resume(new Node(data, stat));
                    else done.fail(new IOException("code " + code + " for " + path));
                },
                null));
        Node node = awaiting(found);
        assertThat(node.data()).containsExactly(42);
        assertThat(node.stat().version()).isEqualTo(3);
        assertThatThrownBy(() -> awaiting(() -> awaitCallback(done -> keeper.getData(
                        "/gone",
                        false,
                        (code, path, context, data, stat) ->
                                done.fail(new IOException("code " + code + " for " + path)),
                        null))))
                .hasRootCauseMessage("code -101 for /gone");
    }

    /** A client whose request is over when its future is cancelled. */
    private static final class HttpStandIn implements HttpAsyncClient {
        final CompletableFuture<FutureCallback<String>> sent = new CompletableFuture<>();
        final CompletableFuture<String> future = new CompletableFuture<>();

        @Override
        public Future<String> execute(String request, FutureCallback<String> callback) {
            sent.complete(callback);
            future.whenComplete((response, failure) -> {
                if (future.isCancelled()) callback.cancelled();
            });
            return future;
        }
    }

    private static String execute(HttpAsyncClient client) {
        return awaitCallback(done -> {
            Future<String> request = client.execute("GET /", new FutureCallback<>() {
                @Override
                public void completed(String result) {
                    done.resume(result);
                }

                @Override
                public void failed(Exception ex) {
                    done.fail(ex);
                }

                @Override
                public void cancelled() {
                    done.cancelled();
                }
            });
            done.onCancel(() -> request.cancel(true));
        });
    }

    @Test
    void thirdOutcome() throws Exception {
        var answered = new HttpStandIn();
        answered.sent.thenAcceptAsync(callback -> callback.completed("response"), wire);
        assertThat(awaiting(() -> execute(answered))).isEqualTo("response");

        var closed = new HttpStandIn();
        closed.sent.thenAcceptAsync(callback -> closed.future.cancel(true), wire);
        assertThat(awaiting(() -> {
                    assertThatThrownBy(() -> execute(closed))
                            .isInstanceOf(CancellationException.class)
                            .isNotInstanceOf(CancelledException.class);
                    Async.checkpoint();
                    return "not cancelled itself";
                }))
                .isEqualTo("not cancelled itself");

        var left = new HttpStandIn();
        cancelled(() -> execute(left));
        assertThat(left.future).isCancelled();
        assertThat(hooks.dropped).isEmpty();
    }

    @Test
    void cancelHandleThatTheStartReturns() throws Exception {
        var cancels = new AtomicInteger();
        RestClient quick = (request, listener) -> {
            listener.onSuccess("response"); // before the handle is there
            return cancels::incrementAndGet;
        };
        RestClient silent = (request, listener) -> cancels::incrementAndGet;
        assertThat(awaiting(() -> perform(quick))).isEqualTo("response");
        assertThat(cancels).hasValue(0);
        cancelled(() -> perform(silent));
        assertThat(cancels).hasValue(1);
    }

    private static String perform(RestClient client) {
        return awaitCallback(done -> {
            Cancellable request = client.performRequestAsync("GET /", new ResponseListener() {
                @Override
                public void onSuccess(String response) {
                    done.resume(response);
                }

                @Override
                public void onFailure(Exception exception) {
                    done.fail(exception);
                }
            });
            done.onCancel(request::cancel);
        });
    }

    @Test
    void readinessInsteadOfData() throws Exception {
        var input = new ServletInputStandIn("hello");
        AsyncStream<Boolean> ready = AsyncStream.fromListener(
                Overflow.latest(),
                sink -> input.setReadListener(new ReadListener() {
                    @Override
                    public void onDataAvailable() {
                        sink.next(true);
                    }

                    @Override
                    public void onAllDataRead() {
                        sink.complete();
                    }

                    @Override
                    public void onError(Throwable t) {
                        sink.fail(t);
                    }
                }));
        String body = awaiting(() -> {
            var read = new StringBuilder();
            try (var each = ready.each()) {
                while (each.hasNext()) {
                    each.next();
                    while (input.isReady()) {
                        int next = input.read();
                        if (next >= 0) read.append((char) next);
                    }
                }
            }
            return read.toString();
        });
        assertThat(body).isEqualTo("hello");

        AsyncContext context = listener -> wire.execute(() -> {
            try {
                listener.onTimeout(() -> null);
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        });
        assertThatThrownBy(() -> awaiting(() -> throwing(
                        TimeoutException.class,
                        () -> Async.<Void>awaitCallback(done -> context.addListener(new AsyncListener() {
                            @Override
                            public void onComplete(AsyncEvent event) {
                                done.resume(null);
                            }

                            @Override
                            public void onTimeout(AsyncEvent event) {
                                done.fail(new TimeoutException("the container gave up"));
                            }

                            @Override
                            public void onError(AsyncEvent event) {
                                done.fail(event.getThrowable());
                            }

                            @Override
                            public void onStartAsync(AsyncEvent event) {
                                event.getThrowable();
                            }
                        })))))
                .hasMessage("the container gave up");
    }

    /** An input that has two characters at a time, and reports them after a read that has found none. */
    private final class ServletInputStandIn implements ServletInputStream {
        private final String content;
        private ReadListener listener;
        private int at;
        private int available;

        ServletInputStandIn(String content) {
            this.content = content;
        }

        @Override
        public void setReadListener(ReadListener to) {
            listener = to;
            wire.execute(this::more);
        }

        private synchronized void more() {
            try {
                available = Math.min(2, content.length() - at);
                if (available == 0) listener.onAllDataRead();
                else listener.onDataAvailable();
            } catch (IOException failure) {
                throw new AssertionError(failure);
            }
        }

        @Override
        public synchronized boolean isReady() {
            if (available > 0) return true;
            wire.execute(this::more);
            return false;
        }

        @Override
        public synchronized int read() {
            available--;
            return content.charAt(at++);
        }
    }

    @Test
    void singleUntypedResult() throws Exception {
        var failure = new IOException("closed");
        RemoteEndpoint remote = (text, handler) ->
                wire.execute(() -> handler.onResult(new SendResult(text.isEmpty() ? failure : null)));
        assertThat(awaiting(() -> Async.<Void>awaitCallback(
                        done -> remote.sendText("text", result -> done.accept(null, result.exception())))))
                .isNull();
        assertThatThrownBy(() -> awaiting(() -> Async.<Void>awaitCallback(
                        done -> remote.sendText("", result -> done.accept(null, result.exception())))))
                .hasCause(failure);

        DeferredResult deferred = handler -> wire.execute(() -> handler.handleResult("result"));
        assertThat(awaiting(() -> Async.<Object>awaitCallback(done -> deferred.setResultHandler(result -> {
                    if (result instanceof Throwable thrown) done.fail(thrown);
                    else done.resume(result);
                }))))
                .isEqualTo("result");
    }

    /** A dispatcher with one subject. */
    private static final class DispatcherStandIn implements CallbackShapes.Dispatcher {
        final AtomicReference<MessageHandler> handler = new AtomicReference<>();

        @Override
        public CallbackShapes.Dispatcher subscribe(String subject, MessageHandler to) {
            handler.set(to);
            return this;
        }

        @Override
        public CallbackShapes.Dispatcher unsubscribe(String subject) {
            handler.set(null);
            return this;
        }
    }

    @Test
    void listenerThatIsAddedAndRemoved() throws Exception {
        var dispatcher = new DispatcherStandIn();
        AsyncStream<String> messages = AsyncStream.fromListener(Overflow.latest(), sink -> {
            dispatcher.subscribe("subject", sink::next);
            sink.onClose(() -> dispatcher.unsubscribe("subject"));
        });
        String newest = awaiting(() -> {
            try (var each = messages.each()) {
                for (String message : List.of("1", "2", "3"))
                    dispatcher.handler.get().onMessage(message);
                return each.next();
            }
        });
        assertThat(newest).isEqualTo("3");
        assertThat(dispatcher.handler).hasValue(null);
        assertThat(hooks.discarded).containsExactly("1", "2");
    }

    @Test
    void callbackThatNeverComes() throws Exception {
        var aborted = new AtomicInteger();
        var over = new CountDownLatch(1);
        assertThatThrownBy(() -> awaiting(() -> Async.withTimeout(
                        Duration.ofHours(1),
                        () -> Async.<String>awaitCallback(done -> {
                            done.onCancel(() -> {
                                aborted.incrementAndGet();
                                over.countDown();
                            });
                            Async.resetTimeout(SOON);
                        }))))
                .isInstanceOf(TimeoutException.class);
        assertThat(over.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(aborted).hasValue(1);
    }

    @Test
    void callbackThatComesTwice() throws Exception {
        List<Throwable> refused = new ArrayList<>();
        String first = awaiting(() -> awaitCallback(done -> {
            done.resume("first");
            done.tryResume("second");
            done.tryFail(new IOException("third"));
            try {
                done.resume("fourth");
            } catch (IllegalStateException twice) {
                refused.add(twice);
            }
        }));
        assertThat(first).isEqualTo("first");
        assertThat(refused).hasSize(1);
        assertThat(hooks.discarded).containsExactly("second", "fourth");
        assertThat(hooks.dropped).hasSize(1);
    }

    @Test
    void startThatThrows() {
        var failure = new IOException("queue full");
        assertThatThrownBy(() -> awaiting(() -> throwing(
                        IOException.class,
                        () -> Async.<String>awaitCallback(done -> {
                            throw failure;
                        }))))
                .isSameAs(failure);
    }
}
