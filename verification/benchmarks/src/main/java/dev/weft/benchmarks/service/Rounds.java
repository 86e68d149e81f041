package dev.weft.benchmarks.service;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Rounds of load. All services stay up, and one at a time is under load, one after the other in each round: when the
 * machine gets slower, it does so for all.
 *
 * @param connections how many, for each series of rounds
 * @param rounds how many in a series, after one that is three times as long and not counted
 * @param time how long a service is under load in a round
 * @param jvm more arguments for the JVMs of the services
 */
public record Rounds(List<Integer> connections, int rounds, Duration time, String jvm) {
    /**
     * Runs them for one service.
     *
     * @param engine what it is made with
     * @param work what it does
     * @param styles which styles
     * @return what was measured, in order
     * @throws IOException if a service fails or gives a wrong answer
     * @throws InterruptedException if interrupted
     */
    public List<Measured> run(Engine engine, Work work, Predicate<Style> styles)
            throws IOException, InterruptedException {
        List<ServerProcess> servers = new ArrayList<>();
        try (var upstream = new Upstream()) {
            for (Style style : work.styles().stream().filter(styles).toList())
                servers.add(new ServerProcess(engine, work, style, upstream.port(), jvm));
            return new Series(work, servers, upstream).run();
        } finally {
            for (ServerProcess server : servers) server.close();
        }
    }

    private final class Series {
        private final Work work;
        private final List<ServerProcess> servers;
        private final Upstream upstream;

        Series(Work work, List<ServerProcess> servers, Upstream upstream) {
            this.work = work;
            this.servers = servers;
            this.upstream = upstream;
        }

        List<Measured> run() throws IOException, InterruptedException {
            List<Measured> measured = new ArrayList<>();
            for (int count : connections)
                for (int round = 0; round <= rounds; round++)
                    for (ServerProcess server : servers) {
                        Measured result = measureOrSay(server, count, round);
                        if (round > 0) measured.add(result);
                    }
            return measured;
        }

        private Measured measureOrSay(ServerProcess server, int count, int round)
                throws IOException, InterruptedException {
            try {
                return measure(server, count, round);
            } catch (IOException | IllegalStateException failure) {
                throw new IOException(
                        "%s failed under %d connections"
                                .formatted(server.style().id(), count),
                        failure);
            }
        }

        private Measured measure(ServerProcess server, int count, int round) throws IOException, InterruptedException {
            try (var load = new Load(server.port(), count, work)) {
                load.run(Duration.ZERO); // opens the connections upstream
                long processor = server.ask(Server.Question.PROCESSOR);
                long allocated = server.ask(Server.Question.ALLOCATED);
                Sample sample = load.run(round == 0 ? time.multipliedBy(3) : time);
                processor = server.ask(Server.Question.PROCESSOR) - processor;
                allocated = server.ask(Server.Question.ALLOCATED) - allocated;
                return new Measured(
                        server.style(),
                        count,
                        round,
                        processor / 1e3 / sample.requests(),
                        (double) allocated / sample.requests(),
                        sample.perSecond(),
                        sample.p50(),
                        sample.p99(),
                        sample.p999(),
                        heap(server, load, count));
            }
        }

        /** What a request takes whose first call is not answered yet. */
        private @Nullable Double heap(ServerProcess server, Load load, int count)
                throws IOException, InterruptedException {
            if (work != Work.PAGE) return null;
            long before = server.ask(Server.Question.HEAP);
            Upstream.Gate gate = upstream.hold(count);
            load.send();
            gate.awaitRequests();
            long after = server.ask(Server.Question.HEAP);
            gate.open();
            load.receive();
            return (double) (after - before) / count;
        }
    }
}
