package dev.weft.examples.frameworks;

import static dev.weft.Async.async;
import static dev.weft.Async.run;
import static dev.weft.reactor.ReactorAsync.await;
import static dev.weft.reactor.ReactorAsync.awaitFirst;
import static dev.weft.reactor.ReactorAsync.each;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.mongodb.ConnectionString;
import com.mongodb.MongoClientSettings;
import com.mongodb.MongoSocketReadException;
import com.mongodb.MongoTimeoutException;
import com.mongodb.ServerApi;
import com.mongodb.ServerApiVersion;
import com.mongodb.reactivestreams.client.MongoClient;
import com.mongodb.reactivestreams.client.MongoClients;
import com.mongodb.reactivestreams.client.MongoCollection;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import org.bson.Document;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Flux;
import reactor.core.publisher.Mono;

/** MongoDB's driver for Reactive Streams: its publishers are awaited as a Mono or read as a Flux. */
class MongoTest extends ClientTest {
    private final MongoPeer server = new MongoPeer();
    private final MongoClient client = client(server.port(), "");

    @AfterEach
    void close() {
        server.late.complete(null);
        client.close();
        server.close();
    }

    /** With one connection. */
    private static MongoClient client(int port, String more) {
        return MongoClients.create(MongoClientSettings.builder()
                .applyConnectionString(new ConnectionString(
                        "mongodb://127.0.0.1:" + port + "/?directConnection=true&maxPoolSize=1" + more))
                .serverApi(ServerApi.builder().version(ServerApiVersion.V1).build())
                .build());
    }

    /** {@return what has a port, and does not listen} */
    private static Socket nobody() throws IOException {
        var socket = new Socket();
        socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0));
        return socket;
    }

    private MongoCollection<Document> collection(String name) {
        return client.getDatabase("shop").getCollection(name);
    }

    private static String first(MongoCollection<Document> names) {
        Document found = await(Mono.from(names.find().first())); // null: there is none
        return found == null ? "nobody" : found.getString("name");
    }

    @Test
    void aDocumentIsAwaited() {
        assertThat(run(() -> first(collection("names")))).isEqualTo("ann");
    }

    @Test
    void manyAreALoop() {
        List<String> names = new ArrayList<>();
        run(() -> {
            try (var loop = each(Flux.from(collection("names").find()))) {
                for (Document each : loop) names.add(each.getString("name"));
            }
        });
        assertThat(names).containsExactly("ann", "ben");
    }

    @Test
    void aQueryThatIsCancelledKeepsItsConnectionUntilItIsAnswered() throws Exception {
        cancelled(server.asked, () -> first(collection("late")));
        var next = async(() -> first(collection("names")));
        assertThat(server.seen).containsExactly("find late");
        server.late.complete(null);
        assertThat(next.await()).isEqualTo("ann");
        assertThat(server.seen).containsExactly("find late", "find names");
    }

    @Test
    void aReadWhoseConnectionIsLostIsSentAgain() {
        assertThat(run(() -> first(collection("lost")))).isEqualTo("ann");
        assertThat(server.seen).containsExactly("find lost", "find lost");
    }

    @Test
    void withoutRetriesItFails() {
        try (MongoClient once = client(server.port(), "&retryReads=false")) {
            assertThatThrownBy(() -> run(() -> awaitFirst(
                            once.getDatabase("shop").getCollection("lost").find())))
                    .isInstanceOf(MongoSocketReadException.class);
        }
    }

    @Test
    void withoutAServerItFailsWhenItHasLookedForOneLongEnough() throws IOException {
        try (Socket nobody = nobody();
                MongoClient lonely = client(nobody.getLocalPort(), "&serverSelectionTimeoutMS=100")) {
            assertThatThrownBy(() -> run(() -> awaitFirst(
                            lonely.getDatabase("shop").getCollection("names").find())))
                    .isInstanceOf(MongoTimeoutException.class);
        }
    }
}
