package operating;

import static dev.weft.Async.run;

import dev.weft.Hooks;
import dev.weft.spi.Warning;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Predicate;

/** Programs in debug mode, which has to be turned on before the JVM starts. */
final class DebugMode {
    private static final int ROUNDS = 3;

    /** Of the collector; what is not reported after these never is. */
    private static final int MOST_RUNS = 1000;

    private static final Queue<Warning> WARNINGS = new ConcurrentLinkedQueue<>();

    private DebugMode() {}

    /**
     * {@return what was reported: of each warning its kind, and the innermost method of the programs}
     *
     * @param programs its methods are the programs, without parameters, each run in a coroutine; {@code last} must
     *     forget a source, and nothing else
     */
    static List<String> warnings(Class<?> programs) throws Exception {
        Process process = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Dweft.debug=true",
                        "-cp",
                        System.getProperty("java.class.path"),
                        DebugMode.class.getName(),
                        programs.getName())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) throw new AssertionError(output);
        return output.lines().toList();
    }

    /** What was forgotten before is reported before what is forgotten last. */
    public static void main(String[] arguments) throws Exception {
        Hooks.onWarning(WARNINGS::add);
        Class<?> type = Class.forName(arguments[0]);
        List<Method> programs = Arrays.stream(type.getDeclaredMethods())
                .filter(method -> !method.isSynthetic() && !Modifier.isPrivate(method.getModifiers()))
                .filter(method -> !method.getName().equals("last"))
                .sorted(Comparator.comparing(Method::getName))
                .toList();
        for (int round = 0; round < ROUNDS; round++) {
            for (Method program : programs) inCoroutine(program);
            System.gc();
        }
        Predicate<Warning> isLast = warning -> method(warning, type).equals("last");
        for (int i = 0; i < MOST_RUNS && WARNINGS.stream().noneMatch(isLast); i++) {
            inCoroutine(type.getDeclaredMethod("last"));
            System.gc();
        }
        for (Warning warning : WARNINGS) System.out.println(warning.kind() + " " + method(warning, type));
        System.exit(0);
    }

    private static void inCoroutine(Method program) throws Exception {
        run(() -> {
            try {
                program.invoke(null);
            } catch (InvocationTargetException thrown) {
                throw new AssertionError(program.getName(), thrown.getCause());
            }
        });
    }

    /** {@return the innermost method of the programs} */
    private static String method(Warning warning, Class<?> programs) {
        return warning.frames().stream()
                .filter(frame -> frame.getClassName().equals(programs.getName()))
                .map(StackTraceElement::getMethodName)
                .findFirst()
                .orElse(warning.toString());
    }
}
