package dev.weft.spring.boot;

import dev.weft.Supervisor;
import java.time.Duration;
import org.springframework.context.SmartLifecycle;

/** Closes a supervisor after the web server has answered its last request, and before beans are destroyed. */
final class SupervisorLifecycle implements SmartLifecycle {
    private final Supervisor supervisor;
    private final Duration limit;
    private volatile boolean running;

    SupervisorLifecycle(Supervisor supervisor, Duration limit) {
        this.supervisor = supervisor;
        this.limit = limit;
    }

    @Override
    public void start() {
        running = true;
    }

    @Override
    public void stop() {
        running = false;
        supervisor.close(limit);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** A context that a test leaves for another one is paused, and goes on later; a supervisor could not. */
    @Override
    public boolean isPauseable() {
        return false;
    }

    @Override
    public int getPhase() {
        return 0;
    }
}
