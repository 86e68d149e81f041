package dev.weft.examples;

import static dev.weft.Async.await;
import static dev.weft.Async.awaitCallback;
import static dev.weft.Async.coroutine;
import static dev.weft.Async.delay;
import static dev.weft.Async.owned;
import static dev.weft.Async.stream;
import static java.util.stream.Collectors.toSet;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import dev.weft.AsyncStream;
import dev.weft.CoroutineDump;
import dev.weft.CoroutineDump.Entry;
import dev.weft.CoroutineDump.State;
import dev.weft.CoroutineEnd;
import dev.weft.CoroutineInfo;
import dev.weft.CoroutineListener;
import dev.weft.Coroutines;
import dev.weft.Deferred;
import dev.weft.Emitter;
import dev.weft.Hooks;
import dev.weft.StateStream;
import dev.weft.Supervisor;
import dev.weft.spi.WaitKind;
import dev.weft.spi.Warning;
import io.reactivex.rxjava3.plugins.RxJavaPlugins;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.stream.Stream;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * A shop under load with five faults, and an operator who finds each: by two dumps, by the cycles in a dump, by debug
 * mode, by the flight recorder, and by counting what is active.
 */
public final class Incident implements AutoCloseable {
    private static final Duration A_MOMENT = Duration.ofMillis(5);
    private static final Duration BETWEEN_DUMPS = Duration.ofMillis(200);
    private static final String PINNED = "jdk.VirtualThreadPinned";

    private final PrintStream out;
    private final Active active = new Active();
    private final CompletableFuture<Warning> forgotten = new CompletableFuture<>();
    private final CompletableFuture<Throwable> leaked = new CompletableFuture<>();
    private final Hooks.Handle counting = Hooks.addListener(active);
    private final Hooks.Handle warnings = Hooks.onWarning(this::read);
    private final Recording recording = new Recording();

    private Incident(PrintStream out) {
        this.out = out;
        reactor.core.publisher.Hooks.onErrorDropped(this::dropped);
        RxJavaPlugins.setErrorHandler(this::dropped);
        recording.enable(PINNED).withStackTrace().withThreshold(Duration.ofMillis(20)); // as the JDK's settings
        recording.start();
    }

    /** The properties are read when the first coroutine starts. A carrier that is held must not be the only one. */
    public static void main(String[] args) {
        System.setProperty("weft.debug", "true");
        System.setProperty("jdk.virtualThreadScheduler.parallelism", "4");
        Example.main(Incident.class, Incident::investigate);
    }

    /** Opens the shop, and finds what is wrong with it. */
    static void investigate(PrintStream out) throws Exception {
        try (var incident = new Incident(out)) {
            try (var shop = Shop.open()) {
                CoroutineDump dump = incident.whatDoesNotMove();
                incident.theUpstreamThatHangs(dump);
                incident.theAwaitsThatWaitForEachOther(dump);
                incident.theCarrierThatIsHeld(shop);
                incident.theLoopsThatAreNotClosed();
                incident.theCallbackThatIsForgotten();
            }
            incident.nothingIsLeft();
        }
    }

    @Override
    public void close() {
        recording.close();
        reactor.core.publisher.Hooks.resetOnErrorDropped();
        RxJavaPlugins.setErrorHandler(null);
        warnings.close();
        counting.close();
    }

    // --- the operator

    /** What is in the same wait in two dumps has been in it all the time; the customers come and go. */
    private CoroutineDump whatDoesNotMove() {
        var expected = List.of("euros", "invoice 4", "order 7", "parcel 12", "prices", "stock 4");
        return Check.soon(
                () -> {
                    for (CoroutineDump before = Coroutines.dump(); ; ) {
                        delay(BETWEEN_DUMPS);
                        CoroutineDump now = Coroutines.dump();
                        List<String> unmoved = unmoved(before, now);
                        if (unmoved.equals(expected)) {
                            out.println("They have not moved between two dumps: " + unmoved);
                            return now;
                        }
                        before = now;
                    }
                },
                "two dumps do not show that these do not move: " + expected);
    }

    private static List<String> unmoved(CoroutineDump before, CoroutineDump now) {
        Set<List<Object>> waits = suspended(before).map(Incident::wait).collect(toSet());
        return suspended(now)
                .filter(entry -> waits.contains(wait(entry)))
                .map(Entry::name)
                .distinct()
                .sorted()
                .toList();
    }

    private static Stream<Entry> suspended(CoroutineDump dump) {
        return dump.entries().stream().filter(entry -> entry.thread() >= 0 && entry.state() == State.SUSPENDED);
    }

    private static List<Object> wait(Entry entry) {
        return List.of(entry.thread(), entry.suspensions());
    }

    private void theUpstreamThatHangs(CoroutineDump dump) {
        Entry order = entry("order 7", dump);
        Check.that(order.kind() == WaitKind.SOURCE, "the order waits for no source: " + order);
        Check.that(
                order.where().stream().anyMatch(frame -> frame.getMethodName().equals("pay")),
                "the order is not at the bank: " + order.where());
        tell("The bank hangs, in a dump:", text("order 7", dump));
    }

