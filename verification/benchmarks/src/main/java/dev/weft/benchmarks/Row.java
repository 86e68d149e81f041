package dev.weft.benchmarks;

import dev.weft.benchmarks.service.Names;
import java.util.List;

/** A row of the comparison: a description, and the class with its columns. */
enum Row {
    START_READY(StartReady.class, "build and run a coroutine that awaits a ready value, from a platform thread"),
    AWAIT_SYNC(AwaitSync.class, "await a source that completes inside subscribe"),
    NESTED_CALL(NestedCall.class, "await a cold coroutine of one's own from a coroutine"),
    HOP(Hop.class, "await a source that another thread signals"),
    ITERATE_SYNC(IterateSync.class, "iterate over a synchronous source, per element"),
    ITERATE_ASYNC(IterateAsync.class, "iterate over a source that another thread publishes, per element"),
    GENERATE_SYNC(GenerateSync.class, "generate, consumed on the same thread, per element"),
    GENERATE_ASYNC(GenerateAsync.class, "generate, consumed through publishOn, per element"),
    OPERATORS(Operators.class, "an operator or end of a stream, on one thread, per element"),
    FAST_PATHS(FastPaths.class, "short cuts, each beside the way round"),
    MARKS(Marks.class, "what this machine takes for the steps of which the others are made");

    private final Class<?> columns;
    private final String work;

    Row(Class<?> columns, String work) {
        this.columns = columns;
        this.work = work;
    }

    /** {@return the rows that names stand for: some, or all} */
    static List<Row> named(String names) {
        return Names.named(Row.class, names);
    }

    String label() {
        return Names.id(this);
    }

    String work() {
        return work;
    }

    /** {@return what JMH includes, as a regular expression} */
    String include(String columns) {
        return this.columns.getName().replace(".", "\\.") + "\\.(" + columns + ")$";
    }
}
