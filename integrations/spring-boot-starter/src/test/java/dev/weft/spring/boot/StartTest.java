package dev.weft.spring.boot;

import static dev.weft.Async.awaitCallback;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.Deferred;
import dev.weft.Supervisor;
import dev.weft.spring.EnableWeft;
import dev.weft.spring.WeftTransactions;
import dev.weft.spring.boot.rows.Rows;
import dev.weft.spring.boot.rows.WithARepository;
import dev.weft.spring.boot.shop.Shop;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.context.annotation.Configuration;

/** Applications that must not start, each in a JVM of its own, and one that ends. */
class StartTest {
    /** Run by the tests. */
    public static void main(String[] arguments) throws ClassNotFoundException {
        SpringApplication.run(
                        Class.forName(arguments[0]),
                        List.of(arguments).subList(1, arguments.length).toArray(String[]::new))
                .close();
    }

    private static String failedStart(Class<?> type, String... properties) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                StartTest.class.getName(),
                type.getName()));
        for (String property : properties) command.add("--" + property);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor()).as(output).isEqualTo(1);
        assertThat(output).contains("APPLICATION FAILED TO START");
        return output;
    }

    @Test
    void W3_offLeavesTheGuardOn() throws Exception {
        assertThat(failedStart(Shop.class, "weft.spring.enabled=false", "server.port=0"))
                .contains(
                        "Methods return types of Weft that Spring does not know:",
                        "ItemController.item (@RequestMapping) returns dev.weft.Coroutine<",
                        "ItemController.refused (@ExceptionHandler)",
                        "ItemController.userOfStream (@RequestMapping) returns dev.weft.AsyncStream<java.lang.String>",
                        "Items.findById (a repository)",
                        "Stock.add (@Transactional)",
                        "Stock.tick (@Scheduled)",
                        "Stock.counted (@Cacheable)",
                        "Stock.arrived (@EventListener)",
                        "remove weft.spring.enabled=false")
                .doesNotContain("userOfMono");
    }

    @Test
    void offSaysWhyThereIsNoBeanOfARepository() throws Exception {
        assertThat(failedStart(
                        WithARepository.class, "weft.spring.enabled=false", "spring.main.web-application-type=none"))
                .contains(
                        "There is no bean of the repository " + Rows.class.getName(),
                        "Rows.count (a repository) returns dev.weft.Coroutine<java.lang.Long>");
    }

    @Test
    void aBackendThatIsNotThereIsSaidAtStart() throws Exception {
        assertThat(failedStart(Empty.class, "weft.backend=nope", "spring.main.web-application-type=none"))
                .contains(
                        "Weft has no backend: looked for backend \"nope\" (system property weft.backend); found [reactor, jdk].",
                        "correct the id, or add the adapter's artifact");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration(WeftAutoConfiguration.class)
    static class Empty {}

    @Configuration(proxyBeanMethods = false)
    @EnableWeft
    static class Enabling {}

    @Test
    void anApplicationMayEnableWeftBesideTheStarter() {
        try (var context = new SpringApplicationBuilder(Enabling.class)
                .web(WebApplicationType.NONE)
                .run()) {
            assertThat(context.getBeanNamesForType(WeftTransactions.class)).hasSize(1);
        }
    }

    @Test
    void W6_theEndOfAnApplicationCancelsItsSupervisorAndWaitsForIt() throws InterruptedException {
        var context = new SpringApplicationBuilder(Empty.class)
                .web(WebApplicationType.NONE)
                .run();
        var begun = new CountDownLatch(1);
        var ended = new CountDownLatch(1);
        Deferred<?> member = context.getBean(Supervisor.class).launch("poller", () -> {
            begun.countDown();
            try {
                awaitCallback(never -> {});
            } finally {
                ended.countDown();
            }
        });
        begun.await();
        context.close();
        assertThat(ended.getCount()).isZero();
        assertThat(member.state()).isEqualTo(Deferred.State.CANCELLED);
    }
}
