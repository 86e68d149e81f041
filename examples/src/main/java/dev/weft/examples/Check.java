package dev.weft.examples;

/** The checks that an example makes of itself. */
final class Check {
    /** Fails with a sentence unless something holds. */
    static final class Failed extends RuntimeException {
        private static final long serialVersionUID = 1;

        Failed(String sentence) {
            super(sentence);
        }
    }

    private Check() {}

    static void that(boolean holds, String otherwise) {
        if (!holds) throw new Failed(otherwise);
    }

    static void same(Object expected, Object found, String what) {
        that(expected.equals(found), what + " should be \"" + expected + "\" and is \"" + found + "\"");
    }
}
