package dev.weft.examples.frameworks;

import static dev.weft.Async.await;
import static dev.weft.Async.owned;
import static dev.weft.Async.run;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import co.elastic.clients.elasticsearch.ElasticsearchAsyncClient;
import co.elastic.clients.elasticsearch._types.ElasticsearchException;
import co.elastic.clients.elasticsearch.core.CountResponse;
import co.elastic.clients.json.SimpleJsonpMapper;
import co.elastic.clients.transport.rest5_client.Rest5ClientTransport;
import co.elastic.clients.transport.rest5_client.low_level.Rest5Client;
import dev.weft.AwaitException;
import java.io.IOException;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The asynchronous client of Elasticsearch: each call is a future of its own. */
class ElasticsearchTest extends ClientTest {
    private static final String HEADERS =
            "X-Elastic-Product: Elasticsearch\r\nContent-Type: application/vnd.elasticsearch+json;compatible-with=9\r\n";

    private final HttpPeer server = new HttpPeer(
            HEADERS,
            Map.of(
                    "POST /names/_count",
                    "200 {'count': 3, '_shards': {'total': 1, 'successful': 1, 'failed': 0}}".replace('\'', '"'),
                    "POST /nothing/_count",
                    "404 {'error': {'type': 'index_not_found_exception', 'reason': 'no such index'}, 'status': 404}"
                            .replace('\'', '"')));
    private final ElasticsearchAsyncClient elasticsearch = new ElasticsearchAsyncClient(new Rest5ClientTransport(
            Rest5Client.builder(URI.create("http://127.0.0.1:" + server.port())).build(), new SimpleJsonpMapper()));

    /** The future of the last call. */
    private final AtomicReference<CompletableFuture<?>> last = new AtomicReference<>();

    @AfterEach
    void close() throws IOException {
        server.close(); // first, or the client waits for exchanges that go on
        elasticsearch.close();
    }

    private long count(String index) {
        CompletableFuture<CountResponse> counted = call(index);
        return await(owned(counted)).count(); // cancelled with the await
    }

    private CompletableFuture<CountResponse> call(String index) {
        CompletableFuture<CountResponse> call = elasticsearch.count(request -> request.index(index));
        last.set(call);
        return call;
    }

    @Test
    void aCallIsAwaited() {
        assertThat(run(() -> count("names"))).isEqualTo(3);
    }

    @Test
    void anErrorComesAsItself() {
        assertThatThrownBy(() -> run(() -> count("nothing"))).isInstanceOf(ElasticsearchException.class);
    }

    /** It aborts the exchange on a new connection, mostly, and lets it go on where the connection was used before. */
    @Test
    void aCallThatIsCancelledIsNotWaitedFor() throws Exception {
        cancelled(server.asked, () -> count("slow"));
        assertThat(last.get()).isCancelled();
        assertThat(run(() -> count("names"))).isEqualTo(3);
    }

    @Test
    void aServerThatGoesAwayFailsTheCall() throws Exception {
        var breaking = server.asked.thenRun(server::breakOff);
        assertThatThrownBy(() -> run(() -> count("slow")))
                .isInstanceOf(AwaitException.class)
                .hasCauseInstanceOf(IOException.class);
        soon(breaking);
    }
}
