package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gatherSettled;
import static dev.weft.Async.owned;
import static dev.weft.Async.race;
import static dev.weft.Async.remainingTime;
import static dev.weft.Async.retry;
import static dev.weft.Async.withTimeout;
import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static java.util.concurrent.TimeUnit.NANOSECONDS;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.Outcome;
import dev.weft.Retry;
import dev.weft.StateStream;
import io.github.resilience4j.circuitbreaker.CallNotPermittedException;
import io.github.resilience4j.circuitbreaker.CircuitBreaker;
import io.github.resilience4j.circuitbreaker.CircuitBreakerConfig;
import io.grpc.CallOptions;
import io.grpc.Context;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.ServerCalls;
import io.grpc.stub.StreamObserver;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeoutException;

/**
 * A gateway in front of services that are busy, slow or broken: it asks again, sends a second request if the first is
 * slow, tells each service how long its answer is worth waiting for, and leaves a broken one alone.
 */
public final class Gateway {
    private static final Duration A_MOMENT = Duration.ofMillis(10);
    private static final Duration A_MINUTE = Duration.ofMinutes(1);
    private static final Retry AGAIN =
            Retry.attempts(3).backoff(A_MOMENT, A_MOMENT.multipliedBy(10)).when(failure -> failure instanceof Busy);

    private final PrintStream out;
    private final HttpClient http;
    private final Services services;

    /** Of resilience4j, whose calls are plain ones, so that they may await. Cancelled ones say nothing about the service. */
    private final CircuitBreaker circuit = CircuitBreaker.of(
            "prices",
            CircuitBreakerConfig.custom()
                    .slidingWindowSize(3)
                    .failureRateThreshold(100)
                    .permittedNumberOfCallsInHalfOpenState(1)
                    .waitDurationInOpenState(A_MINUTE)
                    .ignoreExceptions(CancellationException.class)
                    .build());

    private Gateway(PrintStream out, HttpClient http, Services services) {
        this.out = out;
        this.http = http;
        this.services = services;
    }

    public static void main(String[] args) {
        Example.main(Gateway.class, Gateway::open);
    }

    /** Starts the services, and asks them. */
    static void open(PrintStream out) throws Exception {
        try (var services = Services.start();
                var http = HttpClient.newHttpClient()) {
            var gateway = new Gateway(out, http, services);
            gateway.aBusyServiceIsAskedAgain();
            gateway.aSlowServiceIsAskedTwice();
            gateway.theServicesKnowWhatIsLeft();
            gateway.theServicesStopWhenItIsTooLate();
            gateway.aBrokenServiceIsLeftAlone();
        }
    }

    private void aBusyServiceIsAskedAgain() throws IOException {
        List<Duration> pauses = new ArrayList<>();
        String answer = retry(AGAIN.onRetry((attempt, failure, pause) -> pauses.add(pause)), () -> get("/busy"));
        out.println(answer + " after " + services.requests("/busy") + " requests");
        Check.same(2, pauses.size(), "the number of pauses");
        for (int i = 0; i < 2; i++)
            Check.that(pauses.get(i).compareTo(A_MOMENT.multipliedBy(1L << i)) <= 0, "too long a pause: " + pauses);
    }

    private void aSlowServiceIsAskedTwice() throws IOException {
        String quick = hedged(A_MINUTE, () -> guarded("/price"));
        String slow = hedged(A_MOMENT, () -> guarded("/slow"));
        out.printf(
                "%s after %d request, %s after %d%n",
                quick, services.requests("/price"), slow, services.requests("/slow"));
        Check.soon(() -> await(services.abandoned), "the slow service still works on the first request");
        Check.same(2, circuit.getMetrics().getNumberOfBufferedCalls(), "the number of calls that the circuit counts");
        Check.same(0, circuit.getMetrics().getNumberOfFailedCalls(), "the number of failures that the circuit counts");
    }

    /** The first answer wins, and the other request is cancelled. If the first fails, the second is still sent in its time. */
    private static String hedged(Duration patience, Callable<String> request) {
        return race(coroutine(request), coroutine(() -> {
            delay(patience);
            return request.call();
        }));
    }

    /** The limit is inside, so that a service that is too slow has failed, but one whose caller leaves has not. */
    private String guarded(String path) throws Exception {
        return circuit.executeCallable(() -> withTimeout(A_MINUTE, () -> get(path)));
    }

    private void theServicesKnowWhatIsLeft() throws Exception {
        List<String> told = withTimeout(A_MINUTE, () -> {
            var stock = async(() -> stock("left"));
            return List.of(get("/left"), stock.await());
        });
        for (String left : told)
            Check.that(Long.parseLong(left) > 0 && Long.parseLong(left) <= A_MINUTE.toMillis(), "left: " + told);
        out.println("each service knows that it has less than a minute");
    }

    private void theServicesStopWhenItIsTooLate() {
        List<Outcome<String>> outcomes = gatherSettled(
                coroutine(() -> withTimeout(A_MOMENT, () -> get("/never"))),
                coroutine(() -> withTimeout(A_MOMENT, () -> stock("never"))));
        for (Outcome<String> each : outcomes)
            Check.that(
                    each instanceof Outcome.Failure<String>(Throwable failure) && isTooLate(failure),
                    "not too late: " + each);
        Check.soon(
                () -> services.working.stream().filter(working -> working == 0).first(), "a service is still working");
        out.println("none works on an answer that comes too late");
    }

