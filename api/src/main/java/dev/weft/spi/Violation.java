package dev.weft.spi;

/**
 * A breach of a source's protocol, reported once per signal and never thrown.
 *
 * @param rule the rule that was broken, as Reactive Streams numbers it ("1.7", "1.9", "2.5", …)
 * @param source what broke it: the class of the source, where it is known
 * @param message what happened, in a sentence
 * @since 0.1
 */
public record Violation(String rule, String source, String message) {
    @Override
    public String toString() {
        return "Rule " + rule + " broken by " + source + ": " + message;
    }
}
