package dev.weft.rewrite;

import static java.util.Collections.emptyList;
import static org.openrewrite.Tree.randomId;

import java.util.ArrayList;
import java.util.List;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JContainer;
import org.openrewrite.java.tree.JLeftPadded;
import org.openrewrite.java.tree.JRightPadded;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.NameTree;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.marker.Markers;

/** Writes the body of an {@code awaitCallback}, which starts an operation. */
final class Callbacks {
    static final String DONE = "done";

    private static final JavaType.Class COMPLETION = JavaType.ShallowClass.build("dev.weft.Completion");

    private final J.MethodInvocation start;
    private final JavaType.Method like;
    private final Statements lines;

    private Callbacks(J.MethodInvocation start, JavaType.Method like, Statements lines) {
        this.start = start;
        this.like = like;
        this.lines = lines;
    }

    /**
     * {@return {@code done -> { … }}}
     *
     * @param start what starts the operation
     * @param like the type of any method
     * @param shape what kind of operation it is
     * @param result the name of the result's type
     * @param future the future that the callbacks complete
     * @param lines builds the lines around it
     */
    static J.Lambda body(
            J.MethodInvocation start,
            JavaType.Method like,
            OneShot shape,
            NameTree result,
            String future,
            Statements lines) {
        return new Callbacks(start, like, lines.deeper()).body(shape, result, future, lines);
    }

    private J.Lambda body(OneShot shape, NameTree result, String future, Statements around) {
        var statements = new ArrayList<Statement>();
        if (shape.cancels && start.getSelect() != null) {
            statements.add(say("onCancel", reference(start.getSelect(), "cancel")));
            statements.add(say("onUndelivered", reference((Expression) result, "close")));
        }
        statements.add(lines.moved(renamed(future)));
        var name = new J.VariableDeclarations.NamedVariable(
                randomId(), Space.EMPTY, Markers.EMPTY, done(), emptyList(), null, variable());
        var parameter = new J.VariableDeclarations(
                randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                emptyList(),
                emptyList(),
                null,
                null,
                List.of(JRightPadded.build(name)));
        var parameters = new J.Lambda.Parameters(
                randomId(), Space.EMPTY, Markers.EMPTY, false, List.of(JRightPadded.build(parameter)));
        return new J.Lambda(
                randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                parameters,
                Space.SINGLE_SPACE,
                around.block(statements),
                JavaType.ShallowClass.build("dev.weft.CallbackBody"));
    }

    /** The start of the operation, whose callbacks call {@code done} rather than the future. */
    private J.MethodInvocation renamed(String future) {
        return (J.MethodInvocation)
                new JavaIsoVisitor<String>() {
                    @Override
                    public J.MethodInvocation visitMethodInvocation(J.MethodInvocation call, String name) {
                        if (!(call.getSelect() instanceof J.Identifier on
                                && on.getSimpleName().equals(name))) return super.visitMethodInvocation(call, name);
                        String verb = call.getSimpleName().equals("complete") ? "resume" : "fail";
                        JavaType.Method type = method(verb);
                        return call.withSelect(done().withPrefix(on.getPrefix()))
                                .withName(call.getName().withSimpleName(verb).withType(type))
                                .withMethodType(type);
                    }
                }.visitNonNull(start, future);
    }

    /** {@code done.verb(argument);}. */
    private Statement say(String verb, Expression argument) {
        JavaType.Method type = method(verb);
        return lines.moved(new J.MethodInvocation(
                randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                JRightPadded.build(done()),
                null,
                Statements.name(verb, type, null),
                JContainer.build(Space.EMPTY, List.of(JRightPadded.build(argument)), Markers.EMPTY),
                type));
    }

    /** {@code object::method}. */
    private static Expression reference(Expression object, String method) {
        return new J.MemberReference(
                randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                JRightPadded.build(object.withPrefix(Space.EMPTY)),
                null,
                new JLeftPadded<>(Space.EMPTY, Statements.name(method, null, null), Markers.EMPTY),
                null,
                null,
                null);
    }

    private static J.Identifier done() {
        return Statements.name(DONE, COMPLETION, variable());
    }

    private static JavaType.Variable variable() {
        return new JavaType.Variable(null, 0, DONE, null, COMPLETION, null);
    }

    private JavaType.Method method(String name) {
        return like.withDeclaringType(COMPLETION)
                .withName(name)
                .withReturnType(JavaType.Primitive.Void)
                .withParameterNames(List.of("argument"))
                .withParameterTypes(List.of(JavaType.ShallowClass.build("java.lang.Object")));
    }
}
