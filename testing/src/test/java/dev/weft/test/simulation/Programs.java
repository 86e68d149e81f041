package dev.weft.test.simulation;

/** Where the programs of these tests can be run. */
final class Programs {
    private Programs() {}

    static boolean canBeSimulated() {
        return Simulation.missing() == null;
    }
}
