package dev.weft.rewrite;

import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Recipe;
import org.openrewrite.SourceFile;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.MethodMatcher;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;
import org.openrewrite.marker.SearchResult;

/**
 * Reports what stands in the way of a move to Weft, and changes nothing: calls that block inside operators, thread-locals, and
 * waits inside {@code synchronized}, which hold on to the carrier before JDK 24.
 *
 * <p>Each is marked in the source with what to do, and is a row of the table {@link Obstacles}.
 *
 * @since 0.1
 */
public final class FindObstacles extends Recipe {
    private static final String IN_OPERATOR = "blocks inside an operator: make it a body, which may wait";
    private static final String THREAD_LOCAL = "a thread-local: give it a ThreadLocalAccessor, or use a context";
    private static final String MONITOR = "waits inside synchronized, which pins before JDK 24: use a ReentrantLock";

    private static final List<MethodMatcher> BLOCKING = List.of(
            new MethodMatcher("java.lang.Thread sleep(..)"),
            new MethodMatcher("java.util.concurrent.CompletableFuture join()"),
            new MethodMatcher("java.util.concurrent.Future get(..)", true),
            new MethodMatcher("java.util.concurrent.CountDownLatch await(..)"),
            new MethodMatcher("reactor.core.publisher.Mono block*(..)"),
            new MethodMatcher("reactor.core.publisher.Flux block*(..)"),
            new MethodMatcher("reactor.core.publisher.Flux toIterable(..)"),
            new MethodMatcher("reactor.core.publisher.Flux toStream(..)"),
            new MethodMatcher("io.reactivex.rxjava3.core.* blocking*(..)"));

    private static final List<MethodMatcher> AWAITING = List.of(
            new MethodMatcher("dev.weft.Async await*(..)"),
            new MethodMatcher("dev.weft.Async delay(..)"),
            new MethodMatcher("dev.weft.reactor.ReactorAsync await*(..)"),
            new MethodMatcher("dev.weft.rxjava.RxAsync await*(..)"));

    /** What runs its argument where it is subscribed to, which may be a thread that may block. */
    private static final Set<String> SOURCES = Set.of("fromCallable", "fromSupplier", "fromRunnable", "fromAction");

    private final transient Obstacles obstacles = new Obstacles(this);

    /** A recipe without options. */
    public FindObstacles() {}

    @Override
    public String getDisplayName() {
        return "Find what stands in the way of Weft";
    }

    @Override
    public String getDescription() {
        return "Marks calls that block inside operators, thread-locals, and waits inside `synchronized`. Changes nothing.";
    }

    @Override
    public TreeVisitor<?, ExecutionContext> getVisitor() {
        return new Visitor();
    }

    private static boolean isBlocking(JavaType.@Nullable Method method) {
        return BLOCKING.stream().anyMatch(matcher -> matcher.matches(method));
    }

    private static boolean isWaiting(JavaType.@Nullable Method method) {
        return isBlocking(method) || AWAITING.stream().anyMatch(matcher -> matcher.matches(method));
    }

    private final class Visitor extends JavaIsoVisitor<ExecutionContext> {
        @Override
        public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, ExecutionContext run) {
            J.MethodInvocation visited = super.visitMethodInvocation(call, run);
            if (isBlocking(call.getMethodType()) && isInOperator(getCursor())) return found(visited, IN_OPERATOR, run);
            if (makesThreadLocal(call)) return found(visited, THREAD_LOCAL, run);
            return visited;
        }

        @Override
        public J.MemberReference visitMemberReference(J.MemberReference reference, ExecutionContext run) {
            J.MemberReference visited = super.visitMemberReference(reference, run);
            boolean operator = Boolean.TRUE.equals(operatorAround(getCursor()));
            return operator && isBlocking(reference.getMethodType()) ? found(visited, IN_OPERATOR, run) : visited;
        }

        @Override
        public J.NewClass visitNewClass(J.NewClass made, ExecutionContext run) {
            J.NewClass visited = super.visitNewClass(made, run);
            return TypeUtils.isAssignableTo("java.lang.ThreadLocal", made.getType())
                    ? found(visited, THREAD_LOCAL, run)
                    : visited;
        }

        @Override
        public J.Synchronized visitSynchronized(J.Synchronized block, ExecutionContext run) {
            J.Synchronized visited = super.visitSynchronized(block, run);
            return Waits.isIn(block.getBody()) ? found(visited, MONITOR, run) : visited;
        }

        @Override
        public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration method, ExecutionContext run) {
            J.MethodDeclaration visited = super.visitMethodDeclaration(method, run);
            return Place.isMonitor(method) && Waits.isIn(method.getBody()) ? found(visited, MONITOR, run) : visited;
        }

        private <T extends J> T found(T tree, String obstacle, ExecutionContext run) {
            String path = getCursor()
                    .firstEnclosingOrThrow(SourceFile.class)
                    .getSourcePath()
                    .toString();
            String code =
                    tree.printTrimmed(getCursor()).strip().lines().findFirst().orElse("");
            obstacles.insertRow(run, new Obstacles.Row(path, code, obstacle));
            return SearchResult.found(tree, obstacle);
        }
    }

    private static boolean makesThreadLocal(J.MethodInvocation call) {
        JavaType.Method type = call.getMethodType();
        return type != null
                && type.getName().equals("withInitial")
                && TypeUtils.isAssignableTo("java.lang.ThreadLocal", type.getDeclaringType());
    }

    private static boolean isInOperator(Cursor call) {
        for (Cursor at = call; !(at.getValue() instanceof SourceFile); at = at.getParentTreeCursor()) {
            if (at.getValue() instanceof J.MethodDeclaration) return false;
            Boolean operator = at.getValue() instanceof J.Lambda ? operatorAround(at) : null;
            if (operator != null) return operator;
        }
        return false;
    }

    /** Whether a function is the argument of an operator; null if what it is given to may run it at once. */
    private static @Nullable Boolean operatorAround(Cursor function) {
        if (!(function.getParentTreeCursor().getValue() instanceof J.MethodInvocation call)) return null;
        JavaType.Method type = call.getMethodType();
        if (type == null) return null;
        String owner = type.getDeclaringType().getFullyQualifiedName();
        if (owner.startsWith("dev.weft.")) return false;
        boolean library = owner.startsWith("reactor.core.publisher.") || owner.startsWith("io.reactivex.rxjava3.core.");
        return library ? Boolean.valueOf(!SOURCES.contains(type.getName())) : null;
    }

    /** Looks for a wait, but not in functions and classes, which may run elsewhere. */
    private static final class Waits extends JavaIsoVisitor<AtomicBoolean> {
        static boolean isIn(J.@Nullable Block block) {
            var found = new AtomicBoolean();
            new Waits().visit(block, found);
            return found.get();
        }

        @Override
        public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, AtomicBoolean found) {
            if (isWaiting(call.getMethodType())) found.set(true);
            return super.visitMethodInvocation(call, found);
        }

        @Override
        public J.Lambda visitLambda(J.Lambda lambda, AtomicBoolean found) {
            return lambda;
        }

        @Override
        public J.ClassDeclaration visitClassDeclaration(J.ClassDeclaration type, AtomicBoolean found) {
            return type;
        }

        @Override
        public J.MethodDeclaration visitMethodDeclaration(J.MethodDeclaration method, AtomicBoolean found) {
            return method;
        }
    }
}
