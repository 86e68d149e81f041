package dev.weft.rewrite;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import org.junit.jupiter.api.Test;

/** What the module may depend on. */
class ArrowsTest {
    /** Nor on Weft: a recipe runs in Maven's JVM, and only writes the names of its words. */
    @Test
    void itDependsOnOpenRewriteOnly() {
        classes()
                .that()
                .resideInAPackage("dev.weft.rewrite")
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage(
                        "dev.weft.rewrite",
                        "org.openrewrite..",
                        "com.fasterxml.jackson.annotation",
                        "org.jspecify.annotations",
                        "java..")
                .check(new ClassFileImporter()
                        .withImportOption(new ImportOption.DoNotIncludeTests())
                        .importPackages("dev.weft.rewrite"));
    }
}
