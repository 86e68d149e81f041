package dev.weft.rewrite;

import org.jspecify.annotations.Nullable;
import org.openrewrite.java.MethodMatcher;

/** What is said of an option that several recipes have; OpenRewrite does not look for one in a superclass. */
final class VirtualOption {
    static final String NAME = "Methods on virtual threads";
    static final String DESCRIPTION =
            "A method pattern. In methods that match, calls are changed too; elsewhere, only where"
                    + " the code around a call starts a virtual thread.";
    static final String EXAMPLE = "com.shop.web.*Controller *(..)";

    private VirtualOption() {}

    /** {@return what the pattern matches, or null if there is none} */
    static @Nullable MethodMatcher matcher(@Nullable String virtual) {
        return virtual == null ? null : new MethodMatcher(virtual, true);
    }
}