    private void theAwaitsThatWaitForEachOther(CoroutineDump dump) {
        List<List<String>> cycles = dump.cycles().stream()
                .map(cycle ->
                        cycle.stream().map(i -> dump.entries().get(i).name()).toList())
                .toList();
        Check.same(List.of(List.of("invoice 4", "stock 4")), cycles, "the cycles");
        tell("Two wait for each other, in a dump:", dump.toString().lines().filter(line -> line.startsWith("A cycle")));
    }

    /** It is told of when it is over: the exchange rates come. */
    private void theCarrierThatIsHeld(Shop shop) throws IOException {
        Shop.RATES.complete(1.09);
        Check.soon(() -> shop.euros.await(), "the exchange rates are not loaded");
        RecordedEvent event = recorded().stream()
                .filter(found -> frames(found).anyMatch(frame -> frame.contains("$Rates.<clinit>")))
                .max(Comparator.comparing(RecordedEvent::getDuration))
                .orElseThrow(() -> new Check.Failed("the flight recorder has no carrier that was held"));
        Check.that(event.getDuration().compareTo(BETWEEN_DUMPS) >= 0, "held for " + event.getDuration() + " only");
        Check.same("euros", event.getThread().getJavaName(), "the coroutine that has held its carrier");
        String took = seconds(event.getDuration());
        tell("A carrier was held, by euros for " + took + ", says the flight recorder:", frames(event));
    }

    private List<RecordedEvent> recorded() throws IOException {
        Path file = Files.createTempFile("incident", ".jfr");
        try {
            recording.stop();
            recording.dump(file);
            return RecordingFile.readAllEvents(file);
        } finally {
            Files.delete(file);
        }
    }

    /** {@return the frames of an event that are ours} */
    private static Stream<String> frames(RecordedEvent event) {
        return Stream.ofNullable(event.getStackTrace())
                .flatMap(stack -> stack.getFrames().stream())
                .map(RecordedFrame::getMethod)
                .map(method -> "    at " + method.getType().getName() + "." + method.getName())
                .filter(frame -> frame.startsWith("    at " + Incident.class.getName()) && !frame.contains("$$"));
    }

    private static Stream<String> ours(Throwable error) {
        return Stream.of(error.getStackTrace())
                .filter(frame -> frame.getClassName().startsWith(Incident.class.getName()))
                .map(frame -> "    at " + frame);
    }

    private static String seconds(Duration time) {
        return String.format(Locale.ROOT, "%.1f s", time.toMillis() / 1000.0);
    }

    private void theLoopsThatAreNotClosed() {
        CoroutineDump dump = Check.soon(
                () -> {
                    while (active.count("prices") < 20) delay(A_MOMENT);
                    return Coroutines.dump();
                },
                "the number of active coroutines does not grow");
        Set<String> readers = dump.entries().stream()
                .filter(entry -> entry.name().equals("prices"))
                .map(entry -> dump.entries().get(entry.parent()).name())
                .collect(toSet());
        Check.same(Set.of("board"), readers, "who reads the prices");
        tell(
                "Loops are not closed: board reads one, and has more than 20, in a dump:",
                text("board", dump)
                        .filter(line -> line.matches("  (\\S|    at).*"))
                        .limit(7));
        Throwable opened = collected(leaked, "nobody tells of a loop that was not closed");
        Check.that(String.valueOf(opened.getMessage()).contains(" without having been closed"), "dropped: " + opened);
        tell(
                "and the hook for dropped errors says where:",
                Stream.concat(Stream.of(opened.getMessage()), ours(opened)));
    }

    private void theCallbackThatIsForgotten() {
        Warning warning = collected(forgotten, "debug mode does not tell of a forgotten callback");
        Check.same("parcel 12", warning.coroutine(), "the coroutine that waits for the callback");
        tell(
                "parcel 12 waits for a callback that was forgotten, says debug mode:",
                warning.toString().lines());
    }

    /** {@return what is told when something is garbage-collected} */
    private static <T> T collected(CompletableFuture<T> told, String otherwise) {
        return Check.soon(
                () -> {
                    for (; !told.isDone(); delay(A_MOMENT)) System.gc();
                    return await(told);
                },
                otherwise);
    }

    private void read(Warning warning) {
        if (warning.kind() == Warning.Kind.FORGOTTEN_CALLBACK) forgotten.complete(warning);
    }

    /** The first loop that is found has not noted where it was opened; from then on they do. */
    private void dropped(Throwable error) {
        if (error.getStackTrace().length > 0) leaked.complete(error);
    }

    private void nothingIsLeft() {
        Check.soon(
                () -> {
                    while (!active.names().isEmpty()) delay(A_MOMENT);
                    return true;
                },
                "something is active after the shop is closed");
    }

