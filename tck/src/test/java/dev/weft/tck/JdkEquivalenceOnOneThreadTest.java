package dev.weft.tck;

import dev.weft.Dispatcher;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.condition.EnabledForJreRange;
import org.junit.jupiter.api.condition.JRE;

/** The programs do the same where all their coroutines share one thread. */
@EnabledForJreRange(min = JRE.JAVA_24)
class JdkEquivalenceOnOneThreadTest extends JdkEquivalenceTest {
    private static ExecutorService loop;

    @BeforeAll
    static void start() {
        loop = Executors.newSingleThreadExecutor(
                Thread.ofPlatform().daemon().name("loop").factory());
    }

    @AfterAll
    static void stop() {
        loop.shutdown();
    }

    @Override
    protected Dispatcher dispatcher() {
        return Dispatcher.on(loop);
    }
}
