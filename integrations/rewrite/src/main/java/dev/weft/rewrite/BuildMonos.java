package dev.weft.rewrite;

import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Preconditions;
import org.openrewrite.Recipe;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.MethodMatcher;
import org.openrewrite.java.search.UsesMethod;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;

/**
 * Turns {@code Mono.fromCallable(body).subscribeOn(Schedulers.boundedElastic())} into {@code mono(body)}, which has a
 * virtual thread of its own.
 *
 * <p>A body is left alone if it has a {@code synchronized} block, which holds on to the carrier before JDK 24, or if
 * it asks for the current thread or a {@code ThreadLocal}.
 *
 * @since 0.1
 */
public final class BuildMonos extends Recipe {
    private static final MethodMatcher SUBSCRIBE_ON =
            new MethodMatcher("reactor.core.publisher.Mono subscribeOn(reactor.core.scheduler.Scheduler)");
    private static final MethodMatcher FROM_CALLABLE =
            new MethodMatcher("reactor.core.publisher.Mono fromCallable(java.util.concurrent.Callable)");
    private static final MethodMatcher ELASTIC =
            new MethodMatcher("reactor.core.scheduler.Schedulers boundedElastic()");
    private static final Word MONO = new Word(Word.REACTOR, "mono", "body");

    /** A recipe without options. */
    public BuildMonos() {}

    @Override
    public String getDisplayName() {
        return "Build a `Mono` from a body rather than with `boundedElastic()`";
    }

    @Override
    public String getDescription() {
        return "Turns `Mono.fromCallable(body).subscribeOn(Schedulers.boundedElastic())` into `mono(body)`, which runs on"
                + " a virtual thread.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return Preconditions.check(new UsesMethod<>(ELASTIC), new Visitor());
    }

    private static final class Visitor extends WordVisitor {
        @Override
        public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, ExecutionContext run) {
            J.MethodInvocation visited = super.visitMethodInvocation(call, run);
            Expression body = body(visited);
            if (body == null || BoundToThread.isIn(body)) return visited;
            maybeRemoveImport("reactor.core.publisher.Mono");
            maybeRemoveImport("reactor.core.scheduler.Schedulers");
            maybeRemoveImport("reactor.core.scheduler.Schedulers.boundedElastic");
            return write(MONO, body, visited);
        }

        /** The argument of {@code fromCallable}, or null if the call is another one. */
        private static @Nullable Expression body(J.MethodInvocation call) {
            if (!SUBSCRIBE_ON.matches(call) || hasComments(call)) return null;
            if (!(call.getArguments().get(0) instanceof J.MethodInvocation scheduler)) return null;
            if (!ELASTIC.matches(scheduler)) return null;
            if (!(call.getSelect() instanceof J.MethodInvocation made)) return null;
            if (!FROM_CALLABLE.matches(made) || hasComments(made) || made.getTypeParameters() != null) return null;
            return made.getArguments().get(0);
        }
    }
}
