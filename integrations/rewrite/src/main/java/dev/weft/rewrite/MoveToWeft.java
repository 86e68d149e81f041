package dev.weft.rewrite;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Option;
import org.openrewrite.Recipe;

/**
 * All recipes that change code: {@link BuildMonos}, {@link AwaitCallbacks}, {@link AwaitMonos}, {@link AwaitSingles},
 * {@link AwaitFutures} and {@link FlattenChains}.
 *
 * @since 0.1
 */
public final class MoveToWeft extends Recipe {
    @Option(
            displayName = VirtualOption.NAME,
            description = VirtualOption.DESCRIPTION,
            example = VirtualOption.EXAMPLE,
            required = false)
    private final @Nullable String virtual;

    /** @param virtual a pattern of methods that run on virtual threads, or null if none is known to */
    @JsonCreator
    public MoveToWeft(@JsonProperty("virtual") @Nullable String virtual) {
        this.virtual = virtual;
    }

    /** {@return the pattern of methods that run on virtual threads, or null} */
    public @Nullable String getVirtual() {
        return virtual;
    }

    @Override
    public String getDisplayName() {
        return "Move to Weft";
    }

    @Override
    public String getDescription() {
        return "Turns blocking calls into await-style code, where that is certain to be safe.";
    }

    @Override
    public List<Recipe> getRecipeList() {
        return List.of(
                new BuildMonos(),
                new AwaitCallbacks(virtual),
                new AwaitMonos(virtual),
                new AwaitSingles(virtual),
                new AwaitFutures(virtual),
                new FlattenChains());
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof MoveToWeft recipe && Objects.equals(virtual, recipe.virtual);
    }

    @Override
    public int hashCode() {
        return Objects.hash(MoveToWeft.class, virtual);
    }
}
