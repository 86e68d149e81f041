package dev.weft.examples.field;

import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.CancelledException;
import java.net.URI;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.reactivestreams.Publisher;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.netty.DisposableServer;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import software.amazon.awssdk.auth.credentials.AnonymousCredentialsProvider;
import software.amazon.awssdk.core.async.AsyncRequestBody;
import software.amazon.awssdk.core.exception.SdkClientException;
import software.amazon.awssdk.http.async.SdkAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.NettyNioAsyncHttpClient;
import software.amazon.awssdk.http.nio.netty.SdkEventLoopGroup;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.s3.S3AsyncClient;
import software.amazon.awssdk.services.s3.model.PutObjectResponse;

/** The asynchronous client of S3: an upload that fails half-way, and a listing of many pages. */
class S3UploadTest extends FieldTest {
    private static final int PART = 16_384;
    private static final int PAGES = 5;

    /** The client's own would take two seconds to end. */
    private static final SdkEventLoopGroup LOOP =
            SdkEventLoopGroup.builder().numberOfThreads(1).build();

    private static final SdkAsyncHttpClient HTTP =
            NettyNioAsyncHttpClient.builder().eventLoopGroup(LOOP).build();

    private final AtomicInteger pages = new AtomicInteger();
    private final DisposableServer server = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .route(routes -> routes.put(
                            "/bucket/taken",
                            (request, response) -> response.header("ETag", "\"x\"")
                                    .sendString(request.receive()
                                            .aggregate()
                                            .asByteArray()
                                            .map(all -> "")))
                    .put("/bucket/torn", S3UploadTest::torn)
                    .get("/bucket", this::page))
            .bindNow();
    private final S3AsyncClient s3 = S3AsyncClient.builder()
            .endpointOverride(URI.create("http://127.0.0.1:" + server.port()))
            .region(Region.US_EAST_1)
            .credentialsProvider(AnonymousCredentialsProvider.create())
            .forcePathStyle(true)
            .httpClient(HTTP)
            .overrideConfiguration(settings -> settings.retryStrategy(retries -> retries.maxAttempts(1)))
            .build();

    @AfterEach
    void close() {
        s3.close();
        server.disposeNow(PATIENCE);
    }

    @AfterAll
    static void closeTheClientBelow() {
        HTTP.close();
        LOOP.eventLoopGroup().shutdownGracefully(0, PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }

    /** Takes a few parts, and breaks the connection. */
    private static Publisher<Void> torn(HttpServerRequest request, HttpServerResponse response) {
        request.withConnection(connection -> request.receive()
                .skip(3)
                .next()
                .subscribe(part -> connection.channel().close()));
        return Mono.never();
    }

    private Publisher<Void> page(HttpServerRequest request, HttpServerResponse response) {
        int page = pages.incrementAndGet();
        String more = page < PAGES
                ? "<IsTruncated>true</IsTruncated><NextContinuationToken>" + page + "</NextContinuationToken>"
                : "<IsTruncated>false</IsTruncated>";
        String objects = "<Contents><Key>" + page + "a</Key></Contents><Contents><Key>" + page + "b</Key></Contents>";
        return response.header("Content-Type", "application/xml")
                .sendString(Mono.just("<ListBucketResult>" + more + objects + "</ListBucketResult>"));
    }

    private PutObjectResponse put(String key, Flux<ByteBuffer> parts, long length) {
        return awaitCallback(done -> {
            var call = s3.putObject(
                    request -> request.bucket("bucket").key(key).contentLength(length),
                    AsyncRequestBody.fromPublisher(parts));
            done.onCancel(() -> call.cancel(true));
            call.whenComplete(done);
        });
    }

    @Test
    void aGeneratorIsTheBodyOfAnUpload() {
        Flux<ByteBuffer> parts = flux(out -> {
            for (int i = 0; i < 8; i++) out.emit(ByteBuffer.wrap(new byte[PART]));
        });
        assertThat(run(() -> put("taken", parts, 8 * PART)).eTag()).isEqualTo("\"x\"");
    }

    @Test
    void anUploadThatFailsHalfWayEndsTheGenerator() throws Exception {
        var end = new CompletableFuture<Throwable>();
        Flux<ByteBuffer> parts = flux(out -> {
            try {
                while (true) out.emit(ByteBuffer.wrap(new byte[PART]));
            } catch (CancelledException left) {
                end.complete(left);
                throw left;
            }
        });
        assertThatThrownBy(() -> run(() -> put("torn", parts, 1L << 40))).isInstanceOf(SdkClientException.class);
        assertThat(soon(end)).hasMessage("cancelled: its subscriber has left");
        discarded.clear(); // the part that was under way
    }

    @Test
    void aListingIsALoopThatAsksForAPageAtATime() {
        List<String> keys = new ArrayList<>();
        run(() -> {
            try (var each = each(Flux.from(s3.listObjectsV2Paginator(list -> list.bucket("bucket"))), 1)) {
                for (var page : each) {
                    assertThat(pages.get()).isLessThanOrEqualTo(keys.size() / 2 + 2); // this one, and the next
                    page.contents().forEach(object -> keys.add(object.key()));
                }
            }
        });
        assertThat(keys).containsExactly("1a", "1b", "2a", "2b", "3a", "3b", "4a", "4b", "5a", "5b");
    }
}
