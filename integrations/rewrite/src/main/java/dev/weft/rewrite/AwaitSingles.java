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
 * Turns {@code single.blockingGet()} on virtual threads into {@code await(single)}.
 *
 * <p>The same for {@code maybe.blockingGet()}, whose result is null if it is empty, and
 * {@code completable.blockingAwait()}.
 *
 * @since 0.1
 */
public final class AwaitSingles extends Recipe {
    private static final String RXJAVA = "io.reactivex.rxjava3.core.";

    @Option(
            displayName = VirtualOption.NAME,
            description = VirtualOption.DESCRIPTION,
            example = VirtualOption.EXAMPLE,
            required = false)
    private final @Nullable String virtual;

    /** @param virtual a pattern of methods that run on virtual threads, or null if none is known to */
    @JsonCreator
    public AwaitSingles(@JsonProperty("virtual") @Nullable String virtual) {
        this.virtual = virtual;
    }

    /** {@return the pattern of methods that run on virtual threads, or null} */
    public @Nullable String getVirtual() {
        return virtual;
    }

    @Override
    public String getDisplayName() {
        return "Await a `Single`, `Maybe` or `Completable` rather than block";
    }

    @Override
    public String getDescription() {
        return "Turns `single.blockingGet()` on virtual threads into `await(single)`, where no `catch` could tell the difference.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return AwaitVisitor.of(
                virtual,
                Change.of(RXJAVA + "Single blockingGet()", new Word(Word.RXJAVA, "await", "single")),
                Change.of(RXJAVA + "Maybe blockingGet()", new Word(Word.RXJAVA, "await", "maybe")),
                Change.of(RXJAVA + "Completable blockingAwait()", new Word(Word.RXJAVA, "await", "completable")));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AwaitSingles recipe && Objects.equals(virtual, recipe.virtual);
    }

    @Override
    public int hashCode() {
        return Objects.hash(AwaitSingles.class, virtual);
    }
}
