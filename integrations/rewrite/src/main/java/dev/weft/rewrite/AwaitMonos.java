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
import org.openrewrite.java.MethodMatcher;

/**
 * Turns {@code mono.block()} on virtual threads into {@code await(mono)}.
 *
 * <p>{@code mono.single().block()} becomes {@code awaitSingle(mono)}, {@code blockOptional()} becomes
 * {@code awaitOptional}. {@code block(Duration)} is left alone, since its timeout is another exception than that of
 * {@code withTimeout}.
 *
 * @since 0.1
 */
public final class AwaitMonos extends Recipe {
    private static final String MONO = "reactor.core.publisher.Mono";

    @Option(
            displayName = VirtualOption.NAME,
            description = VirtualOption.DESCRIPTION,
            example = VirtualOption.EXAMPLE,
            required = false)
    private final @Nullable String virtual;

    /** @param virtual a pattern of methods that run on virtual threads, or null if none is known to */
    @JsonCreator
    public AwaitMonos(@JsonProperty("virtual") @Nullable String virtual) {
        this.virtual = virtual;
    }

    /** {@return the pattern of methods that run on virtual threads, or null} */
    public @Nullable String getVirtual() {
        return virtual;
    }

    @Override
    public String getDisplayName() {
        return "Await a `Mono` rather than block";
    }

    @Override
    public String getDescription() {
        return "Turns `mono.block()` on virtual threads into `await(mono)`, where no `catch` could tell the difference.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return AwaitVisitor.of(
                virtual,
                new Change(
                        new MethodMatcher(MONO + " block()"),
                        new MethodMatcher(MONO + " single()"),
                        new Word(Word.REACTOR, "awaitSingle", "mono")),
                Change.of(MONO + " block()", new Word(Word.REACTOR, "await", "mono")),
                Change.of(MONO + " blockOptional()", new Word(Word.REACTOR, "awaitOptional", "mono")));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AwaitMonos recipe && Objects.equals(virtual, recipe.virtual);
    }

    @Override
    public int hashCode() {
        return Objects.hash(AwaitMonos.class, virtual);
    }
}
