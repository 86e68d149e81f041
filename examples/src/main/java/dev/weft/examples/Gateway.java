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
import dev.weft.CancelledException;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * A gateway in front of services that are busy, slow or broken: it asks again, sends a second request if the first is
 * slow, tells each service how long its answer is worth waiting for, and leaves a broken one alone.
 */
public final class Gateway {
    private static final Duration A_MOMENT = Duration.ofMillis(10);
    private static final Duration A_MINUTE = Duration.ofMinutes(1);

    /** What we keep of the time that is left, for an answer without the service; generous, as machines may be busy. */
    private static final Duration OUR_OWN = Duration.ofSeconds(20);

    private static final Retry AGAIN =
            Retry.attempts(3).backoff(A_MOMENT, A_MOMENT.multipliedBy(10)).when(failure -> failure instanceof Busy);

    private final PrintStream out;
    private final HttpClient http;
    private final Services services;

    /**
     * That of resilience4j, which calls plain code, so that this may await. A call that is cancelled, because its caller
     * has left or another one was faster, says nothing about the service: without the last line it would be a failure.
     */
    private final CircuitBreaker circuit = CircuitBreaker.of(
            "prices",
            CircuitBreakerConfig.custom()
                    .slidingWindowSize(3)
                    .failureRateThreshold(100)
                    .permittedNumberOfCallsInHalfOpenState(1)
                    .waitDurationInOpenState(A_MINUTE)
                    .ignoreExceptions(CancelledException.class)
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
        try (var http = HttpClient.newHttpClient();
                var services = Services.start()) {
            var gateway = new Gateway(out, http, services);
            gateway.aBusyServiceIsAskedAgain();
            gateway.aSlowServiceIsAskedTwice();
            gateway.theServicesKnowTheirLimit();
            gateway.theServicesStopWhenItIsTooLate();
            gateway.aBrokenServiceIsLeftAlone();
        }
    }

    private void tell(String expected, String found) {
        out.println(found);
        Check.same(expected, found, "what the gateway tells");
    }

    private void aBusyServiceIsAskedAgain() throws IOException {
        List<Duration> pauses = new ArrayList<>();
        String answer = retry(AGAIN.onRetry((attempt, failure, pause) -> pauses.add(pause)), () -> get("/busy"));
        tell("EUR 42 after 3 requests", answer + " after " + services.requests("/busy") + " requests");
        Check.same(2, pauses.size(), "the number of pauses");
        for (int i = 0; i < 2; i++)
            Check.that(pauses.get(i).compareTo(A_MOMENT.multipliedBy(1L << i)) <= 0, "too long a pause: " + pauses);
    }

    private void aSlowServiceIsAskedTwice() throws IOException {
        String quick = hedged(A_MINUTE, () -> guarded("/price"));
        String slow = hedged(A_MOMENT, () -> guarded("/slow"));
        tell("EUR 42 after 1 request", quick + " after " + services.requests("/price") + " request");
        tell("EUR 42 after 2 requests", slow + " after " + services.requests("/slow") + " requests");
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

    private String guarded(String path) throws Exception {
        return circuit.executeCallable(() -> get(path));
    }

    private void theServicesKnowTheirLimit() throws Exception {
        List<String> told = withTimeout(A_MINUTE, () -> {
            var stock = async(() -> stock("limit"));
            return List.of(get("/limit"), stock.await());
        });
        for (String limit : told)
            Check.that(
                    Duration.ofMillis(Long.parseLong(limit)).compareTo(A_MINUTE.minus(OUR_OWN)) <= 0, "told: " + told);
        out.println("each service knows how long it may take");
    }

    private void theServicesStopWhenItIsTooLate() throws Exception {
        List<Outcome<String>> outcomes = withTimeout(
                OUR_OWN.plus(A_MOMENT),
                () -> gatherSettled(coroutine(() -> get("/never")), coroutine(() -> stock("never"))));
        for (Outcome<String> each : outcomes)
            Check.that(
                    each instanceof Outcome.Failure<String>(Throwable failure) && isTooLate(failure), "found: " + each);
        Check.soon(
                () -> services.working.stream().filter(working -> working == 0).first(), "a service is still working");
        out.println("none works on an answer that would come too late");
    }

    private static boolean isTooLate(Throwable failure) {
        return failure instanceof HttpTimeoutException
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
            tell("the circuit is OPEN after 3", "the circuit is " + circuit.getState() + " after " + failures);
            Check.same(failures, services.requests("/broken"), "the number of requests to the broken service");
        }
        circuit.transitionToHalfOpenState(); // as the first call does after a minute
        tell("EUR 42, and the circuit is CLOSED", guarded("/price") + ", and the circuit is " + circuit.getState());
    }

    /** {@return how long a service may take} If we have hardly any time ourselves, its call fails soon. */
    private static Duration limit() {
        Duration left = remainingTime().orElse(A_MINUTE).minus(OUR_OWN);
        return left.isPositive() ? left : Duration.ofMillis(1);
    }

    private String get(String path) throws IOException {
        Duration limit = limit();
        var request = HttpRequest.newBuilder(services.address(path))
                .timeout(limit)
                .header(Services.LIMIT, String.valueOf(limit.toMillis()));
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
        var options = CallOptions.DEFAULT.withDeadlineAfter(limit().toNanos(), NANOSECONDS);
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
        static final String LIMIT = "Limit-Milliseconds";
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
                String limit = exchange.getRequestHeaders().getFirst(LIMIT);
                if (path.equals("/never")) delay(Duration.ofMillis(Long.parseLong(limit)));
                exchange.sendResponseHeaders(status(path, request), 0);
                OutputStream body = exchange.getResponseBody();
                if (path.equals("/slow") && request == 1) neverEnd(body);
                body.write((path.equals("/limit") ? limit : "EUR 42").getBytes(StandardCharsets.UTF_8));
            } finally {
                working.update(working -> working - 1);
            }
        }

        private static int status(String path, int request) {
            return switch (path) {
                case "/never" -> 504;
                case "/broken" -> 500;
                case "/busy" -> request < 3 ? 503 : 200;
                default -> 200;
            };
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
