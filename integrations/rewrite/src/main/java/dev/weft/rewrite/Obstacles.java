package dev.weft.rewrite;

import org.openrewrite.Column;
import org.openrewrite.DataTable;
import org.openrewrite.Recipe;

/**
 * The table of what {@link FindObstacles} found.
 *
 * @since 0.1
 */
public final class Obstacles extends DataTable<Obstacles.Row> {
    /** @param recipe what fills it */
    public Obstacles(Recipe recipe) {
        super(recipe, "Obstacles", "What stands in the way of await-style code.");
    }

    /**
     * An obstacle.
     *
     * @param path the source file
     * @param code the first line of the code
     * @param obstacle what is wrong with it, and what to do
     */
    public record Row(
            @Column(displayName = "Path", description = "The source file.")
            String path,

            @Column(displayName = "Code", description = "The first line of the code.")
            String code,

            @Column(displayName = "Obstacle", description = "What is wrong with it, and what to do.")
            String obstacle) {}
}
