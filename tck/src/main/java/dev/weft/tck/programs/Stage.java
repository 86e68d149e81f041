package dev.weft.tck.programs;

import dev.weft.spi.Backend;
import dev.weft.tck.Sources;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The setting of one run of a program.
 *
 * @param backend the backend in use
 * @param sources the sources of its library
 * @param trace what the run leaves
 * @param discarded the values that went to the discard hook
 * @param violations the rules of Reactive Streams reported as broken
 */
record Stage(Backend backend, Sources sources, Trace trace, List<Object> discarded, List<String> violations) {
    Stage(Backend backend, Sources sources) {
        this(backend, sources, new Trace(), new CopyOnWriteArrayList<>(), new CopyOnWriteArrayList<>());
    }
}
