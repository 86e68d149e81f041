package dev.weft.reactor;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the adapter may depend on. */
class ArrowsTest {
    private static final JavaClasses ADAPTER = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.weft.reactor");

    @Test
    void theAdapterDependsOnTheApiAndItsLibraryOnly() {
        classes()
                .that()
                .resideInAPackage("dev.weft.reactor")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.weft.reactor",
                        "dev.weft",
                        "dev.weft.spi",
                        "reactor..",
                        "org.reactivestreams",
                        "io.micrometer.context",
                        "org.jspecify.annotations",
                        "java..")
                .check(ADAPTER);
    }

    @Test
    void contextPropagationIsOptional() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.ThreadLocals(\\$.*)?")
                .should()
                .dependOnClassesThat(resideInAPackage("io.micrometer.."))
                .check(ADAPTER);
    }

    @Test
    void onlyTheEntryPointAndTheBackendArePublic() {
        classes()
                .that()
                .doNotHaveSimpleName("ReactorAsync")
                .and()
                .doNotHaveSimpleName("ReactorBackend")
                .should()
                .notBePublic()
                .check(ADAPTER);
    }
}