    private void tell(String finding, Stream<String> evidence) {
        out.println();
        out.println(finding);
        evidence.forEach(out::println);
    }

    private static Entry entry(String name, CoroutineDump dump) {
        return dump.entries().stream()
                .filter(entry -> entry.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new Check.Failed("no " + name + " in a dump"));
    }

    /** {@return what a dump says of a coroutine, and of what is inside it} */
    private static Stream<String> text(String name, CoroutineDump dump) {
        List<String> lines = dump.toString()
                .lines()
                .dropWhile(line -> !line.strip().startsWith(name + " ("))
                .toList();
        int indent = lines.get(0).indexOf(name);
        String inside = " ".repeat(indent + 1);
        return Stream.concat(lines.stream().limit(1), lines.stream().skip(1).takeWhile(line -> line.startsWith(inside)))
                .map(line -> line.substring(indent));
    }

    /** How many coroutines are active, by name: the meter {@code weft.coroutines.active}. */
    private static final class Active implements CoroutineListener {
        private final Map<String, LongAdder> started = new ConcurrentHashMap<>();
        private final Map<String, LongAdder> ended = new ConcurrentHashMap<>();

        @Override
        public void started(CoroutineInfo coroutine) {
            started.computeIfAbsent(coroutine.name(), name -> new LongAdder()).increment();
        }

        @Override
        public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
            ended.computeIfAbsent(coroutine.name(), name -> new LongAdder()).increment();
        }

        long count(String name) {
            return started.getOrDefault(name, new LongAdder()).sum() - ended(name);
        }

        long ended(String name) {
            return ended.getOrDefault(name, new LongAdder()).sum();
        }

        Set<String> names() {
            return Set.copyOf(
                    started.keySet().stream().filter(name -> count(name) > 0).toList());
        }
    }

    // --- the service, and what is wrong with it

    /** Asks others for its customers, and waits for them in five wrong ways. */
    private static final class Shop implements AutoCloseable {
        /** The exchange rates, which others publish. */
        static final CompletableFuture<Double> RATES = new CompletableFuture<>();

        private static final int CUSTOMERS = 20;

        final Deferred<Double> euros;
        private final HttpClient http = HttpClient.newHttpClient();
        private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
        private final HttpServer upstream;
        private final Supervisor work = Supervisor.open("shop");
        private final StateStream<Integer> shown = StateStream.of(0);
        private final AsyncStream<Integer> prices = stream((Emitter<Integer> out) -> {
                    for (int price = 1; ; price++) out.emit(price);
                })
                .named("prices");

        private Shop(HttpServer upstream) {
            this.upstream = upstream;
            upstream.setExecutor(threads);
            upstream.createContext("/stock", Shop::answer);
            upstream.createContext("/pay", exchange -> {}); // takes the request, and never answers
            upstream.start();
            for (int i = 1; i <= CUSTOMERS; i++) work.launch("customer " + i, this::serve);
            work.launch("order 7", this::pay);
            work.launch("parcel 12", () -> track(12));
            billAndReserve();
            euros = work.start(coroutine(() -> Rates.EURO).named("euros"));
            work.launch("board", this::showPrices);
        }

        static Shop open() throws IOException {
            return new Shop(HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0));
        }

        private static void answer(HttpExchange exchange) throws IOException {
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        }

        private int ask(String path) throws IOException {
            URI address = URI.create("http://127.0.0.1:" + upstream.getAddress().getPort() + path);
            var exchange = http.sendAsync(HttpRequest.newBuilder(address).build(), BodyHandlers.discarding());
            return await(owned(exchange), IOException.class).statusCode();
        }

        private void serve() throws IOException {
            for (; ; delay(A_MOMENT)) ask("/stock");
        }

        /** Has no timeout. */
        private int pay() throws IOException {
            return ask("/pay");
        }

        private static String track(int parcel) {
            return awaitCallback(done -> locate(parcel, done::resume));
        }

        /** The client of a carrier, which says nothing of a parcel that it does not know. */
        private static void locate(int parcel, Consumer<String> callback) {
            if (parcel < 10) callback.accept("on its way");
        }

        /** The invoice is for what is reserved, and what is reserved is for the invoice. */
        private void billAndReserve() {
            var stock = new CompletableFuture<Deferred<String>>();
            Deferred<String> invoice =
                    work.start(coroutine(() -> "for " + await(stock).await()).named("invoice 4"));
            stock.complete(work.start(coroutine(() -> "for " + invoice.await()).named("stock 4")));
        }

        /** Waits where a class is initialized, which holds the carrier. */
        private static final class Rates {
            static final double EURO = await(RATES);

            private Rates() {}
        }

        /** Opens a loop each time, and closes none. */
        private void showPrices() {
            for (; ; delay(A_MOMENT)) shown.set(prices.each().next());
        }

        @Override
        public void close() {
            work.close();
            upstream.stop(0);
            threads.close();
            http.close();
        }
    }
}
