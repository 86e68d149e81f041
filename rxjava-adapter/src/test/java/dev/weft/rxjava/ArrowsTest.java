package dev.weft.rxjava;

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
            .importPackages("dev.weft.rxjava");

    @Test
    void theAdapterDependsOnTheApiAndItsLibraryOnly() {
        classes()
                .that()
                .resideInAPackage("dev.weft.rxjava")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.weft.rxjava",
                        "dev.weft",
                        "dev.weft.spi",
                        "io.reactivex.rxjava3..",
                        "org.reactivestreams",
                        "io.micrometer.context",
                        "reactor.blockhound..",
                        "io.vertx.core..",
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
    void blockHoundIsOptional() {
        noClasses()
                .that()
                .doNotHaveSimpleName("RxBlockHoundIntegration")
                .should()
                .dependOnClassesThat(resideInAPackage("reactor.."))
                .check(ADAPTER);
    }

    @Test
    void vertxIsOptional() {
        noClasses()
                .that()
                .haveNameNotMatching(".*\\.VertxLoops(\\$.*)?")
                .should()
                .dependOnClassesThat(resideInAPackage("io.vertx.."))
                .check(ADAPTER);
    }

    @Test
    void onlyTheEntryPointAndTheProvidersArePublic() {
        classes()
                .that()
                .doNotHaveSimpleName("RxAsync")
                .and()
                .doNotHaveSimpleName("RxBackend")
                .and()
                .doNotHaveSimpleName("RxBlockHoundIntegration")
                .and()
                .doNotHaveSimpleName("VertxLoops")
                .should()
                .notBePublic()
                .check(ADAPTER);
    }
}
