package dev.weft.tck;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.belongToAnyOf;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the kit may depend on. */
class ArrowsTest {
    private static final JavaClasses KIT = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.weft.tck");

    @Test
    void theKitDependsOnTheApiAndJUnitOnly() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.weft.tck..",
                        "dev.weft",
                        "dev.weft.spi",
                        "org.junit.jupiter.api..",
                        "org.opentest4j",
                        "org.jspecify.annotations",
                        "java..")
                .check(KIT);
    }

    @Test
    void theRulesDoNotKnowThePrograms() {
        noClasses()
                .that()
                .resideInAPackage("dev.weft.tck")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("dev.weft.tck.programs")
                .check(KIT);
    }

    @Test
    void theProgramsTakeTheAuthorsSourcesFromTheRulesAndNothingElse() {
        noClasses()
                .that()
                .resideInAPackage("dev.weft.tck.programs")
                .should()
                .dependOnClassesThat(
                        resideInAPackage("dev.weft.tck").and(not(belongToAnyOf(Sources.class, Later.class))))
                .check(KIT);
    }
}
