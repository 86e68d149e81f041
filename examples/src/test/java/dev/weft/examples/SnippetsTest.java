package dev.weft.examples;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.gather;
import static dev.weft.Async.group;
import static dev.weft.Async.run;
import static dev.weft.Async.shielded;
import static dev.weft.Async.withTimeout;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mono;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.Coroutine;
import dev.weft.Deferred;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeoutException;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;
import reactor.test.StepVerifier;

/** The short pieces of code in the README. */
class SnippetsTest {
    private final List<String> log = new ArrayList<>();

    @Test
    void wrapAPipeline() {
        Users users = new Users();
        List<String> posted = run(() -> {
            String name = awaitSingle(users.findById(42)).name();
            try (var rows = each(users.findAll())) {
                for (User row : rows) awaitDone(users.post(name, row));
            }
            return users.posted;
        });
        assertThat(posted).containsExactly("user42<user1", "user42<user2");
    }

    @Test
    void handItBack() {
        Users users = new Users();
        Mono<String> page = mono(() -> {
            Deferred<User> user = async(() -> awaitSingle(users.findById(42)));
            Deferred<List<User>> friends =
                    async(() -> awaitSingle(users.findAll().collectList()));
            return user.await().name() + " has " + friends.await().size() + " friends";
        });
        Flux<Integer> squares = flux(out -> {
            for (int n = 0; ; n++) out.emit(n * n);
        });
        StepVerifier.create(page).expectNext("user42 has 2 friends").verifyComplete();
        StepVerifier.create(squares.take(4)).expectNext(0, 1, 4, 9).verifyComplete();
    }

    @Test
    void neutralCode() {
        List<String> pages = run(() -> gather(page(1), page(2), page(3)));
        assertThat(pages).containsExactly("page 1", "page 2", "page 3");
    }

    private Coroutine<String> page(int number) {
        return coroutine(() -> {
            delay(Duration.ofMillis(10));
            return "page " + number;
        });
    }

    @Test
    void timeoutAndCleanUp() {
        assertThatThrownBy(() -> run(() -> {
                    try {
                        withTimeout(Duration.ofMillis(50), () -> await(Mono.never()));
                    } finally {
                        shielded(() -> awaitDone(release()));
                    }
                }))
                .isInstanceOf(TimeoutException.class);
        assertThat(log).containsExactly("released");
    }

    @Test
    void failFast() {
        var failure = new IOException("no stock");
        assertThatThrownBy(() -> run(() -> {
                    String answer = group(g -> {
                        Deferred<String> price = g.async(() -> awaitSingle(Mono.never()));
                        Deferred<String> stock =
                                g.async(() -> await(Mono.<String>error(failure).hide(), IOException.class));
                        return price.await() + stock.await();
                    });
                    return answer;
                }))
                .hasCause(failure);
    }

    @Test
    void aCallback() {
        String answer = run(() -> awaitCallback(done -> ask("question", done)));
        assertThat(answer).isEqualTo("answer to question");
    }

    private static void ask(String question, BiConsumer<String, Throwable> callback) {
        Thread.startVirtualThread(() -> callback.accept("answer to " + question, null));
    }

    private Mono<Void> release() {
        return Mono.delay(Duration.ofMillis(1))
                .doOnNext(tick -> log.add("released"))
                .then();
    }

    record User(String name) {}

    static final class Users {
        final List<String> posted = new ArrayList<>();

        Mono<User> findById(int id) {
            return Mono.just(new User("user" + id)).delayElement(Duration.ofMillis(1));
        }

        Flux<User> findAll() {
            return Flux.range(1, 2).map(id -> new User("user" + id));
        }

        Mono<Void> post(String to, User row) {
            return Mono.fromRunnable(() -> posted.add(to + "<" + row.name()));
        }
    }
}
