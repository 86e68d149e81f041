package dev.weft.examples;

import static dev.weft.Async.delay;
import static dev.weft.Async.group;
import static dev.weft.Async.stream;
import static dev.weft.Async.withDiscard;

import dev.weft.AsyncStream;
import dev.weft.Overflow;
import dev.weft.SharedStream;
import dev.weft.StateStream;
import java.io.PrintStream;
import java.time.Duration;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.stream.LongStream;

/**
 * The prices of a stock exchange, for all who watch: some come late, some leave, and some are slow. There is one
 * connection for all of them, and none when nobody watches.
 */
public final class Ticker {
    private static final Duration PERIOD = Duration.ofMillis(10);
    private static final long MANY = 100;

    private final PrintStream out;

    /** How many connections are open. */
    private final StateStream<Integer> open = StateStream.of(0);

    /** How many there have been. */
    private int connections;

    private Ticker(PrintStream out) {
        this.out = out;
    }

    public static void main(String[] args) {
        Example.main(Ticker.class, Ticker::watch);
    }

    /** Opens the exchange, and watches its prices. */
    static void watch(PrintStream out) {
        var ticker = new Ticker(out);
        ticker.allWatchOneConnection();
        ticker.aSlowReaderHoldsUpTheOthers();
        ticker.aSlowReaderLosesOldPrices();
        ticker.aStateIsTheNewest();
    }

    /** {@return a connection to the exchange, for each subscriber its own} */
    private AsyncStream<Long> prices() {
        return stream(out -> {
            connections++;
            open.update(count -> count + 1);
            try {
                for (long price = 1; ; price++) {
                    out.emit(price);
                    delay(PERIOD);
                }
            } finally {
                open.update(count -> count - 1);
            }
        });
    }

    private void allWatchOneConnection() {
        AsyncStream<Long> shared = prices().share(1, Overflow.suspend());
        try (var early = shared.each()) {
            long first = early.next();
            long second = early.next();
            long seen = second;
            try (var late = shared.each()) {
                long latest = late.next(Duration.ZERO).orElse(0L); // it is there at once
                Check.that(latest >= second, "the late reader saw " + latest);
                Check.same(latest + 1, late.next(), "the price after the latest");
                while (seen < latest) seen = early.next();
            } // leaves
            Check.same(seen + 1, early.next(), "the price after one reader has left");
            Check.same(List.of(1L, 2L), List.of(first, second), "the first prices");
            Check.same(1, connections, "the number of connections");
        }
        Check.soon(() -> open.stream().filter(count -> count == 0).first(), "the connection is still open");
        Check.same(1L, shared.first(), "the first price of the next day");
        Check.same(2, connections, "the number of connections");
        Check.soon(() -> open.stream().filter(count -> count == 0).first(), "the connection is still open");
        out.println("two readers had one connection, which was closed when both had left");
    }

    /** Where nothing may be lost, the emitter waits for the slowest reader. */
    private void aSlowReaderHoldsUpTheOthers() {
        SharedStream<Long> trades = SharedStream.of(2, Overflow.suspend());
        StateStream<Long> emitted = StateStream.of(0L);
        group(market -> {
            try (var books = trades.stream().each()) {
                try (var leaving = trades.stream().each()) {
                    market.async(() -> {
                        for (long trade = 1; trade <= MANY; trade++) {
                            trades.emit(trade);
                            emitted.set(trade);
                        }
                        trades.complete();
                    });
                    Check.same(1L, leaving.next(), "the first trade");
                } // the others go on
                long next = 1;
                for (long trade : books) {
                    Check.same(next++, trade, "the next trade");
                    Check.that(emitted.value() <= trade + 32, emitted.value() + " were emitted at trade " + trade);
                }
                Check.same(MANY + 1, next, "the trade after the last");
            }
        });
        Check.same(List.of(MANY - 1, MANY), trades.stream().collect(2), "what a reader sees after the end");
        out.println("the slowest of those who stayed set the pace, and saw all " + MANY);
    }

    /** Where the newest matter most, it loses the others. Each price is read, or discarded, once for each reader. */
    private void aSlowReaderLosesOldPrices() {
        SharedStream<Long> prices = SharedStream.of(0, Overflow.dropOldest(3));
        Queue<Long> missed = new ConcurrentLinkedQueue<>();
        withDiscard(Long.class, missed::add, () -> {
            try (var quick = prices.stream().each();
                    var slow = prices.stream().each()) {
                for (long price = 1; price <= MANY; price++) {
                    prices.emit(price); // waits for nobody
                    Check.same(price, quick.next(), "what the quick reader sees");
                }
                prices.complete();
                Check.same(List.of(MANY - 2, MANY - 1, MANY), slow.collect(3), "what the slow reader sees");
            }
        });
        Check.same(LongStream.rangeClosed(1, MANY - 3).boxed().toList(), List.copyOf(missed), "what it has missed");
        out.println("a slow reader saw the last 3 of " + MANY + ", and the quick one all");
    }

    private void aStateIsTheNewest() {
        StateStream<Long> index = StateStream.of(1_000L);
        try (var board = index.stream().each()) {
            Check.same(1_000L, board.next(), "what stands there first");
            for (int i = 0; i < MANY; i++) index.update(value -> value + 1);
            Check.same(1_000 + MANY, board.next(), "what stands there next");
            index.set(1_000 + MANY);
            Check.that(board.next(Duration.ZERO).isEmpty(), "no change is shown as one");
        }
        out.println("the board shows each state that is there when it looks");
    }
}
