package dev.weft.reactor;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.reactor.ReactorAsync.on;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.weft.AsyncBody;
import dev.weft.Dispatcher;
import dev.weft.spi.CoroutineOptions;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.netty.util.concurrent.DefaultEventExecutor;
import io.netty.util.concurrent.EventExecutor;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.core.scheduler.Schedulers;
import reactor.util.context.Context;

/** The MDC in log lines, as the guide says it. */
class MdcTest {
    private static final ch.qos.logback.classic.Logger LOG =
            (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(MdcTest.class);

    private final List<String> lines = new CopyOnWriteArrayList<>();
    private final AppenderBase<ILoggingEvent> appender = new AppenderBase<>() {
        @Override
        protected void append(ILoggingEvent event) {
            lines.add(event.getFormattedMessage() + " " + new TreeMap<>(event.getMDCPropertyMap()));
        }
    };

    @BeforeEach
    void register() {
        ContextRegistry.getInstance().registerThreadLocalAccessor(new Slf4jThreadLocalAccessor());
        appender.start();
        LOG.setLevel(Level.INFO);
        LOG.setAdditive(false);
        LOG.addAppender(appender);
    }

    @AfterEach
    void restore() {
        LOG.detachAppender(appender);
        LOG.setAdditive(true);
        LOG.setLevel(null);
        ContextRegistry.getInstance().removeThreadLocalAccessor(Slf4jThreadLocalAccessor.KEY);
        MDC.clear();
    }

    /** The MDC with one more entry, in a body and in all that it starts and awaits. */
    static <T, X extends Exception> T withMdc(String key, String value, AsyncBody<T, X> body) throws X {
        Map<String, String> mdc = new HashMap<>(Objects.requireNonNullElse(MDC.getCopyOfContextMap(), Map.of()));
        mdc.put(key, value);
        return withContext(Slf4jThreadLocalAccessor.KEY, mdc, body);
    }

    private static String logged(String line) {
        LOG.info(line);
        return line;
    }

    private static String everywhere() {
        logged("body");
        async(() -> logged("async")).await();
        gather(coroutine(() -> logged("gather")));
        awaitSingle(mono(() -> logged("mono")));
        awaitSingle(Mono.delay(Duration.ofMillis(1)).flatMap(tick -> mono(() -> logged("mono after a delay"))));
        try (var values = each(flux(out -> out.emit(logged("flux"))))) {
            for (Object value : values) logged("loop over " + value);
        }
        return "done";
    }

    private void assertThatAllLinesHave(String mdc) {
        assertThat(lines)
                .containsExactly(
                        "body " + mdc,
                        "async " + mdc,
                        "gather " + mdc,
                        "mono " + mdc,
                        "mono after a delay " + mdc,
                        "flux " + mdc,
                        "loop over flux " + mdc);
    }

    @Test
    void whatThePlainThreadHasThatCallsIsThereWithoutMore() {
        MDC.put("trace", "t1");
        run(MdcTest::everywhere);
        assertThatAllLinesHave("{trace=t1}");
        assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("trace", "t1"));
    }

    @Test
    void theOneRule() {
        MDC.put("trace", "t1"); // on this thread
        String called = run(() -> MDC.get("trace")); // a call: taken from this thread
        String subscribed = mono(() -> "" + MDC.get("trace")).block(); // a subscription: cleared
        String written = mono(() -> MDC.get("trace")) // in the context: wins
                .contextWrite(Context.of(Slf4jThreadLocalAccessor.KEY, Map.of("trace", "t2")))
                .block();
        assertThat(called + " " + subscribed + " " + written).isEqualTo("t1 null t2");
    }

    @Test
    void whatAFilterPutsIntoTheContextIsThere() {
        MDC.put("trace", "of another request");
        Mono<String> handler = mono(MdcTest::everywhere);
        Map<String, String> mdc = Map.of("trace", "t1");
        Mono<String> filtered = handler.contextWrite(Context.of(Slf4jThreadLocalAccessor.KEY, mdc));
        filtered.block();
        assertThatAllLinesHave("{trace=t1}");
    }

