package dev.weft.examples.frameworks;

import static dev.weft.Async.async;
import static dev.weft.Async.await;
import static dev.weft.Async.owned;
import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.reactor.ReactorAsync;
import io.lettuce.core.ClientOptions;
import io.lettuce.core.RedisClient;
import io.lettuce.core.RedisCommandExecutionException;
import io.lettuce.core.RedisException;
import io.lettuce.core.RedisFuture;
import io.lettuce.core.api.StatefulRedisConnection;
import io.lettuce.core.api.async.RedisAsyncCommands;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Lettuce: each command is a stage. */
class LettuceTest extends ClientTest {
    private final RedisPeer server = new RedisPeer();
    private final RedisClient client = RedisClient.create("redis://127.0.0.1:" + server.port());

    @AfterEach
    void close() {
        server.pushed.complete(null);
        client.shutdown(Duration.ZERO, Duration.ofSeconds(SECONDS));
        server.close();
    }

    private String greet(RedisAsyncCommands<String, String> redis) {
        String name = await(redis.get("name"));
        String title = await(redis.get("title")); // null: there is no such key
        return "hello " + name + title;
    }

    @Test
    void aCommandIsAwaited() {
        try (StatefulRedisConnection<String, String> connection = client.connect()) {
            assertThat(run(() -> greet(connection.async()))).isEqualTo("hello annnull");
            assertThat(run(() -> ReactorAsync.await(connection.reactive().get("name"))))
                    .isEqualTo("ann");
        }
    }

    @Test
    void anErrorComesAsItself() {
        try (var connection = client.connect()) {
            assertThatThrownBy(() -> run(() -> await(connection.async().incr("name"))))
                    .isInstanceOf(RedisCommandExecutionException.class)
                    .hasMessageContaining("INCR");
        }
    }

    @Test
    void aCommandThatIsCancelledIsStillCarriedOutAndHoldsUpItsConnection() throws Exception {
        try (var connection = client.connect()) {
            var redis = connection.async();
            var job = new AtomicReference<RedisFuture<?>>();
            cancelled(server.asked, () -> {
                var popped = redis.blpop(0, "jobs");
                job.set(popped);
                return await(owned(popped.toCompletableFuture()));
            });
            assertThat(job.get().isCancelled()).isTrue();
            var next = async(() -> await(redis.get("name")));
            assertThat(server.seen).containsExactly("BLPOP jobs 0"); // its answer comes first
            server.pushed.complete(null);
            assertThat(next.await()).isEqualTo("ann");
            assertThat(server.seen).containsExactly("BLPOP jobs 0", "GET name");
        }
    }

    @Test
    void aCommandWhoseConnectionIsLostIsSentAgain() {
        try (var connection = client.connect()) {
            assertThat(run(() -> await(connection.async().get("lost")))).isEqualTo("ann");
        }
        assertThat(server.seen).containsExactly("GET lost", "GET lost");
    }

    @Test
    void withoutReconnectingItFails() {
        client.setOptions(ClientOptions.builder().autoReconnect(false).build());
        try (var connection = client.connect()) {
            assertThatThrownBy(() -> run(() -> await(connection.async().get("lost"))))
                    .isInstanceOf(RedisException.class);
        }
        assertThat(server.seen).containsExactly("GET lost");
    }
}
