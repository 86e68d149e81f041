package dev.weft.spring;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
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
            .importPackages("dev.weft.spring");

    @Test
    void itDependsOnTheApiAndSpringOnly() {
        classes()
                .that()
                .resideInAPackage("dev.weft.spring")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.weft.spring",
                        "dev.weft",
                        "dev.weft.reactor",
                        "org.reactivestreams",
                        "org.aopalliance..",
                        "org.springframework..",
                        "reactor.core.publisher",
                        "reactor.util.context",
                        "org.junit.jupiter.api..",
                        "org.jspecify.annotations",
                        "java..")
                .check(MODULE);
    }

    @Test
    void bootIsNotNeeded() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("org.springframework.boot.."))
                .check(MODULE);
    }

    @Test
    void onlyWhatIsForTestsNeedsJUnitAndSpringsTests() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.(RolledBack|RollbackExtension.*)")
                .should()
                .dependOnClassesThat(resideInAnyPackage("org.junit..", "org.springframework.test.."))
                .check(MODULE);
    }

    /** So that they load where only {@code spring-context} is there. */
    @Test
    void theWebAndTransactionsAndSecurityAreOptional() {
        noClasses()
                .that()
                .haveSimpleName("ReactiveTypes")
                .or()
                .haveSimpleName("ReturnTypeGuard")
                .or()
                .haveSimpleName("WeftRegistrar")
                .or()
                .haveSimpleName("RegistryPostProcessor")
                .should()
                .dependOnClassesThat(resideInAPackage("org.springframework.web.."))
                .orShould()
                .dependOnClassesThat(resideInAPackage("org.springframework.transaction.."))
                .orShould()
                .dependOnClassesThat(resideInAPackage("org.springframework.security.."))
                .check(MODULE);
    }
}