    @Test
    void oneMoreEntryIsForABody() {
        Mono<String> handler = mono(() -> {
            withMdc("user", "ann", () -> {
                LOG.info("in the body");
                return async(() -> logged("in a child")).await();
            });
            return logged("after");
        });
        handler.contextWrite(Context.of(Slf4jThreadLocalAccessor.KEY, Map.of("trace", "t1")))
                .block();
        assertThat(lines)
                .containsExactly(
                        "in the body {trace=t1, user=ann}", "in a child {trace=t1, user=ann}", "after {trace=t1}");
    }

    /** What the guide warns of. */
    @Test
    void whatIsPutByHandIsForOnesOwnLinesWhereTheContextHasAnMdc() {
        Mono<String> handler = mono(() -> {
            MDC.put("user", "ann");
            LOG.info("in the body");
            return async(() -> logged("in a child")).await();
        });
        handler.contextWrite(Context.of(Slf4jThreadLocalAccessor.KEY, Map.of("trace", "t1")))
                .block();
        assertThat(lines).containsExactly("in the body {trace=t1, user=ann}", "in a child {trace=t1}");
        lines.clear();
        handler.block();
        assertThat(lines).containsExactly("in the body {user=ann}", "in a child {user=ann}");
    }

    @Test
    void aMonoThatALibrarySubscribesToHasNothingOfItsThread() {
        MDC.put("trace", "of another request");
        Flux.just(1).flatMap(n -> mono(() -> logged("mono"))).blockLast();
        assertThat(lines).containsExactly("mono {}");
    }

    /** Lines from each place in a body that a thread may have changed at. */
    private static void inEachPlace() {
        logged("body");
        await(Mono.delay(Duration.ofMillis(1)));
        logged("after an await");
        try (var values = each(Flux.interval(Duration.ofMillis(1)).take(2))) {
            for (long tick : values) logged("loop " + tick);
        }
        async(() -> logged("child")).await();
        try {
            withTimeout(Duration.ofDays(1), () -> {
                async(() -> logged("child with a timeout")).await();
                resetTimeout(Duration.ZERO);
                delay(Duration.ofDays(1));
            });
        } catch (TimeoutException expected) {
            logged("after a timeout");
        }
        withMdc("user", "ann", () -> {
            await(Mono.delay(Duration.ofMillis(1)));
            return async(() -> logged("inside")).await();
        });
        logged("end");
    }

    /** Each dispatcher, with what subscribes: where it matters, a thread of its home. */
    private static Map<Dispatcher, Executor> dispatchers(EventExecutor loop) {
        Map<Dispatcher, Executor> all = new LinkedHashMap<>();
        all.put(Dispatcher.virtual(), Runnable::run);
        if (CoroutineOptions.missing() != null) return all;
        all.put(Dispatcher.on(loop), Runnable::run);
        all.put(Dispatcher.eventLoop(), loop);
        all.put(on(Schedulers.parallel()), Runnable::run);
        return all;
    }

    @Test
    void itIsInEachLineFromEachPlaceOnEachDispatcher() {
        var loop = new DefaultEventExecutor();
        dispatchers(loop).forEach((dispatcher, subscribing) -> {
            lines.clear();
            var over = new CompletableFuture<Object>();
            subscribing.execute(() -> {
                MDC.put("trace", "of another request");
                mono(dispatcher, MdcTest::inEachPlace)
                        .contextWrite(Context.of(Slf4jThreadLocalAccessor.KEY, Map.of("trace", "t1")))
                        .subscribe(nothing -> {}, over::completeExceptionally, () -> over.complete("done"));
            });
            over.join();
            assertThat(lines)
                    .as("%s", dispatcher)
                    .containsExactly(
                            "body {trace=t1}",
                            "after an await {trace=t1}",
                            "loop 0 {trace=t1}",
                            "loop 1 {trace=t1}",
                            "child {trace=t1}",
                            "child with a timeout {trace=t1}",
                            "after a timeout {trace=t1}",
                            "inside {trace=t1, user=ann}",
                            "end {trace=t1}");
        });
        loop.shutdownGracefully(0, 0, TimeUnit.SECONDS);
    }
}