    /** Our own limit, that of the client and that of the service pass at about the same time: any may be the first. */
    private static boolean isTooLate(Throwable failure) {
        return failure instanceof TimeoutException
                || failure instanceof HttpTimeoutException
                || Status.fromThrowable(failure).getCode() == Status.Code.DEADLINE_EXCEEDED;
    }

    private void aBrokenServiceIsLeftAlone() throws Exception {
        int failures = 0;
        try {
            while (true) {
                try {
                    guarded("/broken");
                } catch (IOException broken) {
                    failures++;
                }
            }
        } catch (CallNotPermittedException open) {
            out.println("the circuit is " + circuit.getState() + " after " + failures + " failures");
            Check.same(failures, services.requests("/broken"), "the number of requests to the broken service");
        }
        circuit.transitionToHalfOpenState(); // in a minute, it would do so by itself
        out.println(guarded("/price") + ", and the circuit is " + circuit.getState());
    }

    private String get(String path) throws IOException {
        var request = HttpRequest.newBuilder(services.address(path));
        remainingTime()
                .filter(Duration::isPositive)
                .ifPresent(left -> request.timeout(left).header(Services.LEFT, String.valueOf(left.toMillis())));
        var exchange = owned(http.sendAsync(request.build(), BodyHandlers.ofString()));
        var response = await(exchange, IOException.class);
        return switch (response.statusCode()) {
            case 200 -> response.body().strip();
            case 503 -> throw new Busy();
            case 504 -> throw new HttpTimeoutException("status 504");
            default -> throw new IOException("status " + response.statusCode());
        };
    }

    private String stock(String item) {
        var options = remainingTime()
                .map(left -> CallOptions.DEFAULT.withDeadlineAfter(left.toNanos(), NANOSECONDS))
                .orElse(CallOptions.DEFAULT);
        return services.grpc.call(Services.STOCK, item, options);
    }

    /** Says that another attempt may help. */
    private static final class Busy extends IOException {
        private static final long serialVersionUID = 1;

        Busy() {
            super("status 503");
        }
    }

    /** One for prices over HTTP, and one for stocks over gRPC. */
    private static final class Services implements AutoCloseable {
        static final String LEFT = "Milliseconds-Left";
        static final MethodDescriptor<String, String> STOCK = Grpc.method("Stocks", "stock", MethodType.UNARY);

        final CompletableFuture<String> abandoned = new CompletableFuture<>();
        final StateStream<Integer> working = StateStream.of(0);
        final Grpc grpc;
        private final Map<String, Integer> requests = new ConcurrentHashMap<>();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final HttpServer http;

        private Services() throws IOException {
            http = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            http.setExecutor(threads);
            http.createContext("/", this::price);
            grpc = Grpc.serve(ServerServiceDefinition.builder("Stocks")
                    .addMethod(STOCK, ServerCalls.asyncUnaryCall(this::stock))
                    .build());
        }

        static Services start() throws IOException {
            var services = new Services();
            services.http.start();
            return services;
        }

        URI address(String path) {
            return URI.create("http://127.0.0.1:" + http.getAddress().getPort() + path);
        }

        int requests(String path) {
            return requests.getOrDefault(path, 0);
        }

        private void price(HttpExchange exchange) throws IOException {
            working.update(working -> working + 1);
            try (exchange) {
                String path = exchange.getRequestURI().getPath();
                int request = requests.merge(path, 1, Integer::sum);
                String left = exchange.getRequestHeaders().getFirst(LEFT);
                if (path.equals("/never")) delay(Duration.ofMillis(Long.parseLong(left)));
                int status = path.equals("/never")
                        ? 504
                        : path.equals("/broken") ? 500 : path.equals("/busy") && request < 3 ? 503 : 200;
                exchange.sendResponseHeaders(status, 0);
                OutputStream body = exchange.getResponseBody();
                if (path.equals("/slow") && request == 1) neverEnd(body);
                body.write((path.equals("/left") ? left : "EUR 42").getBytes(StandardCharsets.UTF_8));
            } finally {
                working.update(working -> working - 1);
            }
        }

        /** Goes on until nobody waits for the answer. */
        private void neverEnd(OutputStream body) throws IOException {
            try {
                for (; ; delay(Duration.ofMillis(1))) {
                    body.write(' ');
                    body.flush();
                }
            } catch (IOException gone) {
                abandoned.complete("/slow");
                throw gone;
            }
        }

        private void stock(String item, StreamObserver<String> answer) {
            if (item.equals("never")) {
                working.update(working -> working + 1);
                var call = (ServerCallStreamObserver<String>) answer;
                call.setOnCancelHandler(() -> working.update(working -> working - 1));
                return;
            }
            var deadline = Objects.requireNonNull(Context.current().getDeadline());
            answer.onNext(String.valueOf(deadline.timeRemaining(MILLISECONDS)));
            answer.onCompleted();
        }

        @Override
        public void close() {
            grpc.channel().shutdownNow();
            grpc.server().shutdownNow();
            http.stop(0);
            threads.close();
        }
    }
}
