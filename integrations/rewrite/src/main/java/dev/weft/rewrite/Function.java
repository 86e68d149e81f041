package dev.weft.rewrite;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.MethodMatcher;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.Flag;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeUtils;

/**
 * A function of one parameter that may as well be statements.
 *
 * @param parameter its parameter, whose type is not named
 * @param statements what comes before its result
 * @param result its result
 */
record Function(J.VariableDeclarations parameter, List<Statement> statements, Expression result) {
    /**
     * {@return the function of a call, or null if it is not certain to be the same as statements in its place}
     *
     * @param chain what the call is a part of
     */
    static @Nullable Function of(J.MethodInvocation call, J.MethodInvocation chain) {
        if (call.getTypeParameters() != null || !(call.getArguments().get(0) instanceof J.Lambda lambda)) return null;
        J.VariableDeclarations parameter = parameter(lambda);
        if (parameter == null || WordVisitor.hasComments(call) || Hindrance.isIn(lambda)) return null;
        Function function = of(parameter, lambda.getBody());
        return function != null && function.names().allMatch(name -> Names.isOnlyIn(name, lambda, chain))
                ? function
                : null;
    }

    private static J.@Nullable VariableDeclarations parameter(J.Lambda lambda) {
        List<J> parameters = lambda.getParameters().getParameters();
        return parameters.size() == 1
                        && parameters.get(0) instanceof J.VariableDeclarations parameter
                        && parameter.getTypeExpression() == null
                        && !parameter.getVariables().get(0).getSimpleName().equals("_")
                ? parameter
                : null;
    }

    private static @Nullable Function of(J.VariableDeclarations parameter, J body) {
        if (body instanceof Expression result) return new Function(parameter, List.of(), result);
        if (!(body instanceof J.Block block) || block.getStatements().isEmpty()) return null;
        List<Statement> all = block.getStatements();
        List<Statement> before = all.subList(0, all.size() - 1);
        return all.get(all.size() - 1) instanceof J.Return exit
                        && exit.getExpression() != null
                        && before.stream().noneMatch(Hindrance::returns)
                ? new Function(parameter, before, exit.getExpression())
                : null;
    }

    /** {@return the names that it declares, which are visible to the statements after it} */
    Stream<String> names() {
        return Stream.concat(Stream.of(parameter), statements.stream())
                .filter(J.VariableDeclarations.class::isInstance)
                .flatMap(declared -> ((J.VariableDeclarations) declared).getVariables().stream())
                .map(J.VariableDeclarations.NamedVariable::getSimpleName);
    }

    /**
     * Whether its result is certainly not null, and means the same in a variable whose type is not named.
     *
     * @param last whether it is returned at once, so that it may be a primitive
     */
    boolean isNeverNull(boolean last) {
        if (result.getType() instanceof JavaType.Primitive type && type != JavaType.Primitive.String)
            return last && type != JavaType.Primitive.Null;
        if (result instanceof J.Literal || result instanceof J.Binary) return true;
        if (result instanceof J.NewClass made) return made.getBody() == null && (last || !isDiamond(made));
        return result instanceof J.MethodInvocation call
                && call.getMethodType() != null
                && TypeUtils.isString(call.getMethodType().getDeclaringType())
                && TypeUtils.isString(call.getType());
    }

    private static boolean isDiamond(J.NewClass made) {
        return made.getClazz() instanceof J.ParameterizedType;
    }

    /** Whether an operator can be called on an expression as it stands. */
    static boolean isPrimary(Expression expression) {
        return expression instanceof J.MethodInvocation
                || expression instanceof J.Identifier
                || expression instanceof J.FieldAccess;
    }

    /** Whether it does not matter when, or how often, the expression for a function is evaluated. */
    static boolean isConstant(Expression function, J.MethodDeclaration method) {
        if (function instanceof J.Lambda) return true;
        return function instanceof J.MemberReference reference
                && reference.getContaining() instanceof J.Identifier name
                && (name.getFieldType() == null || isConstant(name, method));
    }

    /** Whether a name always means the same object in a method: it can be captured, or is a final field. */
    static boolean isConstant(J.Identifier name, J.MethodDeclaration method) {
        JavaType.Variable variable = name.getFieldType();
        if (variable == null) return false;
        if (name.getSimpleName().equals("this") || variable.hasFlags(Flag.Final)) return true;
        return !(variable.getOwner() instanceof JavaType.FullyQualified)
                && Names.isNeverAssigned(name.getSimpleName(), method);
    }

    /** Whether a method may throw a checked exception; null is a method that is not known. */
    static boolean throwsChecked(JavaType.@Nullable Method method) {
        return method == null || method.getThrownExceptions().stream().anyMatch(Hindrance::isChecked);
    }

    /**
     * Looks for what would be another thing outside of a function: a look at the thread, an error that comes out in
     * another way, a name whose scope would not end.
     */
    private static final class Hindrance extends JavaIsoVisitor<boolean[]> {
        private static final MethodMatcher PROPAGATE = new MethodMatcher("reactor.core.Exceptions *(..)");

        static boolean isIn(J function) {
            boolean[] found = {false};
            new Hindrance().visit(function, found);
            return found[0] || BoundToThread.isIn(function);
        }

        /** Whether there is a return in it, of this function or of another one. */
        static boolean returns(J statement) {
            boolean[] found = {false};
            new JavaIsoVisitor<boolean[]>() {
                @Override
                public J.Return visitReturn(J.Return exit, boolean[] returns) {
                    returns[0] = true;
                    return exit;
                }
            }.visit(statement, found);
            return found[0];
        }

        @Override
        public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, boolean[] found) {
            if (PROPAGATE.matches(call) || throwsChecked(call.getMethodType())) found[0] = true;
            return super.visitMethodInvocation(call, found);
        }

        @Override
        public J.NewClass visitNewClass(J.NewClass made, boolean[] found) {
            if (throwsChecked(made.getMethodType())) found[0] = true;
            return super.visitNewClass(made, found);
        }

        @Override
        public J.Throw visitThrow(J.Throw thrown, boolean[] found) {
            if (isChecked(thrown.getException().getType())) found[0] = true;
            return super.visitThrow(thrown, found);
        }

        @Override
        public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration type, boolean[] found) {
            found[0] = true;
            return type;
        }

        @Override
        public J.InstanceOf visitInstanceOf(J.InstanceOf test, boolean[] found) {
            if (test.getPattern() != null) found[0] = true;
            return super.visitInstanceOf(test, found);
        }

        private static boolean isChecked(@Nullable JavaType exception) {
            return !TypeUtils.isAssignableTo("java.lang.RuntimeException", exception)
                    && !TypeUtils.isAssignableTo("java.lang.Error", exception);
        }
    }
}
