package dev.weft;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.domain.properties.HasModifiers;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.stream.Stream;
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
                .resideInAnyPackage(
                        "dev.weft",
                        "dev.weft.spi",
                        "java..",
                        "javax.management..",
                        "jdk.jfr..",
                        "com.sun.net.httpserver..",
                        ANNOTATIONS)
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

    /** Their package is not exported: nobody outside could name them. */
    @Test
    void noPublicSignatureNamesSchedulers() {
        assertThat(API.stream()
                        .filter(type -> !type.getPackageName().equals(SCHEDULING))
                        .filter(ArrowsTest::isSeen)
                        .flatMap(ArrowsTest::signatures)
                        .filter(named -> named.getPackageName().equals(SCHEDULING)))
                .isEmpty();
    }

    private static boolean isSeen(HasModifiers declared) {
        return declared.getModifiers().contains(JavaModifier.PUBLIC)
                || declared.getModifiers().contains(JavaModifier.PROTECTED);
    }

    /** {@return the types in the declaration of a type and of what others see of its members} */
    private static Stream<JavaClass> signatures(JavaClass type) {
        Stream<JavaClass> members = type.getMembers().stream()
                .filter(ArrowsTest::isSeen)
                .flatMap(member -> member.getAllInvolvedRawTypes().stream());
        return Stream.concat(
                type.getAllRawSuperclasses().stream(), Stream.concat(type.getAllRawInterfaces().stream(), members));
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
