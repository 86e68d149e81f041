package dev.weft.rewrite;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.Tree;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeUtils;

/**
 * Turns a short chain of {@code map} and {@code flatMap} of a {@code Mono}, {@code Single} or {@code Maybe} into
 * statements that await one step after the other.
 *
 * <p>A method that returns {@code source.flatMap(x -> f(x))} returns {@code mono(() -> { … })} afterwards, whose body
 * awaits the source and then {@code f(x)}; where a coroutine returns {@code await(source.flatMap(x -> f(x)))}, these
 * statements take the place of the {@code return}. What the source's expression does, it still does once and at once.
 *
 * <p>A chain is left alone where an empty source, a null, a name, a type or an error could make a difference. What
 * changes is the thread: the functions ran where the source signalled, and run on the virtual thread of the coroutine.
 *
 * @since 0.1
 */
public final class FlattenChains extends Recipe {
    private static final String SOURCE = "source";
    private static final List<String> BODIES = List.of("java.util.concurrent.Callable", "dev.weft.AsyncBody");

    /** A recipe without options. */
    public FlattenChains() {}

    @Override
    public String getDisplayName() {
        return "Flatten `flatMap` chains into a body";
    }

    @Override
    public String getDescription() {
        return "Turns chains of up to three `map` and `flatMap` into statements that await one step after the other,"
                + " where only the thread is another one.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return new Visitor().whereAny(Stream.of(ChainKind.values()).map(kind -> kind.flatMap));
    }

    private static final class Visitor extends WordVisitor {
        @Override
        public J.Block visitBlock(J.Block block, ExecutionContext run) {
            J.Block visited = super.visitBlock(block, run);
            var statements = new ArrayList<Statement>();
            for (Statement statement : visited.getStatements())
                statements.addAll(statement instanceof J.Return exit ? flat(exit) : List.of(statement));
            return statements.equals(visited.getStatements()) ? visited : visited.withStatements(statements);
        }

        @Override
        public J.Lambda visitLambda(J.Lambda lambda, ExecutionContext run) {
            J.Lambda visited = super.visitLambda(lambda, run);
            J.MethodDeclaration method = getCursor().firstEnclosing(J.MethodDeclaration.class);
            if (method == null || !(visited.getBody() instanceof J.MethodInvocation call) || !returnsObject(visited))
                return visited;
            var lines = Statements.around(getCursor());
            List<Statement> flat = awaited(call, method, lines.deeper());
            return flat == null || Comments.in(flat) != Comments.in(call)
                    ? visited
                    : visited.withBody(lines.block(flat));
        }

        /** The statements instead of a return, which may be itself. */
        private List<Statement> flat(J.Return exit) {
            J.MethodDeclaration method = getCursor().firstEnclosing(J.MethodDeclaration.class);
            if (method == null || !(exit.getExpression() instanceof J.MethodInvocation call)) return List.of(exit);
            Object function = getCursor()
                    .dropParentUntil(at -> at instanceof J.Lambda || at instanceof J.MethodDeclaration)
                    .getValue();
            var lines = Statements.like(exit);
            List<Statement> flat = returnsObject(function) ? awaited(call, method, lines) : null;
            if (flat == null && function == method) flat = built(call, method, lines);
            if (flat == null || Comments.in(flat) != Comments.in(call)) return List.of(exit);
            flat.set(0, flat.get(0).withPrefix(exit.getPrefix()));
            return flat;
        }

        /** Instead of a chain that is awaited where it is returned: its steps. */
        private @Nullable List<Statement> awaited(
                J.MethodInvocation call, J.MethodDeclaration method, Statements lines) {
            Chain chain = Chain.of(call.getArguments().get(0), method);
            if (chain == null || !chain.kind().isAwait(call) || hasComments(call)) return null;
            return steps(chain, chain.source(), lines);
        }

        /** Instead of a chain that a method returns: a body, and what it awaits first, which is made at once. */
        private @Nullable List<Statement> built(J.MethodInvocation call, J.MethodDeclaration method, Statements lines) {
            Chain chain = Chain.of(call, method);
            if (chain == null || chain.kind().value(returned(method)) == null) return null;
            var all = new ArrayList<Statement>();
            Expression source = chain.source();
            if (!(source instanceof J.Identifier name && Function.isConstant(name, method))) {
                if (Names.isIn(SOURCE, method)) return null;
                all.add(lines.declare(SOURCE, source));
                source = Statements.name(SOURCE, source.getType(), null);
            }
            J.Lambda body = lines.body(steps(chain, source, lines.deeper()));
            all.add(lines.exit(write(chain.kind().build, body, call)));
            return all;
        }

        private List<Statement> steps(Chain chain, Expression source, Statements lines) {
            var all = new ArrayList<Statement>();
            Chain.Result first = chain.steps().get(0).from();
            for (Chain.Step step : chain.steps()) {
                Chain.Result from = step.from();
                Expression value = value(chain, from, from == first ? source : from.expression());
                all.add(lines.declare(step.function().parameter(), value));
                if (from.call() != null && chain.kind().mayBeEmpty)
                    all.add(lines.returnNullIfNull(step.function().parameter()));
                step.function().statements().forEach(statement -> all.add(lines.moved(statement)));
            }
            all.add(lines.exit(value(chain, chain.result(), chain.result().expression())));
            return all;
        }

        private Expression value(Chain chain, Chain.Result of, Expression expression) {
            if (of.call() == null) return expression;
            J.MethodInvocation await = write(chain.kind().await, expression, of.call());
            JavaType.Method type = await.getMethodType();
            JavaType.Method own = type == null ? null : type.withReturnType(of.type());
            return await.withId(Tree.randomId())
                    .withMethodType(own)
                    .withName(await.getName().withType(own));
        }

        /** Whether a function returns a reference, so that it can return null. */
        private static boolean returnsObject(Object function) {
            return function instanceof J.MethodDeclaration method
                    ? !(returned(method) instanceof JavaType.Primitive)
                    : function instanceof J.Lambda lambda
                            && BODIES.stream().anyMatch(body -> TypeUtils.isOfClassType(lambda.getType(), body));
        }

        private static @Nullable JavaType returned(J.MethodDeclaration method) {
            return method.getReturnTypeExpression() == null
                    ? null
                    : method.getReturnTypeExpression().getType();
        }
    }
}
