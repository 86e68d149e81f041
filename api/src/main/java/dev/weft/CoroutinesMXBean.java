package dev.weft;

/**
 * {@link Coroutines} through JMX, as {@code dev.weft:type=Coroutines}: registered by {@link Coroutines#registerMXBean},
 * or from the start with {@code weft.jmx=true}.
 *
 * @since 0.1
 */
public interface CoroutinesMXBean {
    /** {@return a dump, as text} */
    String dumpText();

    /** {@return a dump, as JSON} */
    String dumpJson();

    /** {@return the cycles of those that wait for each other, each as the names in their order; empty if there are none} */
    String[] findCycles();
}
