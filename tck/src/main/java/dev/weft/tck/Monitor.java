package dev.weft.tck;

/** What a source holds while it signals: nobody else may be inside, and whoever is stays inside. */
final class Monitor {
    /** Does something inside. */
    synchronized void hold(Runnable action) {
        action.run();
        Fixture.require(Thread.holdsLock(this), "the thread has lost the monitor that it held during the call");
    }

    /** Comes and goes. */
    synchronized void enter() {
        Fixture.require(Thread.holdsLock(this), "the thread is not inside the monitor that it has entered");
    }
}
