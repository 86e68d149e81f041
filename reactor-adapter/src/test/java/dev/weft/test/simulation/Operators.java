package dev.weft.test.simulation;

import java.util.function.BooleanSupplier;
import reactor.core.publisher.Hooks;

/** The pauses between operators, for worlds with schedulers of their own. */
public final class Operators {
    private static final String KEY = "simulation";

    private Operators() {}

    /** Pauses at each operator that is assembled while that is wanted. */
    public static void pause(BooleanSupplier isWanted) {
        Hooks.onEachOperator(KEY, ReactorOperators.pauses(isWanted));
    }

    public static void pauseNoMore() {
        Hooks.resetOnEachOperator(KEY);
    }
}
