package dev.weft.examples.field;

import static dev.weft.Async.async;
import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.examples.Grpc;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.Deadline;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A gRPC server whose methods are coroutines, one of which calls another. */
class GrpcServerTest extends FieldTest {
    private static final MethodDescriptor<String, String> OUTER = Grpc.method("Field", "outer", MethodType.UNARY);
    private static final MethodDescriptor<String, String> INNER = Grpc.method("Field", "inner", MethodType.UNARY);
    private static final MethodDescriptor<String, String> MANY =
            Grpc.method("Field", "many", MethodType.SERVER_STREAMING);
    private static final int MESSAGES = 1000;

    private final CompletableFuture<Void> innerAsked = new CompletableFuture<>();
    private final CompletableFuture<Void> innerCancelled = new CompletableFuture<>();
    private final CompletableFuture<String> behindTheAnswer = new CompletableFuture<>();
    private final CompletableFuture<Void> outerEnded = new CompletableFuture<>();

    /** The deadline that the inner call came with. */
    private final AtomicReference<Optional<Deadline>> deadline = new AtomicReference<>();

    private final AtomicInteger sent = new AtomicInteger();
    private final CompletableFuture<Void> waitsForTheReader = new CompletableFuture<>();

    private Grpc grpc;

    @BeforeEach
    void open() throws IOException {
        grpc = Grpc.serve(ServerServiceDefinition.builder("Field")
                .addMethod(OUTER, ServerCalls.asyncUnaryCall(this::outer))
                .addMethod(INNER, ServerCalls.asyncUnaryCall(this::inner))
                .addMethod(MANY, ServerCalls.asyncServerStreamingCall(this::many))
                .build());
    }

    @AfterEach
    void close() throws InterruptedException {
        grpc.channel().shutdownNow();
        grpc.server().shutdownNow();
        grpc.server().awaitTermination();
    }

    private void outer(String request, StreamObserver<String> answer) {
        Callable<Void> body = () -> {
            if (request.equals("early")) {
                answer.onNext("early");
                answer.onCompleted(); // with this, gRPC cancels the call's Context
                behindTheAnswer.complete(grpc.call(INNER, "late", CallOptions.DEFAULT));
                return null;
            }
            answer.onNext(grpc.call(INNER, request, CallOptions.DEFAULT));
            answer.onCompleted();
            return null;
        };
        var work = async(request.startsWith("in context") ? Context.current().wrap(body) : body);
        ((ServerCallStreamObserver<String>) answer).setOnCancelHandler(work::cancel);
        work.whenComplete((done, failure) -> outerEnded.complete(null));
    }

    private void inner(String request, StreamObserver<String> answer) {
        deadline.set(Optional.ofNullable(Context.current().getDeadline()));
        if (request.equals("never")) {
            ((ServerCallStreamObserver<String>) answer).setOnCancelHandler(() -> innerCancelled.complete(null));
            innerAsked.complete(null);
            return;
        }
        answer.onNext("inner " + request);
        answer.onCompleted();
    }

    @Test
    void workBehindTheAnswerIsNotCancelledWithIt() throws Exception {
        assertThat(run(() -> grpc.call(OUTER, "early", CallOptions.DEFAULT))).isEqualTo("early");
        assertThat(soon(behindTheAnswer)).isEqualTo("inner late");
    }

    @Test
    void aCallerWhoLeavesEndsTheCallThatIsMadeForHim() throws Exception {
        var call = async(() -> grpc.call(OUTER, "never", CallOptions.DEFAULT));
        soon(innerAsked);
        call.cancel();
        soon(innerCancelled);
        soon(outerEnded);
    }

    /** gRPC keeps the deadline in a thread-local of its own, which {@code Context.wrap} takes along. */
    @Test
    void theDeadlineGoesAlongWhereTheContextIsTakenAlong() {
        var options = CallOptions.DEFAULT.withDeadlineAfter(PATIENCE.multipliedBy(2));
        assertThat(run(() -> grpc.call(OUTER, "in context", options))).isEqualTo("inner in context");
        assertThat(deadline.get()).isPresent();
        assertThat(run(() -> grpc.call(OUTER, "without", options))).isEqualTo("inner without");
        assertThat(deadline.get()).isEmpty();
    }

    // --- a server that is faster than its client

    private void many(String request, StreamObserver<String> answer) {
        var out = (ServerCallStreamObserver<String>) answer;
        var ready = new Semaphore(0);
        out.setOnReadyHandler(ready::release);
        var work = async(() -> {
            for (int i = 0; i < MESSAGES; i++) {
                while (!out.isReady()) {
                    waitsForTheReader.complete(null);
                    ready.acquire();
                }
                out.onNext("message " + i);
                sent.incrementAndGet();
            }
            out.onCompleted();
        });
        out.setOnCancelHandler(work::cancel);
    }

    /** Takes five messages, and goes on when it is told to. */
    private static final class Reader implements ClientResponseObserver<String, String> {
        private final AtomicInteger taken = new AtomicInteger();
        private final CompletableFuture<Void> end = new CompletableFuture<>();
        private ClientCallStreamObserver<String> call;

        @Override
        public void beforeStart(ClientCallStreamObserver<String> starting) {
            call = starting;
            call.disableAutoRequestWithInitial(5);
        }

        @Override
        public void onNext(String message) {
            taken.incrementAndGet();
        }

        @Override
        public void onError(Throwable thrown) {
            end.completeExceptionally(thrown);
        }

        @Override
        public void onCompleted() {
            end.complete(null);
        }
    }

    @Test
    void aServerWaitsForASlowReaderWithoutAThread() throws Exception {
        var reader = new Reader();
        ClientCalls.asyncServerStreamingCall(grpc.channel().newCall(MANY, CallOptions.DEFAULT), "all", reader);
        soon(waitsForTheReader);
        assertThat(sent.get()).isLessThanOrEqualTo(MESSAGES / 10);
        reader.call.request(MESSAGES);
        soon(reader.end);
        assertThat(reader.taken).hasValue(MESSAGES);
    }
}
