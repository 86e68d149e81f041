package dev.weft.reactor;

import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.toInputStream;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.testing.streams.ThreadLocalKey;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** A Flux of buffers as an {@link InputStream}. */
class InputStreamTest {
    private final List<byte[]> released = new CopyOnWriteArrayList<>();
    private final AtomicInteger made = new AtomicInteger();
    private final AtomicInteger cancelled = new AtomicInteger();

    private final Flux<byte[]> endless = Flux.range(0, 1_000_000)
            .map(n -> {
                made.incrementAndGet();
                return new byte[] {n.byteValue(), 1};
            })
            .doOnCancel(cancelled::incrementAndGet);

    private InputStream opened(Flux<byte[]> source) {
        return toInputStream(source, ByteBuffer::wrap, released::add);
    }

    @Test
    void isReadAsItIsAskedForAndClosedEarly() throws IOException {
        run(() -> {
            try (InputStream in = opened(endless)) {
                assertThat(in.readNBytes(5)).containsExactly(0, 1, 1, 1, 2);
            }
        });
        assertThat(cancelled).hasValue(1);
        assertThat(made).hasValueLessThanOrEqualTo(8);
        assertThat(released).hasSize(made.get()).doesNotHaveDuplicates();
    }

    @Test
    void endsWithTheSource() throws IOException {
        try (InputStream in = opened(endless.take(3))) {
            assertThat(in.readAllBytes()).containsExactly(0, 1, 1, 1, 2, 1);
            assertThat(in.read()).isEqualTo(-1);
        }
        assertThat(released).hasSize(3);
    }

    @Test
    void failsWithTheSource() throws IOException {
        var failure = new IOException("source");
        try (InputStream in = opened(endless.take(1).concatWith(Flux.error(failure)))) {
            assertThat(in.readNBytes(2)).containsExactly(0, 1);
            assertThatThrownBy(in::read).isSameAs(failure);
        }
    }

    @Test
    void seesTheContextOfTheCoroutine() {
        Mono<Integer> read = ReactorAsync.mono(() -> {
            try (InputStream in = opened(Flux.deferContextual(context -> Flux.just(new byte[] {context.get("n")})))) {
                return in.read();
            }
        });
        assertThat(read.contextWrite(context -> context.put("n", (byte) 7)).block())
                .isEqualTo(7);
    }

    @Test
    void seesTheThreadLocalsOfWhoeverReads() throws IOException {
        Flux<byte[]> source = Flux.deferContextual(
                context -> Flux.just(context.getOrDefault("local", "none").getBytes(UTF_8)));
        try (var local = new ThreadLocalKey("local")) {
            local.setValue("mine");
            try (InputStream in = opened(source)) {
                assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("mine");
            }
            run(() -> {
                try (InputStream in = opened(source)) {
                    assertThat(in.readAllBytes()).asString(UTF_8).isEqualTo("mine");
                }
            });
        }
    }
}
