package dev.weft.reactor;

import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.LongStreams;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.reactivestreams.Subscription;
import reactor.core.publisher.BaseSubscriber;
import reactor.core.publisher.Flux;

/** Long streams, in a JVM with little memory: what is kept does not grow with what has passed. */
@EnabledIfSystemProperty(named = "weft.scale", matches = "some|all")
@Timeout(180)
class ScaleTest extends LongStreams {
    @Test
    void tenMillionValuesPassThroughGeneratorOperatorAndLoop() {
        assertThat(Runtime.getRuntime().maxMemory()).isLessThan(64L << 20);
        Flux<byte[]> values = flux(out -> {
            for (int n = 0; n < MANY; n++) out.emit(new byte[32]);
        });
        long size = run(() -> {
            long sum = 0;
            try (var each = each(values.map(bytes -> bytes))) {
                for (byte[] bytes : each) sum += bytes.length;
            }
            return sum;
        });
        assertThat(size).isEqualTo(32L * MANY);
    }

    @Test
    void aMillionSynchronousValuesNeedNoStack() {
        long sum = run(() -> {
            long seen = 0;
            try (var each = each(Flux.range(0, MILLION), 1)) {
                for (int n : each) seen += n;
            }
            return seen;
        });
        assertThat(sum).isEqualTo(MILLION * (MILLION - 1L) / 2);
    }

    @Test
    void oneIsRequestedInsideOnNextAMillionTimes() throws InterruptedException {
        var sum = new AtomicLong();
        var end = new CountDownLatch(1);
        ReactorAsync.<Integer>flux(out -> {
                    for (int n = 0; n < MILLION; n++) out.emit(n);
                })
                .subscribe(new BaseSubscriber<>() {
                    @Override
                    protected void hookOnSubscribe(Subscription subscription) {
                        request(1);
                    }

                    @Override
                    protected void hookOnNext(Integer value) {
                        sum.addAndGet(value);
                        request(1);
                    }

                    @Override
                    protected void hookOnComplete() {
                        end.countDown();
                    }
                });
        end.await();
        assertThat(sum).hasValue(MILLION * (MILLION - 1L) / 2);
    }
}
