package dev.weft.rxjava;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.resetTimeout;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.Async.withTimeout;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.completable;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.on;
import static dev.weft.rxjava.RxAsync.single;
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
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import io.reactivex.rxjava3.schedulers.Schedulers;
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
        await(single(() -> logged("single")));
        await(single(() -> 1).flatMap(n -> single(() -> logged("single after a flatMap"))));
        try (var values = each(flowable(out -> out.emit(logged("flowable"))))) {
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
                        "single " + mdc,
                        "single after a flatMap " + mdc,
                        "flowable " + mdc,
                        "loop over flowable " + mdc);
    }

    @Test
    void whatThePlainThreadHasThatCallsIsThereWithoutMore() {
        MDC.put("trace", "t1");
        run(MdcTest::everywhere);
        assertThatAllLinesHave("{trace=t1}");
        assertThat(MDC.getCopyOfContextMap()).isEqualTo(Map.of("trace", "t1"));
    }

    @Test
    void whatIsReadBeforeIsPutAroundTheBodyOfASingle() {
        MDC.put("trace", "t1");
        String trace = MDC.get("trace"); // on the thread that makes the single; RxJava would not carry it
        Single<String> page = single(() -> withMdc("trace", trace, () -> everywhere()));
        MDC.put("trace", "of another request");
        page.delaySubscription(1, TimeUnit.MILLISECONDS).blockingGet();
        assertThatAllLinesHave("{trace=t1}");
    }

    @Test
    void oneMoreEntryIsForABody() {
        MDC.put("trace", "t1");
        run(() -> {
            withMdc("user", "ann", () -> {
                LOG.info("in the body");
                return async(() -> logged("in a child")).await();
            });
            logged("after");
        });
        assertThat(lines)
                .containsExactly(
                        "in the body {trace=t1, user=ann}", "in a child {trace=t1, user=ann}", "after {trace=t1}");
    }

    @Test
    void aSingleThatALibrarySubscribesToHasNothingOfItsThread() {
        MDC.put("trace", "of another request");
        Flowable.just(1).flatMapSingle(n -> single(() -> logged("single"))).blockingLast();
        assertThat(lines).containsExactly("single {}");
    }

    /** Lines from each place in a body that a thread may have changed at. */
    private static void inEachPlace() {
        logged("body");
        await(Single.timer(1, TimeUnit.MILLISECONDS));
        logged("after an await");
        try (var values = each(Flowable.interval(1, TimeUnit.MILLISECONDS).take(2))) {
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
            await(Single.timer(1, TimeUnit.MILLISECONDS));
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
        all.put(on(Schedulers.computation()), Runnable::run);
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
                completable(
                                dispatcher,
                                () -> withMdc("trace", "t1", () -> {
                                    inEachPlace();
                                    return "done";
                                }))
                        .subscribe(() -> over.complete("done"), over::completeExceptionally);
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
