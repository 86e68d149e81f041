package dev.weft.benchmarks.service;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** A {@link Server} in a JVM of its own. */
final class ServerProcess implements AutoCloseable {
    private static final List<String> JVM = List.of(
            "-Xms512m",
            "-Xmx512m",
            "--add-opens",
            "java.base/java.lang=ALL-UNNAMED",
            "--enable-native-access=ALL-UNNAMED");

    private final Style style;
    private final Process process;
    private final BufferedReader answers;
    private final int port;

    ServerProcess(Engine engine, Work work, Style style, int upstream, String jvm) throws IOException {
        this.style = style;
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(JVM);
        command.addAll(Arrays.stream(jvm.split(" "))
                .filter(argument -> !argument.isEmpty())
                .toList());
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Server.class.getName()));
        command.addAll(List.of(engine.name(), work.name(), style.name(), Integer.toString(upstream)));
        process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        answers = process.inputReader();
        port = (int) answer();
    }

    Style style() {
        return style;
    }

    int port() {
        return port;
    }

    long ask(Server.Question question) throws IOException {
        process.outputWriter().append(question.name()).append("\n");
        process.outputWriter().flush();
        return answer();
    }

    private long answer() throws IOException {
        String line = answers.readLine();
        if (line == null) throw new IOException("the service in style " + style.id() + " has ended");
        return Long.parseLong(line);
    }

    @Override
    public void close() throws IOException {
        process.outputWriter().close();
        try {
            if (!process.waitFor(10, TimeUnit.SECONDS)) process.destroyForcibly();
        } catch (InterruptedException interrupted) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
