package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** A main class in a process of its own. */
public final class Program {
    private final Class<?> main;
    private final List<String> arguments = new ArrayList<>();
    private final ProcessBuilder process = new ProcessBuilder();
    private String classPath = System.getProperty("java.class.path");

    public Program(Class<?> main) {
        this.main = main;
        process.environment().remove("WEFT_BACKEND");
    }

    /** With arguments for the JVM. */
    public Program with(String... more) {
        arguments.addAll(List.of(more));
        return this;
    }

    /** With the environment variable that chooses a backend. */
    Program withEnvironment(String backend) {
        process.environment().put("WEFT_BACKEND", backend);
        return this;
    }

    /** With a directory at the front of the class path, and without the resources of the examples, which choose a backend. */
    Program withResources(Path directory) {
        classPath = Arrays.stream(classPath.split(File.pathSeparator))
                .filter(entry -> !new File(entry, "weft.properties").exists())
                .collect(Collectors.joining(File.pathSeparator, directory + File.pathSeparator, ""));
        return this;
    }

    /** {@return the lines that it prints} It is expected to end well. */
    public List<String> run() throws IOException, InterruptedException {
        return run(process.redirectError(ProcessBuilder.Redirect.INHERIT), 0);
    }

    /** {@return the lines that it prints, errors among them} It is expected to end with 1. */
    public List<String> fail() throws IOException, InterruptedException {
        return run(process.redirectErrorStream(true), 1);
    }

    /** {@return the lines that it prints} It is asked to end by SIGTERM when it has printed the first, and ends with a status. */
    public List<String> stop(int status) throws IOException, InterruptedException {
        Process running = start(process.redirectErrorStream(true));
        BufferedReader output = running.inputReader(StandardCharsets.UTF_8);
        List<String> printed = new ArrayList<>(List.of(output.readLine()));
        running.toHandle().destroy(); // that of the process closes its streams
        output.lines().forEach(printed::add);
        assertThat(running.waitFor()).as(printed::toString).isEqualTo(status);
        return printed;
    }

    private Process start(ProcessBuilder builder) throws IOException {
        List<String> command = builder.command();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(arguments);
        command.addAll(List.of("-cp", classPath, main.getName()));
        return builder.start();
    }

    private List<String> run(ProcessBuilder builder, int status) throws IOException, InterruptedException {
        Process running = start(builder);
        String output = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(running.waitFor()).as(output).isEqualTo(status);
        return output.lines().toList();
    }
}
