package dev.weft.benchmarks.service;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Scheduler;
import reactor.core.scheduler.Schedulers;
import reactor.netty.DisposableServer;
import reactor.netty.NettyOutbound;
import reactor.netty.http.server.HttpServer;
import reactor.netty.http.server.HttpServerRequest;
import reactor.netty.http.server.HttpServerResponse;
import reactor.netty.resources.LoopResources;

/** The service that pages are made from: after 1 ms, by a timer, it answers with the path; or when it is told to. */
final class Upstream implements AutoCloseable {
    /** How many a client may have open: no page waits for one. */
    static final int CONNECTIONS = 4096;

    private static final Duration LATENCY = Duration.ofMillis(1);

    private final LoopResources loops = LoopResources.create("upstream", 1, 1, true);
    private final Scheduler timer =
            Schedulers.fromExecutorService(loops.onServer(true).next());
    private final DisposableServer server = HttpServer.create()
            .host("127.0.0.1")
            .port(0)
            .runOn(loops)
            .handle(this::answer)
            .bindNow();
    private volatile Gate gate = new Gate(0);

    Upstream() {
        gate.open();
    }

    int port() {
        return server.port();
    }

    /** From now on, no request is answered before the gate opens. */
    Gate hold(int requests) {
        gate = new Gate(requests);
        return gate;
    }

    private NettyOutbound answer(HttpServerRequest request, HttpServerResponse response) {
        String path = request.uri();
        return response.sendString(gate.pass().then(Mono.delay(LATENCY, timer)).map(late -> path));
    }

    @Override
    public void close() {
        server.disposeNow();
        loops.dispose();
    }

    /** What requests wait at. */
    static final class Gate {
        private final CompletableFuture<Void> open = new CompletableFuture<>();
        private final CountDownLatch missing;

        private Gate(int requests) {
            missing = new CountDownLatch(requests);
        }

        private Mono<Void> pass() {
            missing.countDown();
            return open.isDone() ? Mono.empty() : Mono.fromFuture(open, true);
        }

        /** Waits until as many requests as are expected are here. */
        void awaitRequests() throws InterruptedException {
            if (!missing.await(Load.PATIENCE.toMillis(), TimeUnit.MILLISECONDS))
                throw new IllegalStateException(missing.getCount() + " requests have not arrived upstream");
        }

        void open() {
            open.complete(null);
        }
    }
}
