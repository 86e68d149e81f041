package dev.weft.rxjava;

import static dev.weft.Async.async;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.gather;
import static dev.weft.Async.run;
import static dev.weft.Async.withContext;
import static dev.weft.rxjava.RxAsync.await;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static dev.weft.rxjava.RxAsync.single;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.AppenderBase;
import dev.weft.AsyncBody;
import io.micrometer.context.ContextRegistry;
import io.micrometer.context.integration.Slf4jThreadLocalAccessor;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.core.Single;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
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
}
