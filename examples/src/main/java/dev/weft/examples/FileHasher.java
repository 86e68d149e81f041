package dev.weft.examples;

import dev.weft.AsyncStream;
import java.io.Console;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;

/** Hashes thousands of files, a limited number at a time, with a progress bar on the terminal. */
public final class FileHasher {
    private static final int FILES = 2_000;
    private static final int AT_ONCE = 16;

    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger mostOpen = new AtomicInteger();

    private FileHasher() {}

    public static void main(String[] args) {
        Example.main(FileHasher.class, out -> hash(out, isTerminal()));
    }

    /** Makes files, hashes them, and deletes them again. */
    static void hash(PrintStream out, boolean terminal) throws IOException {
        Path directory = Files.createTempDirectory("weft-files");
        try {
            hash(fill(directory), terminal ? Progress.bar(out) : Progress.lines(out), out);
        } finally {
            delete(directory);
        }
    }

    private static void hash(List<Path> files, Progress progress, PrintStream out) {
        var hasher = new FileHasher();
        List<String> sums = new ArrayList<>();
        AsyncStream.from(files).mapConcurrent(AT_ONCE, hasher::sum).forEach(sum -> {
            sums.add(sum);
            progress.show(sums.size(), files.size());
        });
        int most = hasher.mostOpen.get();
        Check.that(most <= AT_ONCE, most + " files were open at once");
        Check.same(files.stream().map(hasher::sum).toList(), sums, "the sums, one by one,");
        out.println(sums.size() + " files, at most " + AT_ONCE + " at once: the same sums as one by one");
        out.println(sums.get(0) + "  " + files.get(0).getFileName());
    }

    /** Reading a file blocks the coroutine's own thread: no pool, no callback. */
    private String sum(Path file) {
        mostOpen.accumulateAndGet(open.incrementAndGet(), Math::max);
        var sha = sha256();
        try (var in = new DigestInputStream(Files.newInputStream(file), sha)) {
            in.transferTo(OutputStream.nullOutputStream());
            return HexFormat.of().formatHex(sha.digest());
        } catch (IOException unreadable) {
            throw new UncheckedIOException(unreadable); // the first failure ends all of them
        } finally {
            open.decrementAndGet();
        }
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    // --- progress

    /** Shows how much is done. */
    @FunctionalInterface
    private interface Progress {
        int WIDTH = 40;

        void show(int done, int all);

        static Progress lines(PrintStream out) {
            return (done, all) -> {
                if (done % (all / 4) == 0) out.println(done * 100 / all + " % of " + all + " files");
            };
        }

        static Progress bar(PrintStream out) {
            return (done, all) -> {
                if (done * WIDTH % all >= WIDTH) return; // no longer than the one before
                String bar = "#".repeat(done * WIDTH / all);
                out.printf("\r[%-" + WIDTH + "s] %d/%d%s", bar, done, all, done == all ? "%n".formatted() : "");
            };
        }
    }

    /** On JDK 22 and later, where there is a console even if the output is redirected. */
    private static boolean isTerminal() {
        Console console = System.console();
        if (console == null) return false;
        try {
            return (boolean) Console.class.getMethod("isTerminal").invoke(console);
        } catch (ReflectiveOperationException beforeJdk22) {
            return true;
        }
    }

    // --- the files

    private static List<Path> fill(Path directory) throws IOException {
        var random = new Random(1);
        List<Path> files = new ArrayList<>();
        for (int i = 0; i < FILES; i++) {
            byte[] content = new byte[random.nextInt(8_192)];
            random.nextBytes(content);
            files.add(Files.write(directory.resolve("file-" + i), content));
        }
        return files;
    }

    private static void delete(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) Files.delete(file);
        }
        Files.delete(directory);
    }
}
