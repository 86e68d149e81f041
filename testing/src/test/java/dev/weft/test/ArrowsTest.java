package dev.weft.test;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the module may depend on. */
class ArrowsTest {
    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.weft.test");

    /** On no library that it moves in time: their adapters know them. */
    @Test
    void itDependsOnTheApiJUnitAndAssertJOnly() {
        classes()
                .that()
                .resideInAPackage("dev.weft.test")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.weft.test",
                        "dev.weft",
                        "dev.weft.spi",
                        "org.assertj.core.api..",
                        "org.jspecify.annotations",
                        "org.junit.jupiter.api..",
                        "org.junit.platform.commons..",
                        "reactor.blockhound..",
                        "org.apiguardian..",
                        "java..")
                .check(MODULE);
    }

    @Test
    void jUnitIsOptional() {
        noClasses()
                .that()
                .resideInAPackage("dev.weft.test")
                .and()
                .haveSimpleNameNotStartingWith("Weft")
                .and()
                .haveSimpleNameNotStartingWith("Settings")
                .and()
                .haveSimpleNameNotStartingWith("NoBlocking")
                .should()
                .dependOnClassesThat(resideInAPackage("org.junit.."))
                .check(MODULE);
    }

    @Test
    void blockHoundIsOptional() {
        noClasses()
                .that()
                .resideInAPackage("dev.weft.test")
                .and()
                .doNotHaveFullyQualifiedName(TestBlockHoundIntegration.class.getName())
                .and()
                .haveNameNotMatching(".*\\.TestBlockHoundIntegration\\$.*")
                .should()
                .dependOnClassesThat(resideInAPackage("reactor.."))
                .check(MODULE);
    }

    @Test
    void assertJIsOptional() {
        noClasses()
                .that()
                .resideInAPackage("dev.weft.test")
                .and()
                .haveSimpleNameNotEndingWith("Assert")
                .should()
                .dependOnClassesThat(resideInAPackage("org.assertj.."))
                .check(MODULE);
    }
}
