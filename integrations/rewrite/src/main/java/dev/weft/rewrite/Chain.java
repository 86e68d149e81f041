package dev.weft.rewrite;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.TypeUtils;

/**
 * A chain of {@code map} and {@code flatMap}, as the steps of a body.
 *
 * <p>{@code a.flatMap(x -> f(x)).map(g)} is {@code a.flatMap(x -> f(x).map(g))}, so a function that cannot become
 * statements stays the operator that it is, on what was to be awaited before it.
 *
 * @param kind what it is a chain of
 * @param steps its statements but the last, in order
 * @param result what the last statement returns, awaited or not
 */
record Chain(ChainKind kind, List<Step> steps, Result result) {
    private static final int LONGEST = 3;

    /**
     * A function that has become statements.
     *
     * @param from what its parameter is, awaited or not
     * @param function the function
     */
    record Step(Result from, Function function) {}

    /**
     * A value.
     *
     * @param expression the value, or what has to be awaited for it
     * @param type the type of the value
     * @param call a call of the library whose place an await takes; null if it is a value
     */
    record Result(Expression expression, JavaType type, J.@Nullable MethodInvocation call) {}

    /** {@return what it begins with, as it was written} */
    Expression source() {
        return steps.get(0).from().expression();
    }

    /** {@return a chain, or null if it is none, or not certain to be the same as its steps} */
    static @Nullable Chain of(@Nullable Expression expression, J.MethodDeclaration method) {
        ChainKind kind = ChainKind.ofStep(expression);
        return kind != null && expression instanceof J.MethodInvocation whole
                ? new Reader(kind, whole, method).read()
                : null;
    }

    /** Reads a chain from its source to its end. */
    private static final class Reader {
        private final ChainKind kind;
        private final J.MethodInvocation whole;
        private final J.MethodDeclaration method;
        private final Deque<J.MethodInvocation> calls = new ArrayDeque<>();
        private final List<Step> steps = new ArrayList<>();
        private int length;
        private boolean flattens;

        Reader(ChainKind kind, J.MethodInvocation whole, J.MethodDeclaration method) {
            this.kind = kind;
            this.whole = whole;
            this.method = method;
        }

        @Nullable
        Chain read() {
            Result at = awaited(open(whole), whole);
            while (at != null && !calls.isEmpty()) {
                J.MethodInvocation call = calls.removeFirst();
                Function function = function(call);
                if (function != null) steps.add(new Step(at, function));
                at = function != null ? after(function, call) : operator(call, at);
            }
            return at != null && flattens && length <= LONGEST ? new Chain(kind, List.copyOf(steps), at) : null;
        }

        /** Puts the calls of a chain before what is left, and returns what the first of them is called on. */
        private Expression open(Expression expression) {
            Expression at = expression;
            while (at instanceof J.MethodInvocation call && kind.isStep(call) && call.getSelect() != null) {
                calls.addFirst(call);
                length++;
                at = call.getSelect();
            }
            return at;
        }

        /** The function of a call, if it may become statements. A null is an error in a chain, but no value in a body. */
        private @Nullable Function function(J.MethodInvocation call) {
            Function function = Function.of(call, whole);
            return function == null || kind.flatMap.matches(call) || function.isNeverNull(calls.isEmpty())
                    ? function
                    : null;
        }

        private @Nullable Result after(Function function, J.MethodInvocation call) {
            Expression result = function.result();
            if (!kind.flatMap.matches(call)) {
                JavaType type = kind.value(call.getType());
                return type == null ? null : new Result(result, type, null);
            }
            flattens = true;
            return type(result) == null ? null : awaited(open(result), call);
        }

        private @Nullable Result awaited(Expression source, J.MethodInvocation call) {
            JavaType type = type(source);
            return type == null ? null : new Result(source, type, call);
        }

        /** The type of the value; null for what an await may give another type, such as a choice between two types. */
        private @Nullable JavaType type(Expression source) {
            if (!(source instanceof J.Ternary either))
                return Function.isPrimary(source) ? kind.value(source.getType()) : null;
            JavaType one = either.getTruePart().getType();
            return TypeUtils.isOfType(one, either.getFalsePart().getType()) ? kind.value(one) : null;
        }

        /** Leaves a function an operator, of what is awaited before it. */
        private @Nullable Result operator(J.MethodInvocation call, Result on) {
            if (on.call() == null) return null;
            if (call.getSelect() == on.expression()) return awaited(call, call);
            return Function.isPrimary(on.expression())
                            && Function.isConstant(call.getArguments().get(0), method)
                    ? awaited(call.withSelect(on.expression().withPrefix(Space.EMPTY)), call)
                    : null;
        }
    }
}
