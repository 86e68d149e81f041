package dev.weft.test.simulation;

import java.util.function.BooleanSupplier;

/** The pauses between operators, for worlds with schedulers of their own. */
public final class Operators {
    private static Runnable restore = () -> {};

    private Operators() {}

    /** Pauses at each operator that is subscribed to while that is wanted. */
    public static void pause(BooleanSupplier isWanted) {
        restore = RxOperators.pause(isWanted);
    }

    public static void pauseNoMore() {
        restore.run();
    }
}
