package dev.weft.test.simulation;

import java.util.concurrent.locks.AbstractOwnableSynchronizer;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A thread of a simulation. Its fields are used on the one carrier only. */
final class Actor {
    /** Code that is not the user's. */
    private static final Pattern FOREIGN = Pattern.compile(
            "(java|javax|jdk|sun|reactor|io\\.reactivex|org\\.(reactivestreams|junit)|dev\\.weft\\.(spi|scheduling|reactor|rxjava4?))\\..*"
                    + "|dev\\.weft\\.[A-Z].*"
                    + "|dev\\.weft\\.test\\.simulation\\.(Actor|Explor\\w+|Simulation|Simulated(Executor|Extension)|(Reactor|Rx)\\w+)(\\$.*)?");

    private static final Pattern OF_THE_JDK = Pattern.compile("(java|jdk)\\..*");
    private static final Pattern OF_THE_SIMULATOR = Pattern.compile(
            "dev\\.weft\\.(test\\.simulation\\.(Simulation|ReactorOperators|RxOperators)|spi\\.SchedulePoint)(\\$.*)?");

    final int index;
    final Thread thread;
    int rank;

    /** How it continues, if it can. */
    @Nullable
    Runnable task;

    /** What ends its timed wait in the JDK, if it is in one. */
    Simulation.@Nullable Due expiry;

    @Nullable
    String awaited;

    @Nullable
    BooleanSupplier condition;

    Actor(int index, Thread thread, int rank) {
        this.index = index;
        this.thread = thread;
        this.rank = rank;
    }

    boolean isAlive() {
        return thread.isAlive();
    }

    boolean mayGoOn() {
        return condition == null || condition.getAsBoolean();
    }

    boolean isBlocked() {
        return task == null && thread.getState() == Thread.State.BLOCKED;
    }

    /** {@return whether the JVM is about to resume it, or does so when its monitor is free} */
    boolean isToBeResumed() {
        return task == null
                && switch (thread.getState()) {
                    case BLOCKED, RUNNABLE -> true;
                    case NEW, WAITING, TIMED_WAITING, TERMINATED -> false;
                };
    }

    void goOn(Runnable continuation) {
        task = null;
        continuation.run();
    }

    String name() {
        return thread.getName().isEmpty() ? "thread-" + index : thread.getName();
    }

    /** Where it is, for those who know the engine: the innermost frames. */
    String place() {
        return name() + (isAlive() ? ": " + frames(3).collect(Collectors.joining(" < ")) : " has ended");
    }

    /** What it does, for users: what their innermost frame has called. */
    String act() {
        if (!isAlive()) return name() + ": ends";
        StackTraceElement[] frames = thread.getStackTrace();
        for (int i = 0; i < frames.length; i++)
            if (!FOREIGN.matcher(frames[i].getClassName()).matches())
                return name() + ": " + (i == 0 ? "" : call(frames[i - 1]) + " ") + "at " + place(frames[i]);
        return name() + ": " + frames(1).findFirst().orElse("in the JDK");
    }

    /** Its name, what it waits for, and where. */
    String describe(@Nullable String suspension) {
        Object blocker = LockSupport.getBlocker(thread);
        String waits = condition != null
                ? " waits until " + awaited
                : task != null
                        ? " goes on and on"
                        : suspension != null
                                ? " is suspended, " + suspension
                                : isBlocked()
                                        ? " waits for a monitor"
                                        : " waits" + (blocker == null ? "" : " in " + name(blocker));
        return name() + waits + frames(12).collect(Collectors.joining("\n    at ", "\n    at ", ""));
    }

    private static String name(Object blocker) {
        String type = blocker.getClass().getName().replaceFirst(".*\\.", "").replaceFirst("\\$(Nonf|F)airSync", "");
        Thread owner = blocker instanceof AbstractOwnableSynchronizer lock ? Continuations.ownerOf(lock) : null;
        return owner == null ? type : type + ", which " + owner.getName() + " holds";
    }

    private Stream<String> frames(int most) {
        return Stream.of(thread.getStackTrace())
                .filter(frame -> !OF_THE_JDK.matcher(frame.getClassName()).matches()
                        && !OF_THE_SIMULATOR.matcher(frame.getClassName()).matches())
                .limit(most)
                .map(frame -> call(frame) + ":" + frame.getLineNumber());
    }

    private static String place(StackTraceElement frame) {
        return call(frame) + "(" + frame.getFileName() + ":" + frame.getLineNumber() + ")";
    }

    private static String call(StackTraceElement frame) {
        return frame.getClassName().replaceFirst(".*\\.", "") + "."
                + frame.getMethodName().replaceFirst("lambda\\$(\\w+)\\$\\d+", "$1");
    }
}
