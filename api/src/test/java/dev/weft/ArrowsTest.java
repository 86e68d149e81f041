package dev.weft;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/**
 * Which package may depend on which: {@code dev.weft} on {@code dev.weft.spi}, that on {@code dev.weft.scheduling}, all on the JDK, and on
 * nothing else.
 */
class ArrowsTest {
    private static final String SCHEDULING = "dev.weft.scheduling";
    private static final String ANNOTATIONS = "org.jspecify.annotations";

    private static final JavaClasses API = new ClassFileImporter()
            .withImportOption(new ImportOption.DoNotIncludeTests())
            .importPackages("dev.weft");

    @Test
    void thePublicWordsDependOnTheEngineAndTheJdkOnly() {
        classes()
                .that()
                .resideInAPackage("dev.weft")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.weft", "dev.weft.spi", "java..", ANNOTATIONS)
                .check(API);
    }

    @Test
    void theEngineDependsOnSchedulersAndTheJdkOnly() {
        classes()
                .that()
                .resideInAPackage("dev.weft.spi")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("dev.weft.spi", SCHEDULING, "java..", ANNOTATIONS)
                .check(API);
    }

    @Test
    void schedulersDependOnTheJdkOnly() {
        classes()
                .that()
                .resideInAPackage(SCHEDULING)
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(SCHEDULING, "java..", ANNOTATIONS)
                .check(API);
    }

    @Test
    void noReactiveLibraryIsNamed() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("org.reactivestreams..", "reactor..", "io.reactivex..", "io.micrometer..", "rx..")
                .check(API);
    }

    @Test
    void thereIsNoOtherPackage() {
        classes()
                .should()
                .resideInAnyPackage("dev.weft", "dev.weft.spi", SCHEDULING)
                .check(API);
    }

    @Test
    void noPackagesImportEachOther() {
        slices().matching("dev.(**)").should().beFreeOfCycles().check(API);
    }
}
