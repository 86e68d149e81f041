package dev.weft.examples.cluster.queue;

/** Ends the work on a job that its worker no longer has, or that has been cancelled. */
final class Withdrawn extends RuntimeException {
    private static final long serialVersionUID = 1;

    Withdrawn(String why) {
        super(why);
    }
}
