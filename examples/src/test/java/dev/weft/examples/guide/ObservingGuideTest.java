package dev.weft.examples.guide;

import static dev.weft.Async.await;
import static dev.weft.Async.coroutine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CoroutineDump;
import dev.weft.CoroutineEnd;
import dev.weft.CoroutineInfo;
import dev.weft.CoroutineListener;
import dev.weft.CoroutineWait;
import dev.weft.Coroutines;
import dev.weft.CoroutinesPage;
import dev.weft.Deferred;
import dev.weft.Hooks;
import dev.weft.reactor.ReactorAsync;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import org.junit.jupiter.api.Test;
import reactor.core.publisher.Mono;

/** The code of {@code docs/guide/observing.md}. */
class ObservingGuideTest {
    private static final class Meters implements CoroutineListener {
        private final LongAdder active = new LongAdder();
        private final Map<String, LongAdder> waits = new ConcurrentHashMap<>();

        @Override
        public void started(CoroutineInfo coroutine) {
            active.increment();
        }

        @Override
        public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
            waits.computeIfAbsent(wait.kind().name(), kind -> new LongAdder()).increment();
        }

        @Override
        public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
            active.decrement();
        }
    }

    @Test
    void aListenerMeters() {
        var meters = new Meters();
        Hooks.Handle listening = Hooks.addListener(meters);
        var gate = new CompletableFuture<String>();
        Deferred<String> waits = coroutine(() -> await(gate)).start();
        while (meters.waits.get("SOURCE") == null) Thread.onSpinWait();
        assertThat(meters.active.sum()).isOne();
        gate.complete("a");
        waits.await();
        assertThat(meters.active.sum()).isZero();
        listening.close();
    }

    @Test
    void aDumpNamesCyclesAndOperators() {
        var log = new ArrayList<String>();
        var alerts = new ArrayList<String>();
        Deferred<String> waits = coroutine(() -> ReactorAsync.awaitSingle(
                        Mono.delay(Duration.ofDays(1)).map(tick -> "a").filter(text -> true)))
                .named("slow order")
                .start();
        while (!Coroutines.dump().toString().contains("slow order (reactor") || log(log, alerts)) Thread.onSpinWait();
        assertThat(alerts).isEmpty();
        waits.cancel();
    }

    @Test
    void aPageShowsADump() throws Exception {
        var log = new ArrayList<String>();
        var gate = new CompletableFuture<String>();
        Deferred<String> waits =
                coroutine(() -> await(gate)).named("order \"7\"").start();
        CoroutinesPage page = CoroutinesPage.serve(0); // or a port of your choice
        log.add("what runs: " + page.address());
        try (page;
                var http = HttpClient.newHttpClient()) {
            var json = HttpRequest.newBuilder(page.address().resolve("coroutines.json"));
            var dump = new JsonObject(
                    http.send(json.build(), BodyHandlers.ofString()).body());
            assertThat(dump.getJsonArray("coroutines"))
                    .extracting(entry -> ((JsonObject) entry).getString("name"))
                    .contains("order \"7\"");
            assertThat(log).allMatch(line -> line.matches("what runs: http://.*:\\d+/"));
        }
        gate.complete("a");
        waits.await();
    }

    /** {@return whether the coroutine still runs} */
    private static boolean log(List<String> log, List<String> alerts) {
        log.clear();
        CoroutineDump dump = Coroutines.dump();
        for (List<Integer> cycle : dump.cycles()) alerts.add("wait for each other: " + cycle);
        log.add(dump.toString());
        return !log.get(0).contains("map → filter");
    }
}
