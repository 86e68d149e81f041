package dev.weft.rxjava;

import static dev.weft.Async.run;
import static dev.weft.rxjava.RxAsync.each;
import static dev.weft.rxjava.RxAsync.flowable;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.testing.LongStreams;
import io.reactivex.rxjava3.core.Flowable;
import io.reactivex.rxjava3.subscribers.DefaultSubscriber;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** Long streams, in a JVM with little memory: what is kept does not grow with what has passed. */
@EnabledIfSystemProperty(named = "weft.scale", matches = "some|all")
@Timeout(180)
class ScaleTest extends LongStreams {
    @Test
    void tenMillionValuesPassThroughGeneratorOperatorAndLoop() {
        assertThat(Runtime.getRuntime().maxMemory()).isLessThan(64L << 20);
        Flowable<byte[]> values = flowable(out -> {
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
            try (var each = each(Flowable.range(0, MILLION), 1)) {
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
        RxAsync.<Integer>flowable(out -> {
                    for (int n = 0; n < MILLION; n++) out.emit(n);
                })
                .subscribe(new DefaultSubscriber<>() {
                    @Override
                    protected void onStart() {
                        request(1);
                    }

                    @Override
                    public void onNext(Integer value) {
                        sum.addAndGet(value);
                        request(1);
                    }

                    @Override
                    public void onError(Throwable failure) {}

                    @Override
                    public void onComplete() {
                        end.countDown();
                    }
                });
        end.await();
        assertThat(sum).hasValue(MILLION * (MILLION - 1L) / 2);
    }
}
