package dev.weft.rewrite;

import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.openrewrite.java.MethodMatcher;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.TypeUtils;

/** A type of one value at most, and the words of Weft for it. */
enum ChainKind {
    MONO("reactor.core.publisher.Mono", "java.util.function.Function", Word.REACTOR, "mono", true),
    SINGLE("io.reactivex.rxjava3.core.Single", "io.reactivex.rxjava3.functions.Function", Word.RXJAVA, "single", false),
    MAYBE("io.reactivex.rxjava3.core.Maybe", "io.reactivex.rxjava3.functions.Function", Word.RXJAVA, "maybe", true);

    final MethodMatcher map;
    final MethodMatcher flatMap;
    final Word build;
    final Word await;

    /** Whether it may end without a value, for which its await returns null. */
    final boolean mayBeEmpty;

    private final String type;
    private final MethodMatcher awaiting;

    ChainKind(String type, String function, String owner, String word, boolean mayBeEmpty) {
        this.type = type;
        this.map = new MethodMatcher(type + " map(" + function + ")");
        this.flatMap = new MethodMatcher(type + " flatMap(" + function + ")");
        this.build = new Word(owner, word, "body");
        this.await = new Word(owner, "await", word);
        this.awaiting = new MethodMatcher(owner + " await(" + type + ")");
        this.mayBeEmpty = mayBeEmpty;
    }

    /** {@return the kind whose {@code map} or {@code flatMap} a call is, or null} */
    static @Nullable ChainKind ofStep(@Nullable Expression expression) {
        if (!(expression instanceof J.MethodInvocation call)) return null;
        return Stream.of(values()).filter(kind -> kind.isStep(call)).findFirst().orElse(null);
    }

    boolean isStep(J.MethodInvocation call) {
        return map.matches(call) || flatMap.matches(call);
    }

    boolean isAwait(J.MethodInvocation call) {
        return awaiting.matches(call);
    }

    /** {@return the type of the value, or null if the type is another one, or does not say exactly what its value is} */
    @Nullable
    JavaType value(@Nullable JavaType of) {
        if (!TypeUtils.isOfClassType(of, type) || !AwaitVisitor.isClosed(of)) return null;
        if (!(of instanceof JavaType.Parameterized closed)) return null;
        JavaType value = closed.getTypeParameters().get(0);
        return value instanceof JavaType.GenericTypeVariable variable
                        && variable.getName().equals("?")
                ? null
                : value;
    }
}
