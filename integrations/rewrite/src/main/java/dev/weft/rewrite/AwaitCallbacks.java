package dev.weft.rewrite;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.ArrayList;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Option;
import org.openrewrite.Preconditions;
import org.openrewrite.Recipe;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.MethodMatcher;
import org.openrewrite.java.search.UsesMethod;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeTree;
import org.openrewrite.java.tree.TypeUtils;

/**
 * Turns a {@code CompletableFuture} that a callback completes, and that is waited for at once on a virtual thread, into
 * {@code awaitCallback}.
 *
 * <p>It knows {@code Call.enqueue} of OkHttp, whose call is then cancelled with the await and whose late response is
 * closed; the {@code CompletionHandler} of NIO; and {@code Producer.send} of Kafka. The callback must do nothing else.
 *
 * @since 0.1
 */
public final class AwaitCallbacks extends Recipe {
    private static final String FUTURE = "java.util.concurrent.CompletableFuture";

    @Option(
            displayName = VirtualOption.NAME,
            description = VirtualOption.DESCRIPTION,
            example = VirtualOption.EXAMPLE,
            required = false)
    private final @Nullable String virtual;

    /** @param virtual a pattern of methods that run on virtual threads, or null if none is known to */
    @JsonCreator
    public AwaitCallbacks(@JsonProperty("virtual") @Nullable String virtual) {
        this.virtual = virtual;
    }

    /** {@return the pattern of methods that run on virtual threads, or null} */
    public @Nullable String getVirtual() {
        return virtual;
    }

    @Override
    public String getDisplayName() {
        return "Await a callback rather than block on a future that it completes";
    }

