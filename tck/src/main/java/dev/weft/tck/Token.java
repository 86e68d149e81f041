package dev.weft.tck;

/** A value that is equal to no other. */
final class Token {
    private final String name;

    Token(String name) {
        this.name = name;
    }

    @Override
    public String toString() {
        return '"' + name + '"';
    }
}
