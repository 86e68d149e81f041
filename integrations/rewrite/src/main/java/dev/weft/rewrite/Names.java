package dev.weft.rewrite;

import java.util.concurrent.atomic.AtomicBoolean;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;

/** Counts what a name stands for in a piece of code: each declaration, use and assignment of a variable. */
final class Names extends JavaIsoVisitor<String> {
    private int declared;
    private int mentioned;
    private int assigned;

    private Names() {}

    private static Names of(String name, J code) {
        var names = new Names();
        names.visit(code, name);
        return names;
    }

    static boolean isIn(String name, J code) {
        return count(name, code) > 0;
    }

    static int count(String name, J code) {
        return of(name, code).mentioned;
    }

    /** Whether each variable of a method that a piece of its code uses, but does not declare, has one value only. */
    static boolean areConstant(J code, J.MethodDeclaration method) {
        var constant = new AtomicBoolean(true);
        new JavaIsoVisitor<AtomicBoolean>() {
            @Override
            public J.Identifier visitIdentifier(J.Identifier name, AtomicBoolean all) {
                JavaType.Variable variable = name.getFieldType();
                boolean local = variable != null && !(variable.getOwner() instanceof JavaType.FullyQualified);
                if (local && of(name.getSimpleName(), code).declared == 0 && !Function.isConstant(name, method))
                    all.set(false);
                return name;
            }
        }.visit(code, constant);
        return constant.get();
    }

    /** Whether a variable is the only one of its name in a chain, and nothing outside of its function has that name. */
    static boolean isOnlyIn(String name, J function, J chain) {
        Names inside = of(name, function);
        Names all = of(name, chain);
        return all.declared == 1 && all.mentioned == inside.mentioned;
    }

    /** Whether a variable has one value only: it is declared with it, once, and never assigned. */
    static boolean isNeverAssigned(String name, J.MethodDeclaration method) {
        Names all = of(name, method);
        return all.declared == 1 && all.assigned == 0;
    }

    @Override
    public J.VariableDeclarations.NamedVariable visitVariable(
            J.VariableDeclarations.NamedVariable variable, String name) {
        if (variable.getSimpleName().equals(name)) declared++;
        return super.visitVariable(variable, name);
    }

    @Override
    public J.Identifier visitIdentifier(J.Identifier identifier, String name) {
        boolean method = getCursor().getParentTreeCursor().getValue() instanceof J.MethodInvocation call
                && call.getName() == identifier;
        if (identifier.getSimpleName().equals(name) && !method) mentioned++;
        return identifier;
    }

    @Override
    public J.Assignment visitAssignment(J.Assignment assignment, String name) {
        assigned(assignment.getVariable(), name);
        return super.visitAssignment(assignment, name);
    }

    @Override
    public J.AssignmentOperation visitAssignmentOperation(J.AssignmentOperation assignment, String name) {
        assigned(assignment.getVariable(), name);
        return super.visitAssignmentOperation(assignment, name);
    }

    @Override
    public J.Unary visitUnary(J.Unary unary, String name) {
        if (unary.getOperator().isModifying()) assigned(unary.getExpression(), name);
        return super.visitUnary(unary, name);
    }

    private void assigned(Expression variable, String name) {
        if (variable instanceof J.Identifier identifier
                && identifier.getSimpleName().equals(name)) assigned++;
    }
}
