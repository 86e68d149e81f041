package dev.weft.examples.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The whole program, in processes of its own. */
class ClusterTest {
    private static final String REDIS = System.getProperty("redis", "");
    private static final String NO_REDIS = "redis://127.0.0.1:1";

    /** What takes long, and mostly waits: all at once. */
    private static final Map<String, Process> STORIES = new TreeMap<>();

    private static final Map<String, Process> UNREACHABLE = new TreeMap<>();

    @BeforeAll
    static void start() throws IOException {
        for (String backend : List.of("reactor", "rxjava")) {
            UNREACHABLE.put(backend, start(Map.of(), "-Dweft.backend=" + backend, "-Dredis=" + NO_REDIS));
            if (Server.isThere())
                STORIES.put(backend, start(Map.of(), "-Dweft.backend=" + backend, "-Dredis=" + REDIS));
        }
    }

    @AfterAll
    static void end() {
        STORIES.values().forEach(Process::destroy);
        UNREACHABLE.values().forEach(Process::destroy);
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    @Timeout(400)
    void everyJobHasItsEffectOnceWhateverIsKilled(String backend) throws Exception {
        Server.require();
        assertThat(told(STORIES.get(backend), 0))
                .containsSubsequence(story())
                .containsSubsequence(
                        "10 of 60 jobs have ended", "30 of 60 jobs have ended", "60 of 60 jobs have ended");
    }

    private static List<String> story() {
        return List.of(
                "60 jobs are in the queue",
                "5 calls at once, and each worker has some of them",
                "job 55 was cancelled before a worker had it",
                "a worker was killed while it had job 13 in hand",
                "job 21 was cancelled while a worker had it in hand",
                REDIS.isEmpty()
                        ? "Redis was killed while a worker had job 34 in hand, and started again"
                        : "Redis was not restarted, since it is not ours",
                "a worker was asked to end while it had job 45 in hand, and did",
                "each job has ended once: 58 were done, 2 cancelled",
                "the report gives every balance in its order, and in the end {ann=2509, bob=2435, cem=2610}",
                "nothing is left in the queue, and the carrier never had more than 5 calls at once");
    }

    @Test
    void withoutARedisItSaysWhatToInstall(@TempDir Path empty) throws Exception {
        Process cluster = start(Map.of("PATH", empty.toString()), "-Dweft.backend=reactor");
        assertThat(told(cluster, 1))
                .containsExactly("Cluster: there is no program redis-server; install it (Debian: apt-get install"
                        + " redis-server, macOS: brew install redis), or name a server that is there:"
                        + " -Dredis=redis://127.0.0.1:6379");
    }

    @Test
    void anAddressThatIsNoneIsRefused() throws Exception {
        assertThat(told(start(Map.of(), "-Dweft.backend=rxjava", "-Dredis=localhost"), 1))
                .containsExactly("Cluster: the property redis should be an address such as redis://127.0.0.1:6379, and"
                        + " is localhost");
    }

    @ParameterizedTest
    @ValueSource(strings = {"reactor", "rxjava"})
    void aServerThatDoesNotAnswerIsNamed(String backend) throws Exception {
        assertThat(told(UNREACHABLE.get(backend), 1))
                .singleElement()
                .asString()
                .startsWith("Cluster: no Redis answers at redis://127.0.0.1:1; start one there, or leave out the"
                        + " property redis, and one is started: ");
    }

    @Test
    void aBackendWithoutARedissonIsRefused() throws Exception {
        assertThat(told(start(Map.of(), "-Dweft.backend=jdk", "-Dredis=" + NO_REDIS), 1))
                .containsExactly("Cluster: Redisson has no client for jdk");
        assertThat(told(start(Map.of(), "-Dweft.backend=other", "-Dredis=" + NO_REDIS), 1))
                .singleElement()
                .asString()
                .startsWith("Cluster: looked for ");
    }

    private static Process start(Map<String, String> environment, String... arguments) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(List.of(arguments));
        command.addAll(List.of("-cp", System.getProperty("java.class.path"), Cluster.class.getName()));
        var process = new ProcessBuilder(command).redirectErrorStream(true);
        process.environment().remove("WEFT_BACKEND");
        process.environment().putAll(environment);
        return process.start();
    }

    /** {@return the lines that a process prints} It is expected to end with a status. */
    private static List<String> told(Process process, int status) throws IOException, InterruptedException {
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(status);
        return output.lines().toList();
    }
}
