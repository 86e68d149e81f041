package dev.weft.rewrite;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import dev.weft.rewrite.AwaitVisitor.Change;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Option;
import org.openrewrite.Recipe;
import org.openrewrite.TreeVisitor;

/**
 * Turns {@code future.join()} and {@code future.get()} of a {@code CompletableFuture} on virtual threads into
 * {@code await(future)}, which waits for a future that may be shared, and does not cancel it.
 *
 * <p>What runs in {@code supplyAsync} stays on its executor.
 *
 * @since 0.1
 */
public final class AwaitFutures extends Recipe {
    private static final String FUTURE = "java.util.concurrent.CompletableFuture";

    @Option(
            displayName = VirtualOption.NAME,
            description = VirtualOption.DESCRIPTION,
            example = VirtualOption.EXAMPLE,
            required = false)
    private final @Nullable String virtual;

    /** @param virtual a pattern of methods that run on virtual threads, or null if none is known to */
    @JsonCreator
    public AwaitFutures(@JsonProperty("virtual") @Nullable String virtual) {
        this.virtual = virtual;
    }

    /** {@return the pattern of methods that run on virtual threads, or null} */
    public @Nullable String getVirtual() {
        return virtual;
    }

    @Override
    public String getDisplayName() {
        return "Await a `CompletableFuture` rather than block";
    }

    @Override
    public String getDescription() {
        return "Turns `future.join()` and `future.get()` on virtual threads into `await(future)`, where no `catch` could tell the"
                + " difference.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return AwaitVisitor.of(
                virtual,
                Change.of(FUTURE + " join()", new Word(Word.ASYNC, "await", "stage")),
                Change.of(FUTURE + " get()", new Word(Word.ASYNC, "await", "stage")));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AwaitFutures recipe && Objects.equals(virtual, recipe.virtual);
    }

    @Override
    public int hashCode() {
        return Objects.hash(AwaitFutures.class, virtual);
    }
}
