package dev.weft;

import java.io.IOException;
import java.io.Writer;
import java.lang.instrument.Instrumentation;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes a dump of another process to a file: {@code jcmd <pid> JVMTI.agent_load weft-api.jar <file>}. HotSpot's
 * {@code jcmd} takes no commands of others, but it loads an agent, which this class is. A file whose name ends in
 * {@code .json} gets JSON.
 *
 * @since 0.1
 */
public final class DumpAgent {
    private DumpAgent() {}

    /**
     * Called by the JVM.
     *
     * @param file where to write to; an absolute path, since the other process has a directory of its own
     * @param instrumentation knows all classes of that process
     * @throws IOException if the file cannot be written
     * @throws ReflectiveOperationException if that process has another version of Weft
     */
    public static void agentmain(String file, Instrumentation instrumentation)
            throws IOException, ReflectiveOperationException {
        if (file == null || file.isBlank())
            throw new IllegalArgumentException(
                    "looked for a file to write to, found none: jcmd <pid> JVMTI.agent_load weft-api.jar /tmp/dump.json");
        String what = file.endsWith(".json") ? "toJson" : "toString";
        try (Writer writer = Files.newBufferedWriter(Path.of(file))) {
            for (Class<?> loaded : instrumentation.getAllLoadedClasses())
                if (loaded.getName().equals("dev.weft.EngineHost")) writer.write(dump(loaded, what));
        }
    }

    /** By the copy of Weft that runs there, which a class loader of its own may have loaded. */
    private static String dump(Class<?> loaded, String what) throws ReflectiveOperationException {
        Class<?> coroutines = Class.forName("dev.weft.Coroutines", true, loaded.getClassLoader());
        Object dump = coroutines.getMethod("dump").invoke(null);
        return (String) dump.getClass().getMethod(what).invoke(dump);
    }
}
