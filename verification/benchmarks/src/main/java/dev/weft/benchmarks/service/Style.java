package dev.weft.benchmarks.service;

/** A style in which handlers are written: a column of the comparison, in the order of the tables. */
public enum Style {
    /** Operators of the engine; what the others are compared with. */
    OPERATORS("operators"),
    /** {@code block()} or {@code blockingGet()} on a virtual thread for each request. */
    BLOCK("block() on virtual threads"),
    /** Kotlin's coroutines, which continue where they are resumed. */
    KOTLIN_UNCONFINED("kotlinx, Unconfined"),
    /** Kotlin's coroutines on their pool of threads. */
    KOTLIN_DEFAULT("kotlinx, Default"),
    /** Weft on the JDK's scheduler; what is done at once are coroutines. */
    WEFT_VIRTUAL_CHILDREN("Weft, virtual, children"),
    /** Weft on the JDK's scheduler; what is done at once are sources in a group, without threads. */
    WEFT_VIRTUAL_MEMBERS("Weft, virtual, members without threads"),
    /** Weft on the event loop; what is done at once are coroutines. */
    WEFT_EVENT_LOOP_CHILDREN("Weft, event loop, children"),
    /** Weft on the event loop; what is done at once are sources in a group, without threads. */
    WEFT_EVENT_LOOP_MEMBERS("Weft, event loop, members without threads");

    private final String label;

    Style(String label) {
        this.label = label;
    }

    /** {@return what tables call it} */
    public String label() {
        return label;
    }

    /** {@return its name, as in {@code weft-virtual-children}} */
    public String id() {
        return Names.id(this);
    }

    /** {@return whether this is Weft's} */
    public boolean isWeft() {
        return compareTo(WEFT_VIRTUAL_CHILDREN) >= 0;
    }
}
