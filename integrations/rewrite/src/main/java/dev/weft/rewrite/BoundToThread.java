package dev.weft.rewrite;

import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.MethodMatcher;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.TypeUtils;

/** Looks for what notices on which thread it runs. */
final class BoundToThread extends JavaIsoVisitor<boolean[]> {
    private static final MethodMatcher CURRENT = new MethodMatcher("java.lang.Thread currentThread()");

    static boolean isIn(J body) {
        boolean[] found = {false};
        new BoundToThread().visit(body, found);
        return found[0];
    }

    @Override
    public J.Synchronized visitSynchronized(J.Synchronized block, boolean[] found) {
        found[0] = true;
        return block;
    }

    @Override
    public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, boolean[] found) {
        if (CURRENT.matches(call)) found[0] = true;
        return super.visitMethodInvocation(call, found);
    }

    @Override
    public J.Identifier visitIdentifier(J.Identifier name, boolean[] found) {
        if (TypeUtils.isAssignableTo("java.lang.ThreadLocal", name.getType())) found[0] = true;
        return name;
    }
}
