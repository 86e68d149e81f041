package dev.weft.examples.cluster;

import static dev.weft.Async.await;

import dev.weft.AsyncAction;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;

/** Worker processes: each runs the same JVM as this one, with the same options and class path. */
final class Workers implements AutoCloseable {
    private static final int SIGTERM = 143;

    /** One of them; a thread reads what it prints. */
    private static final class Running {
        final String name;
        final Process process;
        final CompletableFuture<Void> ready = new CompletableFuture<>();
        final CompletableFuture<Void> finishing = new CompletableFuture<>();

        /** Written by the coroutine that ends it, read by the one that watches it. */
        volatile boolean endsSoon;

        Running(String name, Process process, PrintStream out) {
            this.name = name;
            this.process = process;
            Thread.ofPlatform().daemon().start(() -> listen(out));
        }

        private void listen(PrintStream out) {
            process.inputReader(StandardCharsets.UTF_8).lines().forEach(line -> {
                switch (line) {
                    case WorkerProcess.READY -> ready.complete(null);
                    case WorkerProcess.FINISHING -> finishing.complete(null);
                    default -> out.println(name + ": " + line);
                }
            });
        }
    }

    private final Map<String, Running> running = new TreeMap<>();

    /** Starts some, called w1, w2 and so on. */
    static Workers start(int count, PrintStream out, String... arguments) throws IOException {
        var workers = new Workers();
        try {
            for (int i = 1; i <= count; i++) {
                String name = "w" + i;
                workers.running.put(name, new Running(name, process(name, arguments), out));
            }
            return workers;
        } catch (IOException | RuntimeException failed) {
            workers.close();
            throw failed;
        }
    }

    private static Process process(String name, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(ManagementFactory.getRuntimeMXBean().getInputArguments());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), WorkerProcess.class.getName(), name));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
    }

    /** Waits until all take jobs. */
    void awaitReady() {
        for (Running each : running.values()) await(each.ready);
    }

    /** Fails if one of them ends that nobody has ended. */
    void watch(String name) {
        Running watched = running(name);
        int status = await(watched.process.onExit()).exitValue();
        Check.that(watched.endsSoon, "the worker " + name + " has ended by itself, with " + status);
    }

    /** Kills one with -9. */
    void kill(String name) {
        Running killed = running(name);
        killed.endsSoon = true;
        killed.process.destroyForcibly();
        await(killed.process.onExit());
    }

    /**
     * Asks one to end by SIGTERM, and waits until it has.
     *
     * @param meanwhile what to do when it takes no more jobs
     */
    <X extends Exception> void stop(String name, AsyncAction<X> meanwhile) throws X {
        Running stopped = running(name);
        stopped.endsSoon = true;
        stopped.process.toHandle().destroy(); // that of the process closes its streams
        await(stopped.finishing);
        meanwhile.run();
        int status = await(stopped.process.onExit()).exitValue();
        Check.same(SIGTERM, status, "the status of the worker " + name + ", which was asked to end,");
    }

    List<String> names() {
        return List.copyOf(running.keySet());
    }

    /** {@return those that nobody has ended} */
    List<String> alive() {
        return names().stream().filter(name -> !running(name).endsSoon).toList();
    }

    @Override
    public void close() {
        for (Running each : running.values()) {
            each.endsSoon = true;
            each.process.destroyForcibly().onExit().join();
        }
    }

    private Running running(String name) {
        Running found = running.get(name);
        if (found == null) throw new IllegalArgumentException("no worker " + name);
        return found;
    }
}
