package dev.weft.reactor.snippets;

import static dev.weft.Async.async;
import static dev.weft.Async.gather;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitDone;
import static dev.weft.reactor.ReactorAsync.awaitSingle;
import static dev.weft.reactor.ReactorAsync.awaitable;
import static dev.weft.reactor.ReactorAsync.each;
import static dev.weft.reactor.ReactorAsync.flux;
import static dev.weft.reactor.ReactorAsync.mapFlux;
import static dev.weft.reactor.ReactorAsync.mono;
import static dev.weft.reactor.ReactorAsync.using;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Deferred;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** The examples in the documentation of {@link dev.weft.reactor.ReactorAsync}. */
class ReactorSnippetsTest {
    private final Users users = new Users();

    @Test
    void aMonoIsAwaited() {
        String greeting = run(() -> {
            // @start region="await"
            String name = await(users.nameOf(42)); // null if there is no such user
            return name == null ? "Hello" : "Hello, " + name;
            // @end
        });
        assertThat(greeting).isEqualTo("Hello, user 42");
    }

    @Test
    void aMonoIsBuilt() {
        // @start region="mono"
        Mono<String> page = mono(() -> {
            Deferred<String> name = async(() -> awaitSingle(users.nameOf(42)));
            List<Integer> friends = awaitSingle(users.friendsOf(42).collectList()); // meanwhile
            return name.await() + " has " + friends.size() + " friends";
        });
        // @end
        assertThat(page.block()).isEqualTo("user 42 has 2 friends");
    }

    @Test
    void aFluxIsBuilt() {
        // @start region="flux"
        Flux<String> names = flux(out -> {
            for (int id = 1; id <= 3; id++) out.emit(awaitSingle(users.nameOf(id)));
        });
        // @end
        assertThat(names.collectList().block()).containsExactly("user 1", "user 2", "user 3");
    }

    @Test
    void aFluxIsLoopedOver() {
        run(() -> {
            // @start region="each"
            try (var friends = each(users.friendsOf(42))) {
                for (int friend : friends) awaitDone(users.greet(friend)); // one after the other
            }
            // @end
        });
        assertThat(users.log).containsExactly("greeted 1", "greeted 2");
    }

    @Test
    void aFluxIsMapped() {
        // @start region="mapFlux"
        Flux<String> names = users.friendsOf(42).transform(mapFlux(8, id -> await(users.nameOf(id))));
        // @end
        assertThat(names.collectList().block()).containsExactly("user 1", "user 2");
    }

    @Test
    void monosAreGathered() {
        // @start region="awaitable"
        List<String> both = run(() -> gather(awaitable(users.nameOf(1)), awaitable(users.nameOf(2)))); // as zip does
        // @end
        assertThat(both).containsExactly("user 1", "user 2");
    }

    @Test
    void aResourceIsUsed() {
        String name = run(() -> {
            // @start region="using"
            return using(
                    users.connect(), connection -> awaitDone(connection.close()), connection -> connection.nameOf(42));
            // @end
        });
        assertThat(name).isEqualTo("user 42");
        assertThat(users.log).containsExactly("closed");
    }

    /** What the examples talk to. */
    private static final class Users {
        final ConcurrentLinkedQueue<String> log = new ConcurrentLinkedQueue<>();

        Mono<String> nameOf(int id) {
            return Mono.delay(Duration.ofMillis(1)).map(tick -> "user " + id);
        }

        Flux<Integer> friendsOf(int id) {
            return Flux.just(1, 2);
        }

        Mono<Boolean> greet(int id) {
            return Mono.fromCallable(() -> log.add("greeted " + id));
        }

        Mono<Connection> connect() {
            return Mono.just(new Connection());
        }

        final class Connection {
            String nameOf(int id) {
                return awaitSingle(Users.this.nameOf(id));
            }

            Mono<Void> close() {
                return Mono.fromRunnable(() -> log.add("closed"));
            }
        }
    }
}
