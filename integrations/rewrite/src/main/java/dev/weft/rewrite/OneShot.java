package dev.weft.rewrite;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.MethodMatcher;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.Statement;

/** An operation that calls back exactly once, and the shape of what completes a future there. */
enum OneShot {
    OKHTTP("okhttp3.Call enqueue(okhttp3.Callback)", true) {
        @Override
        boolean completes(Expression callback, String future) {
            return isObject(callback, future, new Method("onResponse", 1), new Method("onFailure", 1));
        }
    },
    NIO_FILE("java.nio.channels.AsynchronousFileChannel *(.., java.nio.channels.CompletionHandler)", false) {
        @Override
        boolean completes(Expression callback, String future) {
            return isObject(callback, future, new Method("completed", 0), new Method("failed", 0));
        }
    },
    NIO_SOCKET("java.nio.channels.AsynchronousSocketChannel *(.., java.nio.channels.CompletionHandler)", false) {
        @Override
        boolean completes(Expression callback, String future) {
            return NIO_FILE.completes(callback, future);
        }
    },
    KAFKA(
            "org.apache.kafka.clients.producer.Producer"
                    + " send(org.apache.kafka.clients.producer.ProducerRecord, org.apache.kafka.clients.producer.Callback)",
            false) {
        @Override
        boolean completes(Expression callback, String future) {
            return isPair(callback, future);
        }
    };

    private final MethodMatcher start;

    /** Whether the operation is cancelled by {@code cancel()}, and a result that comes too late closed. */
    final boolean cancels;

    OneShot(String start, boolean cancels) {
        this.start = new MethodMatcher(start, true);
        this.cancels = cancels;
    }

    /** Whether a callback completes a future with its result or its failure, and does nothing else. */
    abstract boolean completes(Expression callback, String future);

    /** {@return what a call starts, or null if it is something else, or its callback does more} */
    static @Nullable OneShot of(J.MethodInvocation call, String future) {
        List<Expression> arguments = call.getArguments();
        return Stream.of(values())
                .filter(shape -> shape.start.matches(call))
                .filter(shape -> shape.completes(arguments.get(arguments.size() - 1), future))
                .findFirst()
                .orElse(null);
    }

    /** A method of a callback, and which of its parameters matters. */
    private record Method(String name, int parameter) {}

    private static boolean isObject(Expression callback, String future, Method success, Method failure) {
        if (!(callback instanceof J.NewClass made) || made.getBody() == null) return false;
        List<Statement> members = made.getBody().getStatements();
        return members.size() == 2
                && members.stream().anyMatch(member -> calls(member, success, future, "complete"))
                && members.stream().anyMatch(member -> calls(member, failure, future, "completeExceptionally"));
    }

    private static boolean calls(Statement member, Method expected, String future, String verb) {
        return member instanceof J.MethodDeclaration method
                && method.getSimpleName().equals(expected.name())
                && method.getBody() != null
                && method.getBody().getStatements().size() == 1
                && method.getParameters().size() > expected.parameter()
                && method.getParameters().get(expected.parameter()) instanceof J.VariableDeclarations parameter
                && isCall(method.getBody().getStatements().get(0), future, verb, nameOf(parameter));
    }

    /** {@code (value, failure) -> { if (failure != null) future.completeExceptionally(failure); else …}}, or its reverse. */
    private static boolean isPair(Expression callback, String future) {
        if (!(callback instanceof J.Lambda lambda)
                || !(lambda.getBody() instanceof J.Block body)
                || body.getStatements().size() != 1
                || !(body.getStatements().get(0) instanceof J.If either)
                || either.getElsePart() == null
                || !(either.getIfCondition().getTree() instanceof J.Binary test)) return false;
        String value = nameOf(lambda.getParameters().getParameters().get(0));
        String failure = nameOf(lambda.getParameters().getParameters().get(1));
        boolean isNull = test.getOperator() == J.Binary.Type.Equal;
        if (!isNull && test.getOperator() != J.Binary.Type.NotEqual || !isNullTest(test, failure)) return false;
        Statement then = only(either.getThenPart());
        Statement otherwise = only(either.getElsePart().getBody());
        return isCall(isNull ? otherwise : then, future, "completeExceptionally", failure)
                && isCall(isNull ? then : otherwise, future, "complete", value);
    }

    private static boolean isNullTest(J.Binary test, String name) {
        return isName(test.getLeft(), name)
                && test.getRight() instanceof J.Literal literal
                && "null".equals(literal.getValueSource());
    }

    private static Statement only(Statement statement) {
        return statement instanceof J.Block block && block.getStatements().size() == 1
                ? block.getStatements().get(0)
                : statement;
    }

    private static boolean isCall(Statement statement, String future, String verb, String argument) {
        return statement instanceof J.MethodInvocation call
                && call.getSimpleName().equals(verb)
                && call.getSelect() != null
                && isName(call.getSelect(), future)
                && call.getArguments().size() == 1
                && isName(call.getArguments().get(0), argument);
    }

    private static boolean isName(Expression expression, String name) {
        return expression instanceof J.Identifier identifier
                && identifier.getSimpleName().equals(name);
    }

    private static String nameOf(J parameter) {
        return parameter instanceof J.VariableDeclarations declared
                ? declared.getVariables().get(0).getSimpleName()
                : "";
    }
}
