package dev.weft.rewrite;

import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.SourceFile;
import org.openrewrite.Tree;
import org.openrewrite.java.MethodMatcher;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaSourceFile;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.java.tree.TypeUtils;

/** Where a piece of code runs, and what is around it, as far as its text says. */
final class Place {
    /** Words of Weft whose bodies run in a coroutine. */
    private static final Set<String> BODIES = Set.of(
            "run",
            "runBlocking",
            "runMain",
            "async",
            "coroutine",
            "withTimeout",
            "withTimeoutOrNull",
            "shielded",
            "stream",
            "mono",
            "flux",
            "single",
            "maybe",
            "completable",
            "flowable",
            "observable");

    private static final MethodMatcher PER_TASK =
            new MethodMatcher("java.util.concurrent.Executors newVirtualThreadPerTaskExecutor(..)");

    private final Cursor cursor;

    Place(Cursor cursor) {
        this.cursor = cursor;
    }

    /**
     * Whether it certainly runs on a virtual thread, outside of monitors, and no {@code catch} around it could tell
     * one exception from another.
     *
     * @param virtual methods that are known to run on virtual threads
     */
    boolean isSafe(@Nullable MethodMatcher virtual) {
        boolean certain = false;
        Tree inner = cursor.getValue();
        for (Cursor at = cursor.getParentTreeCursor();
                !(at.getValue() instanceof SourceFile);
                at = at.getParentTreeCursor()) {
            Tree outer = at.getValue();
            if (outer instanceof J.Try attempt && isCaught(attempt, inner)) return false;
            if (isMonitor(outer)) return false;
            if (!certain && isBoundary(outer)) {
                certain = isVirtual(at, virtual);
                if (!certain) return false;
            }
            inner = outer;
        }
        return certain;
    }

    private static boolean isCaught(J.Try attempt, Tree inner) {
        boolean handler = inner instanceof J.Try.Catch || inner == attempt.getFinally();
        return !handler && !attempt.getCatches().isEmpty();
    }

    static boolean isMonitor(Tree tree) {
        return tree instanceof J.Synchronized
                || tree instanceof J.MethodDeclaration method && method.hasModifier(J.Modifier.Type.Synchronized);
    }

    private static boolean isBoundary(Tree tree) {
        return tree instanceof J.Lambda || tree instanceof J.MethodDeclaration || tree instanceof J.ClassDeclaration;
    }

    private static boolean isVirtual(Cursor at, @Nullable MethodMatcher virtual) {
        if (at.getValue() instanceof J.MethodDeclaration method)
            return virtual != null && virtual.matches(method.getMethodType());
        return at.getValue() instanceof J.Lambda
                && at.getParentTreeCursor().getValue() instanceof J.MethodInvocation call
                && isStart(call, at);
    }

    /** Whether a call runs its lambda on a virtual thread. */
    private static boolean isStart(J.MethodInvocation call, Cursor at) {
        JavaType.Method type = call.getMethodType();
        if (type == null) return false;
        String word = type.getName();
        Expression on = call.getSelect();
        return switch (type.getDeclaringType().getFullyQualifiedName()) {
            case "dev.weft.Async", "dev.weft.reactor.ReactorAsync", "dev.weft.rxjava.RxAsync" -> BODIES.contains(word);
            case "java.lang.Thread" -> word.equals("startVirtualThread");
            case "java.lang.Thread$Builder", "java.lang.Thread$Builder$OfVirtual" ->
                on != null && TypeUtils.isOfClassType(on.getType(), "java.lang.Thread$Builder$OfVirtual");
            case "java.util.concurrent.Executor", "java.util.concurrent.ExecutorService" -> isPerTask(on, at);
            default -> false;
        };
    }

    /** Whether an executor was made by {@code newVirtualThreadPerTaskExecutor}: here, or as the resource of a try. */
    private static boolean isPerTask(@Nullable Expression executor, Cursor at) {
        if (executor instanceof J.MethodInvocation call) return PER_TASK.matches(call);
        if (!(executor instanceof J.Identifier name)) return false;
        for (Cursor outer = at; !isClass(outer.getValue()); outer = outer.getParentTreeCursor())
            if (outer.getValue() instanceof J.Try attempt && declares(attempt, name.getSimpleName())) return true;
        return false;
    }

    private static boolean isClass(Tree tree) {
        return tree instanceof J.ClassDeclaration
                || tree instanceof SourceFile
                || tree instanceof J.NewClass made && made.getBody() != null;
    }

    private static boolean declares(J.Try attempt, String name) {
        if (attempt.getResources() == null) return false;
        return attempt.getResources().stream()
                .map(J.Try.Resource::getVariableDeclarations)
                .filter(J.VariableDeclarations.class::isInstance)
                .flatMap(declared -> ((J.VariableDeclarations) declared).getVariables().stream())
                .anyMatch(variable ->
                        variable.getSimpleName().equals(name) && PER_TASK.matches(variable.getInitializer()));
    }

    /** Whether a word is imported statically already, and means itself. */
    boolean imports(Word word) {
        return staticImports().anyMatch(imported -> isOf(imported, word) && isNamed(imported, word.name()))
                || staticImports().anyMatch(imported -> isOf(imported, word) && isNamed(imported, "*"))
                        && staticImports().noneMatch(imported -> isRival(imported, word));
    }

    /** Whether a word's name means other things here, so that its class has to be named: a method, or an import. */
    boolean takes(Word word) {
        return hides(word.name()) || !imports(word) && staticImports().anyMatch(imported -> isRival(imported, word));
    }

    /**
     * Whether an import may bring methods with the name of one of our words. Any of them matters: OpenRewrite folds
     * several imports of a class into {@code *}, which a single import of that name would then shadow.
     */
    private static boolean isRival(J.Import imported, Word word) {
        return !isOf(imported, word)
                && (isNamed(imported, "*") || Word.NAMES.stream().anyMatch(name -> isNamed(imported, name)));
    }

    private static boolean isOf(J.Import imported, Word word) {
        return imported.getTypeName().equals(word.owner());
    }

    private static boolean isNamed(J.Import imported, String name) {
        return imported.getQualid().getSimpleName().equals(name);
    }

    private Stream<J.Import> staticImports() {
        return cursor.firstEnclosingOrThrow(JavaSourceFile.class).getImports().stream()
                .filter(J.Import::isStatic);
    }

    /** Whether a class around it has a method of a name, which would hide a static import. */
    private boolean hides(String method) {
        for (Cursor at = cursor; !(at.getValue() instanceof SourceFile); at = at.getParentTreeCursor()) {
            Tree tree = at.getValue();
            if (tree instanceof J.ClassDeclaration type && hides(type.getBody(), type.getType(), method)) return true;
            if (tree instanceof J.NewClass made
                    && made.getBody() != null
                    && hides(made.getBody(), TypeUtils.asFullyQualified(made.getType()), method)) return true;
        }
        return false;
    }

    private static boolean hides(J.Block body, JavaType.@Nullable FullyQualified type, String method) {
        return has(body.getStatements(), method) || has(type, method);
    }

    private static boolean has(List<Statement> members, String method) {
        return members.stream()
                .anyMatch(member -> member instanceof J.MethodDeclaration declared
                        && declared.getSimpleName().equals(method));
    }

    private static boolean has(JavaType.@Nullable FullyQualified type, String method) {
        if (type == null) return false;
        return type.getMethods().stream().anyMatch(member -> member.getName().equals(method))
                || has(type.getSupertype(), method)
                || type.getInterfaces().stream().anyMatch(parent -> has(parent, method));
    }
}