    @Override
    public String getDescription() {
        return "Turns a `CompletableFuture` that a callback of OkHttp, NIO or Kafka completes, and that is waited for at"
                + " once on a virtual thread, into `awaitCallback`.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return Preconditions.check(
                new UsesMethod<>(FUTURE + " completeExceptionally(java.lang.Throwable)"),
                new Visitor(VirtualOption.matcher(virtual)));
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return other instanceof AwaitCallbacks recipe && Objects.equals(virtual, recipe.virtual);
    }

    @Override
    public int hashCode() {
        return Objects.hash(AwaitCallbacks.class, virtual);
    }

    /** A declaration of a future, the call whose callback completes it, and the statement that waits for it. */
    private static final class Visitor extends WordVisitor {
        private static final MethodMatcher GET = new MethodMatcher(FUTURE + " get()");
        private static final Word AWAIT = new Word(Word.ASYNC, "awaitCallback", "body");
        private static final MethodMatcher JOIN = new MethodMatcher(FUTURE + " join()");

        private final @Nullable MethodMatcher virtual;

        Visitor(@Nullable MethodMatcher virtual) {
            this.virtual = virtual;
        }

        @Override
        public J.Block visitBlock(J.Block block, ExecutionContext run) {
            J.Block visited = super.visitBlock(block, run);
            var statements = new ArrayList<>(visited.getStatements());
            for (int i = 0; i + 2 < statements.size(); i++) {
                Statement awaiting = awaiting(statements.get(i), statements.get(i + 1), statements.get(i + 2));
                if (awaiting == null) continue;
                statements.set(i, awaiting);
                statements.subList(i + 1, i + 3).clear();
            }
            if (statements.size() == visited.getStatements().size()) return visited;
            maybeRemoveImport(FUTURE);
            maybeRemoveImport("java.util.concurrent.ExecutionException");
            return visited.withStatements(statements);
        }

        /** The statement instead of three, or null to leave them alone. */
        private @Nullable Statement awaiting(Statement made, Statement start, Statement wait) {
            if (!(made instanceof J.VariableDeclarations declared) || !(start instanceof J.MethodInvocation call))
                return null;
            TypeTree type = resultType(declared);
            J.MethodInvocation waiting = waiting(wait, type);
            if (type == null || waiting == null) return null;
            String future = declared.getVariables().get(0).getSimpleName();
            OneShot shape = OneShot.of(call, future);
            J.MethodDeclaration method = getCursor().firstEnclosing(J.MethodDeclaration.class);
            if (shape == null || method == null || !canEndEarly(shape, call, type)) return null;
            if (!isAlone(future, call, waiting, method)) return null;
            if (!new Place(new Cursor(getCursor(), wait)).isSafe(virtual)) return null;
            if (Comments.in(made) + Comments.in(wait) > Comments.before(made)) return null;
            return awaiting(wait, waiting, call, shape, type, future).withPrefix(made.getPrefix());
        }

        /** Whether it can be cancelled by the name of its call, or has no result that somebody must close. */
        private static boolean canEndEarly(OneShot shape, J.MethodInvocation call, TypeTree result) {
            return shape.cancels
                    ? call.getSelect() instanceof J.Identifier
                    : !TypeUtils.isAssignableTo("java.lang.AutoCloseable", result.getType());
        }

        private Statement awaiting(
                Statement wait,
                J.MethodInvocation waiting,
                J.MethodInvocation call,
                OneShot shape,
                TypeTree type,
                String future) {
            JavaType.Method like = Objects.requireNonNull(waiting.getMethodType());
            J.Lambda body = Callbacks.body(call, like, shape, type, future, Statements.like(wait));
            J.MethodInvocation await = write(AWAIT, body, waiting);
            return (Statement)
                    new JavaIsoVisitor<Integer>() {
                        @Override
                        public J.MethodInvocation visitMethodInvocation(J.MethodInvocation at, Integer none) {
                            return at == waiting ? await : super.visitMethodInvocation(at, none);
                        }
                    }.visitNonNull(wait, 0);
        }

        /** Whether the future is in these statements only, and the call in a lambda would mean the same. */
        private static boolean isAlone(
                String future, J.MethodInvocation call, J.MethodInvocation waiting, J.MethodDeclaration method) {
            return Names.count(future, method) == 4
                    && Names.count(future, call) == 2
                    && Names.count(future, waiting) == 1
                    && !Names.isIn(Callbacks.DONE, method)
                    && Names.areConstant(call, method)
                    && !Function.throwsChecked(call.getMethodType());
        }

        /** {@code T} of {@code CompletableFuture<T> future = new CompletableFuture<>()}, or null. */
        private static @Nullable TypeTree resultType(J.VariableDeclarations declared) {
            return declared.getVariables().size() == 1
                            && declared.getVariables().get(0).getInitializer() instanceof J.NewClass made
                            && TypeUtils.isOfClassType(made.getType(), FUTURE)
                            && made.getBody() == null
                            && declared.getTypeExpression() instanceof J.ParameterizedType type
                            && TypeUtils.isOfClassType(type.getType(), FUTURE)
                            && type.getTypeParameters() != null
                            && type.getTypeParameters().get(0) instanceof TypeTree result
                    ? result
                    : null;
        }

        /** {@code future.get()} of {@code return future.get()} or {@code T value = future.get()}, or null. */
        private J.@Nullable MethodInvocation waiting(Statement wait, @Nullable TypeTree type) {
            Expression value = null;
            JavaType target = null;
            if (wait instanceof J.Return exit
                    && getCursor().getParentTreeCursor().getValue() instanceof J.MethodDeclaration method
                    && method.getReturnTypeExpression() != null) {
                value = exit.getExpression();
                target = method.getReturnTypeExpression().getType();
            } else if (wait instanceof J.VariableDeclarations declared
                    && declared.getVariables().size() == 1) {
                value = declared.getVariables().get(0).getInitializer();
                target = isVar(declared) ? null : declared.getType();
            }
            return value instanceof J.MethodInvocation call
                            && (GET.matches(call) || JOIN.matches(call))
                            && type != null
                            && target != null
                            && TypeUtils.isOfType(target, type.getType())
                    ? call
                    : null;
        }

        private static boolean isVar(J.VariableDeclarations declared) {
            return declared.getTypeExpression() instanceof J.Identifier name
                    && name.getSimpleName().equals("var");
        }
    }
}
