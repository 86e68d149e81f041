package dev.weft.examples.clients;

import static dev.weft.Async.await;
import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Async;
import dev.weft.AsyncStream;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.FlowAdapters;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.ResponseBytes;
import software.amazon.awssdk.core.async.AsyncResponseTransformer;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.GetObjectResponse;
import software.amazon.awssdk.services.s3.model.NoSuchKeyException;

/** The asynchronous client of the AWS SDK 2: each call is a future of its own. */
class S3Test extends ClientTest {
    /** One thread, on which the client reads and closes its connections. */
    private static final SdkEventLoopGroup LOOP = SdkEventLoopGroup.builder()
            .numberOfThreads(1)
            .threadFactory(new DefaultThreadFactory("s3-loop"))
            .build();

    private static final SdkAsyncHttpClient HTTP =
            NettyNioAsyncHttpClient.builder().eventLoopGroup(LOOP).build();

    private final LoopbackServer server = new LoopbackServer();
    private final S3AsyncClient s3 = S3AsyncClient.builder()
            .endpointOverride(server.uri("/"))
            .region(Region.US_EAST_1)
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .forcePathStyle(true)
            .httpClient(HTTP)
            .overrideConfiguration(settings -> settings.retryStrategy(retries -> retries.maxAttempts(1)))
            .build();

    /** The future of the last call. */
    private final AtomicReference<CompletableFuture<?>> last = new AtomicReference<>();

    @AfterEach
    void close() {
        s3.close();
        server.close();
    }

    @AfterAll
    static void closeTheClientBelow() {
        HTTP.close();
        LOOP.eventLoopGroup().shutdownGracefully(0, SECONDS, TimeUnit.SECONDS);
        untilNoThreadOf("s3-loop");
    }

    private <T> T get(String key, AsyncResponseTransformer<GetObjectResponse, T> into) {
        return Async.<T>awaitCallback(done -> {
            CompletableFuture<T> call =
                    s3.getObject(request -> request.bucket("bucket").key(key), into);
            last.set(call);
            done.onCancel(() -> call.cancel(true));
            call.whenComplete(done);
        });
    }

    private String text(String key) {
        ResponseBytes<GetObjectResponse> bytes = get(key, AsyncResponseTransformer.toBytes());
        return bytes.asUtf8String();
    }

    @Test
    void anObject() {
        assertThat(run(() -> text("hello"))).isEqualTo("hello");
    }

    @Test
    void aFailureKeepsItsIdentity() {
        assertThatThrownBy(() -> run(() -> text("missing")))
                .isInstanceOf(NoSuchKeyException.class)
                .satisfies(thrown -> assertThat(thrown).isSameAs(last.get().exceptionNow()));
    }

    @Test
    void aServerThatGoesAwayInTheMiddleIsAFailure() {
        assertThatThrownBy(() -> run(() -> text("half"))).isInstanceOf(SdkClientException.class);
    }

    @Test
    void aCancellationCancelsTheFutureAndAbortsTheExchange() throws Exception {
        cancelled(server.asked, () -> text("never"));
        assertThat(last.get()).isCancelled();
        soon(server.aborted);
    }

    private String owned(String key) {
        CompletableFuture<ResponseBytes<GetObjectResponse>> call =
                s3.getObject(request -> request.bucket("bucket").key(key), AsyncResponseTransformer.toBytes());
        return await(Async.owned(call)).asUtf8String(); // cancelled with the await, and so is the exchange
    }

    @Test
    void anOwnedCallIsCancelledWithItsAwait() throws Exception {
        assertThat(run(() -> owned("hello"))).isEqualTo("hello");
        cancelled(server.asked, () -> owned("never"));
        soon(server.aborted);
    }

    @Test
    void aTimeLimitCancelsTheFuture() {
        timedOut(server.asked, () -> text("never"));
        until("cancelled", last.get()::isCancelled);
    }

    @Test
    void anObjectThatIsPublishedIsReadAsItIsAskedForAndLeft() throws Exception {
        run(() -> {
            var parts = get("endless", AsyncResponseTransformer.toPublisher());
            try (var each =
                    AsyncStream.from(FlowAdapters.toFlowPublisher(parts)).each()) {
                assertThat(each.next().remaining()).isPositive();
            }
        });
        soon(server.aborted);
        soon(LOOP.eventLoopGroup()
                .submit(() -> {})); // behind the last that the loop has read of the connection that is closed
        discarded.clear(); // what was under way
    }
}
