package dev.weft.rewrite;

import static java.util.Collections.emptyList;

import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.Flag;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JRightPadded;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;

/**
 * A static method of Weft, to be called with one argument.
 *
 * @param owner its class
 * @param name its name
 * @param parameter what it takes, for the reader of the tree
 */
record Word(String owner, String name, String parameter) {
    static final Set<String> NAMES =
            Set.of("await", "awaitSingle", "awaitOptional", "awaitCallback", "mono", "single", "maybe");
    static final String ASYNC = "dev.weft.Async";
    static final String REACTOR = "dev.weft.reactor.ReactorAsync";
    static final String RXJAVA = "dev.weft.rxjava.RxAsync";

    /**
     * {@return a call with another one's type, place and white space} The tree is built by hand: a template would need
     * Weft's jars wherever the recipe runs.
     *
     * @param qualified whether to name the class
     */
    J.MethodInvocation instead(J.MethodInvocation call, Expression argument, boolean qualified) {
        JavaType.Method type = call.getMethodType();
        JavaType.Class declaring = JavaType.ShallowClass.build(owner);
        JavaType.Method own = type == null ? null : type(type, declaring, argument);
        JRightPadded<Expression> select =
                qualified ? JRightPadded.build(Statements.name(declaring.getClassName(), declaring, null)) : null;
        return call.getPadding()
                .withSelect(select)
                .getPadding()
                .withTypeParameters(null)
                .withName(call.getName()
                        .withPrefix(Space.EMPTY)
                        .withSimpleName(name)
                        .withType(own))
                .withArguments(List.of(argument.withPrefix(Space.EMPTY)))
                .withMethodType(own);
    }

    private JavaType.Method type(JavaType.Method like, JavaType.Class declaring, Expression argument) {
        JavaType taken = argument.getType();
        return like.withDeclaringType(declaring)
                .withName(name)
                .withFlags(EnumSet.of(Flag.Public, Flag.Static))
                .withParameterNames(List.of(parameter))
                .withParameterTypes(List.of(taken == null ? JavaType.Unknown.getInstance() : taken))
                .withThrownExceptions(emptyList());
    }
}
