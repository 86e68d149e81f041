package dev.weft.spring.boot;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the starter may depend on. */
class ArrowsTest {
    private static final JavaClasses MODULE = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.weft.spring.boot");

    @Test
    void itDependsOnWeftForSpringAndOnBoot() {
        classes()
                .that()
                .resideInAPackage("dev.weft.spring.boot")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.weft.spring.boot",
                        "dev.weft.spring",
                        "dev.weft",
                        "dev.weft.micrometer",
                        "io.micrometer..",
                        "org.springframework..",
                        "org.jspecify.annotations",
                        "java..")
                .check(MODULE);
    }

    @Test
    void micrometerAndTheActuatorAreOptional() {
        noClasses()
                .that()
                .haveNameNotMatching(".*WeftObservabilityAutoConfiguration\\$.*")
                .and()
                .doNotHaveSimpleName("CoroutinesEndpoint")
                .should()
                .dependOnClassesThat(resideInAnyPackage(
                        "dev.weft.micrometer", "io.micrometer..", "org.springframework.boot.actuate.."))
                .check(MODULE);
    }

    @Test
    void theWebAndTransactionsAreOptional() {
        noClasses()
                .that()
                .haveNameNotMatching(".*WeftAutoConfiguration\\$.*")
                .should()
                .dependOnClassesThat(resideInAPackage("org.springframework.web.."))
                .orShould()
                .dependOnClassesThat(resideInAPackage("org.springframework.transaction.."))
                .check(MODULE);
    }
}
