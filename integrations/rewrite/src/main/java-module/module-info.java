/** Recipes for OpenRewrite, which move a code base to Weft. */
module dev.weft.rewrite {
    requires com.fasterxml.jackson.annotation;
    requires transitive rewrite.core;
    requires transitive rewrite.java;
    requires static org.jspecify;

    exports dev.weft.rewrite;
}
