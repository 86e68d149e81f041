package dev.weft;

import dev.weft.spi.WaitKind;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.EventType;
import jdk.jfr.FlightRecorder;
import jdk.jfr.FlightRecorderListener;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import jdk.jfr.StackTrace;
import jdk.jfr.Threshold;
import org.jspecify.annotations.Nullable;

/**
 * Writes events of the flight recorder, and listens to coroutines only while a recording has enabled one of them; no
 * recording does so by itself. The only class that needs the module {@code jdk.jfr}.
 */
final class FlightEvents implements CoroutineListener {
    private final Map<CoroutineInfo, CoroutineEvent> lives = new ConcurrentHashMap<>();
    private final Map<CoroutineInfo, WaitEvent> waits = new ConcurrentHashMap<>();

    @Name("dev.weft.Coroutine")
    @Label("Coroutine")
    @Category("Weft")
    @Description("The life of a coroutine, or of a source that was started without a thread")
    @Enabled(false)
    @StackTrace(false)
    private static final class CoroutineEvent extends Event {
        @Label("Name")
        @Nullable
        String coroutine;

        @Label("Parent")
        @Nullable
        String parent;

        @Label("Backend")
        @Nullable
        String backend;

        @Label("Outcome")
        @Nullable
        String outcome;

        @Label("Failure")
        @Nullable
        String failure;
    }

    @Name("dev.weft.Wait")
    @Label("Wait")
    @Category("Weft")
    @Description("A coroutine was suspended")
    @Enabled(false)
    @Threshold("20 ms")
    private static final class WaitEvent extends Event {
        @Label("Coroutine")
        @Nullable
        String coroutine;

        @Label("Kind")
        @Nullable
        String kind;

        @Label("Waits For")
        @Nullable
        String waitsFor;
    }

    @Name("dev.weft.Cancellation")
    @Label("Cancellation")
    @Category("Weft")
    @Description("A coroutine has ended because it was cancelled")
    @Enabled(false)
    @StackTrace(false)
    private static final class CancellationEvent extends Event {
        @Label("Coroutine")
        @Nullable
        String coroutine;

        @Label("Reason")
        @Nullable
        String reason;

        @Label("Why")
        @Nullable
        String why;
    }

    @Name("dev.weft.Discard")
    @Label("Discarded Value")
    @Category("Weft")
    @Description("A value that nobody could receive was discarded")
    @Enabled(false)
    private static final class DiscardEvent extends Event {
        @Label("Type")
        @Nullable
        Class<?> type;
    }

    private FlightEvents() {}

    /** From now on, listens while a recording wants these events. */
    static void offer() {
        FlightRecorder.addListener(new FlightRecorderListener() {
            private Hooks.@Nullable Handle listening;

            @Override
            public void recorderInitialized(FlightRecorder recorder) {
                look();
            }

            @Override
            public void recordingStateChanged(Recording recording) {
                look();
            }

            /** Asks outside of the lock: the recorder has locks of its own, under which it may call this. */
            private void look() {
                boolean wanted;
                do {
                    wanted = isWanted();
                    listen(wanted);
                } while (wanted != isWanted());
            }

            private synchronized void listen(boolean wanted) {
                if (wanted == (listening != null)) return;
                if (listening == null) {
                    listening = Hooks.addListener(new FlightEvents());
                } else {
                    listening.close();
                    listening = null;
                }
            }
        });
    }

    /** Asked only when there is a recorder, since it loads the events. */
    private static boolean isWanted() {
        return isEnabled(CoroutineEvent.class)
                || isEnabled(WaitEvent.class)
                || isEnabled(CancellationEvent.class)
                || isEnabled(DiscardEvent.class);
    }

    private static boolean isEnabled(Class<? extends Event> event) {
        return EventType.getEventType(event).isEnabled();
    }

    @Override
    public void started(CoroutineInfo coroutine) {
        var event = new CoroutineEvent();
        if (!event.isEnabled()) return;
        event.begin();
        lives.put(coroutine, event);
    }

    @Override
    public void suspended(CoroutineInfo coroutine, CoroutineWait wait) {
        var event = new WaitEvent();
        if (!event.isEnabled()) return;
        event.coroutine = coroutine.name();
        event.kind = wait.kind().name();
        if (wait.kind() != WaitKind.MEMBERS) event.waitsFor = wait.describe(); // those are many
        event.begin();
        waits.put(coroutine, event);
    }

    @Override
    public void resumed(CoroutineInfo coroutine) {
        WaitEvent event = waits.remove(coroutine);
        if (event != null) event.commit();
    }

    @Override
    public void ended(CoroutineInfo coroutine, CoroutineEnd end) {
        if (end.reason() != null) {
            var event = new CancellationEvent();
            event.coroutine = coroutine.name();
            event.reason = end.reason().name();
            event.why = end.why();
            event.commit();
        }
        CoroutineEvent life = lives.remove(coroutine);
        if (life == null) return;
        CoroutineInfo parent = coroutine.parent();
        life.coroutine = coroutine.name();
        life.parent = parent == null ? null : parent.name();
        life.backend = coroutine.backend();
        life.outcome = end.state().name();
        life.failure = end.failure() == null ? null : end.failure().getClass().getName();
        life.commit();
    }

    @Override
    public void discarded(Object value) {
        var event = new DiscardEvent();
        event.type = value.getClass();
        event.commit();
    }
}
