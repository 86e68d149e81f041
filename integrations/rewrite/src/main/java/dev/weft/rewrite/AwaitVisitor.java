package dev.weft.rewrite;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openrewrite.ExecutionContext;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.MethodMatcher;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/** Turns a call that blocks, {@code source.block()}, into {@code await(source)}, where its place is safe. */
final class AwaitVisitor extends WordVisitor {
    /** Values that must be consumed before their source ends, for which an await would wait forever. */
    private static final List<String> OPEN = List.of(
            "io.r2dbc.spi.Result",
            "org.reactivestreams.Publisher",
            "java.util.concurrent.Flow$Publisher",
            "io.reactivex.rxjava3.core.ObservableSource");

    private final List<Change> changes;
    private final @Nullable MethodMatcher virtual;

    /**
     * What to write instead of a call.
     *
     * @param call the call that blocks
     * @param on what it is called on, which may be left out then; null if that does not matter
     * @param word what to write
     */
    record Change(MethodMatcher call, @Nullable MethodMatcher on, Word word) {
        static Change of(String call, Word word) {
            return new Change(new MethodMatcher(call), null, word);
        }

        /** {@return what the word is applied to, or null if it does not fit} */
        @Nullable
        Expression source(J.MethodInvocation blocking) {
            if (!call.matches(blocking) || hasComments(blocking)) return null;
            Expression source = bare(blocking.getSelect());
            if (on == null) return source;
            if (!(source instanceof J.MethodInvocation inner) || !on.matches(inner) || hasComments(inner)) return null;
            return bare(inner.getSelect());
        }
    }

    private AwaitVisitor(@Nullable String virtual, List<Change> changes) {
        this.virtual = VirtualOption.matcher(virtual);
        this.changes = changes;
    }

    /**
     * {@return a visitor of the sources that have one of the calls; they need not import the type of what blocks}
     *
     * @param virtual a pattern of methods that run on virtual threads, or null
     * @param changes what to write instead of which call; of several that fit, the first
     */
    static TreeVisitor<?, ExecutionContext> of(@Nullable String virtual, Change... changes) {
        return new AwaitVisitor(virtual, List.of(changes))
                .whereAny(Stream.of(changes).map(Change::call));
    }

    @Override
    public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, ExecutionContext run) {
        J.MethodInvocation visited = super.visitMethodInvocation(call, run);
        for (Change change : changes) {
            Expression source = change.source(visited);
            if (source != null) return isSafe(source) ? write(change.word(), source, visited) : visited;
        }
        return visited;
    }

    private boolean isSafe(Expression source) {
        return isClosed(source.getType()) && new Place(getCursor()).isSafe(virtual);
    }

    /** Whether the type says that a value means no more than itself. */
    static boolean isClosed(@Nullable JavaType source) {
        if (TypeUtils.isOfClassType(source, "io.reactivex.rxjava3.core.Completable")) return true;
        return source instanceof JavaType.Parameterized type
                && type.getTypeParameters().size() == 1
                && OPEN.stream()
                        .noneMatch(open -> TypeUtils.isAssignableTo(
                                open, type.getTypeParameters().get(0)));
    }

    private static @Nullable Expression bare(@Nullable Expression expression) {
        return expression instanceof J.Parentheses<?> around
                        && around.getTree() instanceof Expression inner
                        && around.getComments().isEmpty()
                        && inner.getComments().isEmpty()
                ? inner
                : expression;
    }
}
