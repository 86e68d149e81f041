package dev.weft.examples.kafka;

/** Something is not as promised; the message is a sentence that says what. */
final class Broken extends RuntimeException {
    private static final long serialVersionUID = 1;

    Broken(String sentence) {
        super(sentence);
    }

    static void unless(boolean holds, String otherwise) {
        if (!holds) throw new Broken(otherwise);
    }
}
