package dev.weft.examples.clients;

import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncStream;
import dev.weft.ListenerSink;
import dev.weft.Overflow;
import dev.weft.examples.Grpc;
import io.grpc.CallOptions;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** gRPC: a call with one answer, and one with many that are asked for. */
class GrpcTest extends ClientTest {
    private static final MethodDescriptor<String, String> GREET = Grpc.method("Greeter", "greet", MethodType.UNARY);
    private static final MethodDescriptor<String, String> COUNT =
            Grpc.method("Greeter", "count", MethodType.SERVER_STREAMING);

    private final CompletableFuture<Void> asked = new CompletableFuture<>();
    private final CompletableFuture<Void> aborted = new CompletableFuture<>();

    /** What the observer of the last stream was told. */
    private final AtomicInteger told = new AtomicInteger();

    private final AtomicReference<Throwable> failure = new AtomicReference<>();

    private Grpc grpc;

    @BeforeEach
    void open() throws IOException {
        grpc = Grpc.serve(ServerServiceDefinition.builder("Greeter")
                .addMethod(GREET, ServerCalls.asyncUnaryCall(this::greet))
                .addMethod(COUNT, ServerCalls.asyncServerStreamingCall(this::count))
                .build());
    }

    @AfterEach
    void close() throws InterruptedException {
        grpc.channel().shutdown();
        grpc.server().shutdown();
        assertThat(grpc.channel().awaitTermination(SECONDS, TimeUnit.SECONDS))
                .as("no call is left")
                .isTrue();
        assertThat(grpc.server().awaitTermination(SECONDS, TimeUnit.SECONDS)).isTrue();
    }

    private void greet(String name, StreamObserver<String> answer) {
        switch (name) {
            case "nobody" -> answer.onError(Status.NOT_FOUND.asRuntimeException());
            case "half" -> {
                answer.onNext("hello half");
                answer.onError(Status.DATA_LOSS.asRuntimeException());
            }
            case "never" -> noticing(answer);
            default -> {
                answer.onNext("hello " + name);
                answer.onCompleted();
            }
        }
    }

    /** Counts to a hundred and completes; or to three, and says no more. */
    private void count(String how, StreamObserver<String> answer) {
        int last = how.equals("never") ? 3 : 100;
        for (int i = 1; i <= last; i++) answer.onNext(String.valueOf(i));
        if (last == 100) answer.onCompleted();
        else noticing(answer);
    }

    private void noticing(StreamObserver<String> answer) {
        ((ServerCallStreamObserver<String>) answer).setOnCancelHandler(() -> aborted.complete(null));
        asked.complete(null);
    }

    private String greet(String name) {
        return grpc.call(GREET, name, CallOptions.DEFAULT, failure::set);
    }

    @Test
    void anAnswer() {
        assertThat(run(() -> greet("world"))).isEqualTo("hello world");
    }

    @Test
    void aFailureKeepsItsIdentity() {
        assertThatThrownBy(() -> run(() -> greet("nobody")))
                .satisfies(thrown -> assertThat(thrown).isSameAs(failure.get()))
                .hasMessage("NOT_FOUND");
    }

    @Test
    void aFailureBehindTheAnswerIsOne() {
        assertThatThrownBy(() -> run(() -> greet("half"))).hasMessage("DATA_LOSS");
    }

    @Test
    void aCancellationReachesTheServer() throws Exception {
        cancelled(asked, () -> greet("never"));
        soon(aborted);
    }

    @Test
    void aTimeLimitReachesTheServer() throws Exception {
        timedOut(asked, () -> greet("never"));
        soon(aborted);
    }

    // --- streams

    /** Passes on what it was asked for. */
    private final class Counted implements ClientResponseObserver<String, String> {
        private final ListenerSink<String> sink;
        private ClientCallStreamObserver<String> call;

        Counted(ListenerSink<String> sink) {
            this.sink = sink;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<String> starting) {
            call = starting;
            call.disableAutoRequestWithInitial(0);
        }

        @Override
        public void onNext(String value) {
            sink.next(value);
            told.incrementAndGet(); // behind it: who sees the number sees that the value was passed on
        }

        @Override
        public void onError(Throwable thrown) {
            failure.set(thrown);
            sink.fail(thrown);
        }

        @Override
        public void onCompleted() {
            sink.complete();
        }
    }

    private AsyncStream<String> count(String how) {
        return AsyncStream.fromListener(Overflow.suspend(), sink -> {
            var observer = new Counted(sink);
            ClientCalls.asyncServerStreamingCall(grpc.channel().newCall(COUNT, CallOptions.DEFAULT), how, observer);
            // behind the start: a call that is not started cannot be asked
            sink.onClose(() -> observer.call.cancel("nobody listens any more", null));
            sink.onRequest(count -> observer.call.request(Math.toIntExact(count)));
        });
    }

    @Test
    void allValuesOfAStream() {
        assertThat(run(() -> count("all").collect(100)))
                .hasSize(100)
                .startsWith("1", "2")
                .endsWith("100");
    }

    @Test
    void aStreamSendsNoMoreThanItIsAskedFor() {
        run(() -> {
            try (var values = count("all").each()) {
                assertThat(values.next()).isEqualTo("1");
                until("told what is under way", () -> told.get() == 32);
            }
        });
        assertThat(told).hasValue(32);
        assertThat(discarded).hasSize(31);
        discarded.clear();
    }

    @Test
    void aLoopThatIsLeftEndsTheCallOnTheServer() throws Exception {
        run(() -> {
            try (var values = count("never").each()) {
                assertThat(values.next()).isEqualTo("1");
                soon(asked);
            }
        });
        soon(aborted);
        until("told of its end, the last signal", () -> failure.get() != null);
        discarded.clear(); // what it had not read
    }

    @Test
    void aCancellationEndsTheCallOnTheServer() throws Exception {
        var third = new CompletableFuture<Void>();
        cancelled(CompletableFuture.allOf(asked, third), () -> {
            count("never").forEach(value -> {
                if (value.equals("3")) third.complete(null);
            });
            return null;
        });
        soon(aborted);
    }

    @Test
    void aServerThatGoesAwayInTheMiddleFailsTheLoopBehindWhatHasCome() {
        List<String> seen = new ArrayList<>();
        assertThatThrownBy(() -> run(() -> count("never").forEach(value -> {
                    seen.add(value);
                    if (seen.size() == 3) grpc.server().shutdownNow();
                })))
                .isInstanceOf(StatusRuntimeException.class)
                .satisfies(thrown -> assertThat(thrown).isSameAs(failure.get()))
                .hasMessageContaining("UNAVAILABLE");
        assertThat(seen).containsExactly("1", "2", "3");
    }

    @Test
    void aNullIsRefusedAndTheStreamGoesOn() {
        var numbers = AsyncStream.<String>fromListener(Overflow.suspend(), sink -> {
            var observer = new Counted(sink);
            assertThatThrownBy(() -> observer.onNext(null)).isInstanceOf(NullPointerException.class);
            sink.onRequest(count -> observer.onCompleted());
        });
        assertThat(run(() -> numbers.collect(1))).isEmpty();
    }
}
