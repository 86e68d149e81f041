package dev.weft.surface;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.lang.ArchRule;
import dev.weft.spi.AwaitCell;
import dev.weft.spi.CoroutineTask;
import dev.weft.spi.IterationCell;
import dev.weft.spi.Scope;
import org.junit.jupiter.api.Test;

/** One word for one idea: the end of a class's name says what it is. */
class NamesTest {
    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .withImportOption(new ImportOption.DoNotIncludeJars())
            .importPackages("dev.weft");

    @Test
    void anAwaitIsCalledOne() {
        check(named(AwaitCell.class, "(Await|AwaitCell)"));
    }

    @Test
    void aLoopIsCalledAnIteration() {
        check(named(IterationCell.class, "(Iteration|IterationCell)"));
    }

    @Test
    void aCoroutineIsCalledATask() {
        check(named(CoroutineTask.class, "Task"));
    }

    @Test
    void aScopeIsCalledOne() {
        check(named(Scope.class, "(Scope|InterruptGate|Task)"));
    }

    private static ArchRule named(Class<?> base, String ending) {
        return classes()
                .that(assignableTo(base))
                .and()
                .doNotHaveModifier(JavaModifier.SYNTHETIC)
                .should()
                .haveNameMatching(".*" + ending)
                .allowEmptyShould(true);
    }

    private static void check(ArchRule rule) {
        rule.check(MODULE);
    }
}
