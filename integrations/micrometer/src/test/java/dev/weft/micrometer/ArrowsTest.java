package dev.weft.micrometer;

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
            .importPackages("dev.weft.micrometer");

    @Test
    void itDependsOnTheApiAndMicrometerOnly() {
        classes()
                .that()
                .resideInAPackage("dev.weft.micrometer")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.weft.micrometer",
                        "dev.weft",
                        "dev.weft.spi",
                        "io.micrometer.common..",
                        "io.micrometer.core.instrument..",
                        "io.micrometer.observation",
                        "io.micrometer.observation.docs",
                        "jdk.jfr..",
                        "org.jspecify.annotations",
                        "java..")
                .check(MODULE);
    }

    /** Nor {@code ObservationThreadLocalAccessor}, which needs it: its key is a constant of the compiler. */
    @Test
    void contextPropagationIsNotNeeded() {
        noClasses()
                .should()
                .dependOnClassesThat(resideInAPackage("io.micrometer.context.."))
                .orShould()
                .dependOnClassesThat(resideInAPackage("io.micrometer.observation.contextpropagation"))
                .check(MODULE);
    }

    @Test
    void theFlightRecorderIsOptional() {
        noClasses()
                .that()
                .doNotHaveSimpleName("PinnedCarrierMetrics")
                .should()
                .dependOnClassesThat(resideInAPackage("jdk.jfr.."))
                .check(MODULE);
    }
}
