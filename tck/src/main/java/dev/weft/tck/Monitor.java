package dev.weft.tck;

/**
 * A lock that a source holds while it signals: no other thread may enter meanwhile, and the holder must still hold it
 * afterwards.
 */
final class Monitor {
    /** Runs an action inside. */
    synchronized void hold(Runnable action) {
        action.run();
        Fixture.require(Thread.holdsLock(this), "the thread has lost the monitor that it held during the call");
    }

    /** Enters and leaves. */
    synchronized void enter() {
        Fixture.require(Thread.holdsLock(this), "the thread is not inside the monitor that it has entered");
    }
}
