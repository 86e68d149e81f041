package dev.weft.test;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** What {@link NoBlocking} says where something is missing, in JVMs of their own. */
class NoBlockingSetUpTest {
    /** Prints what is missing. */
    static final class Ask {
        private Ask() {}

        public static void main(String[] args) {
            System.out.println(BlockingCalls.missing());
        }
    }

    private static String said(String classPath) throws Exception {
        Process java = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:+EnableDynamicAgentLoading",
                        "-cp",
                        classPath,
                        Ask.class.getName())
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        return new String(java.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    @Test
    void V5_withoutTheFlagItSaysWhatToDo() throws Exception {
        assertThat(said(System.getProperty("java.class.path")))
                .startsWith("@NoBlocking looked for BlockHound at work on JDK "
                        + Runtime.version().feature() + ", and found: ")
                .contains("Surefire: <argLine>-XX:+AllowRedefinitionToAddDeleteMethods</argLine>")
                .contains("Gradle: tasks.test { jvmArgs(\"-XX:+AllowRedefinitionToAddDeleteMethods\") }");
    }

    @Test
    void V5_withoutBlockHoundItSaysWhatToAdd() throws Exception {
        String without = Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator))
                .filter(entry -> !entry.contains("blockhound"))
                .collect(Collectors.joining(File.pathSeparator));
        assertThat(said(without))
                .startsWith("@NoBlocking looked for BlockHound on the class path, and found none: add"
                        + " io.projectreactor.tools:blockhound");
    }
}
