package dev.weft.rewrite;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.Space;

/** Counts comments, none of which may be lost. */
final class Comments extends JavaIsoVisitor<AtomicInteger> {
    private Comments() {}

    static int in(J... code) {
        return in(List.of(code));
    }

    static int in(List<? extends J> code) {
        var count = new AtomicInteger();
        code.forEach(tree -> new Comments().visit(tree, count));
        return count.get();
    }

    /** {@return how many stand before the code} */
    static int before(J code) {
        return code.getPrefix().getComments().size();
    }

    @Override
    public Space visitSpace(@Nullable Space space, Space.Location location, AtomicInteger count) {
        if (space != null) count.addAndGet(space.getComments().size());
        return super.visitSpace(space, location, count);
    }
}
