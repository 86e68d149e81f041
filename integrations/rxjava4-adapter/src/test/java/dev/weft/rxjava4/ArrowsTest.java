package dev.weft.rxjava4;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the adapter may depend on: of Reactive Streams, only the JDK's own. */
class ArrowsTest {
    private static final JavaClasses ADAPTER = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.weft.rxjava4");

    @Test
    void theAdapterDependsOnTheApiAndItsLibraryOnly() {
        classes()
                .that()
                .resideInAPackage("dev.weft.rxjava4")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.weft.rxjava4",
                        "dev.weft",
                        "dev.weft.spi",
                        "io.reactivex.rxjava4..",
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
    void onlyTheVerbsAndTheBackendArePublic() {
        classes()
                .that()
                .doNotHaveSimpleName("RxAsync")
                .and()
                .doNotHaveSimpleName("Streamables")
                .and()
                .doNotHaveSimpleName("RxBackend")
                .should()
                .notBePublic()
                .check(ADAPTER);
    }
}
