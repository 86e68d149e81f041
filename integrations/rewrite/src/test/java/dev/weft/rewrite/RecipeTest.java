package dev.weft.rewrite;

import static org.openrewrite.java.Assertions.java;

import java.nio.file.Path;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.openrewrite.Recipe;
import org.openrewrite.RecipeRun;
import org.openrewrite.Result;
import org.openrewrite.SourceFile;
import org.openrewrite.test.RecipeSpec;
import org.openrewrite.test.RewriteTest;
import org.openrewrite.test.SourceSpecs;

/** A test of a recipe; the code that it writes or leaves alone is compiled, and a second run changes nothing. */
abstract class RecipeTest implements RewriteTest {
    @TempDir
    Path classes;

    abstract Recipe recipe();

    @BeforeAll
    static void assumeParser() {
        Sources.assumeParser();
    }

    @Override
    public void defaults(RecipeSpec spec) {
        spec.recipe(recipe()).parser(Sources.parser()).afterRecipe(this::compile);
    }

    private void compile(RecipeRun run) {
        for (Result result : run.getChangeset().getAllResults()) {
            SourceFile after = result.getAfter();
            if (after != null) Sources.compile(after.getSourcePath().toString(), after.printAll(), classes);
        }
    }

    void becomes(String before, String after) {
        rewriteRun(java(before, after));
    }

    void staysAlone(String source) {
        rewriteRun(unchanged(source));
    }

    SourceSpecs unchanged(String source) {
        return java(
                source,
                spec -> spec.beforeRecipe(
                        unit -> Sources.compile(unit.getSourcePath().toString(), source, classes)));
    }

    /** {@return a class with a method for each statement} */
    static String methods(String imports, String parameters, String... statements) {
        var source = new StringBuilder(imports).append("\nclass Shop {\n");
        for (int i = 0; i < statements.length; i++)
            source.append("    void sell%d(%s) throws Exception {\n        %s;\n    }\n"
                    .formatted(i, parameters, statements[i]));
        return source.append("}\n").toString();
    }
}
