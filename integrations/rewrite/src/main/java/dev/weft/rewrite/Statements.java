package dev.weft.rewrite;

import static java.util.Collections.emptyList;
import static org.openrewrite.Tree.randomId;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.openrewrite.Cursor;
import org.openrewrite.internal.ListUtils;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.JLeftPadded;
import org.openrewrite.java.tree.JRightPadded;
import org.openrewrite.java.tree.JavaType;
import org.openrewrite.java.tree.Space;
import org.openrewrite.java.tree.Statement;
import org.openrewrite.marker.Markers;

/** Builds statements, each on a line of its own. */
final class Statements {
    private final Space line;

    private Statements(Space line) {
        this.line = line;
    }

    /** {@return a builder of statements with the indentation of another one} */
    static Statements like(Statement statement) {
        return new Statements(Space.format("\n" + statement.getPrefix().getIndent()));
    }

    /** {@return a builder of statements with the indentation of the one around a cursor} */
    static Statements around(Cursor cursor) {
        Cursor at = cursor;
        while (!(at.getParentTreeCursor().getValue() instanceof J.Block)) at = at.getParentTreeCursor();
        return like(at.getValue());
    }

    /** {@return a builder of the statements in a block of these} */
    Statements deeper() {
        String indent = line.getIndent();
        return new Statements(Space.format("\n" + indent + (indent.startsWith("\t") ? "\t" : "    ")));
    }

    /** {@return {@code var name = value;}} */
    Statement declare(J.VariableDeclarations like, Expression value) {
        J.VariableDeclarations.NamedVariable variable = like.getVariables().get(0);
        return like.withId(randomId())
                .withPrefix(line)
                .withTypeExpression(name("var", variable.getType(), null))
                .withVariables(List.of(variable.withPrefix(Space.SINGLE_SPACE)
                        .getPadding()
                        .withInitializer(new JLeftPadded<>(Space.SINGLE_SPACE, spaced(value), Markers.EMPTY))));
    }

    /** {@return {@code var name = value;}} */
    Statement declare(String name, Expression value) {
        JavaType.Variable variable = new JavaType.Variable(null, 0, name, null, value.getType(), null);
        var named = new J.VariableDeclarations.NamedVariable(
                randomId(),
                Space.SINGLE_SPACE,
                Markers.EMPTY,
                name(name, value.getType(), variable),
                emptyList(),
                new JLeftPadded<>(Space.SINGLE_SPACE, spaced(value), Markers.EMPTY),
                variable);
        return new J.VariableDeclarations(
                randomId(),
                line,
                Markers.EMPTY,
                emptyList(),
                emptyList(),
                name("var", value.getType(), null),
                null,
                List.of(JRightPadded.build(named)));
    }

    /** {@return {@code if (name == null) return null;}} */
    Statement returnNullIfNull(J.VariableDeclarations declared) {
        J.VariableDeclarations.NamedVariable variable = declared.getVariables().get(0);
        Expression isNull = new J.Binary(
                randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                name(variable.getSimpleName(), variable.getType(), variable.getVariableType()),
                new JLeftPadded<>(Space.SINGLE_SPACE, J.Binary.Type.Equal, Markers.EMPTY),
                spaced(nothing()),
                JavaType.Primitive.Boolean);
        var condition =
                new J.ControlParentheses<>(randomId(), Space.SINGLE_SPACE, Markers.EMPTY, JRightPadded.build(isNull));
        Statement exit = new J.Return(randomId(), Space.SINGLE_SPACE, Markers.EMPTY, spaced(nothing()));
        return new J.If(randomId(), line, Markers.EMPTY, condition, JRightPadded.build(exit), null);
    }

    /** {@return {@code return value;}} */
    Statement exit(Expression value) {
        return new J.Return(randomId(), line, Markers.EMPTY, spaced(value));
    }

    /** {@return a statement on a line of its own, whose other lines move with it} */
    Statement moved(Statement statement) {
        if (!statement.getPrefix().getWhitespace().contains("\n")) return statement.withPrefix(line);
        return (Statement)
                new Indentation(statement.getPrefix().getIndent(), line.getIndent()).visitNonNull(statement, 0);
    }

    /** {@return {@code () -> { … }}, whose end stands on a line of its own} */
    J.Lambda body(List<Statement> statements) {
        var none = new J.Lambda.Parameters(
                randomId(),
                Space.EMPTY,
                Markers.EMPTY,
                true,
                List.of(JRightPadded.build(new J.Empty(randomId(), Space.EMPTY, Markers.EMPTY))));
        JavaType type = JavaType.ShallowClass.build("java.util.concurrent.Callable");
        return new J.Lambda(randomId(), Space.EMPTY, Markers.EMPTY, none, Space.SINGLE_SPACE, block(statements), type);
    }

    /** {@return a block, whose end stands on a line of its own} */
    J.Block block(List<Statement> statements) {
        return new J.Block(
                randomId(),
                Space.SINGLE_SPACE,
                Markers.EMPTY,
                JRightPadded.build(false),
                statements.stream().map(JRightPadded::build).toList(),
                line);
    }

    static J.Identifier name(String name, @Nullable JavaType type, JavaType.@Nullable Variable variable) {
        return new J.Identifier(randomId(), Space.EMPTY, Markers.EMPTY, emptyList(), name, type, variable);
    }

    private static J.Literal nothing() {
        return new J.Literal(randomId(), Space.EMPTY, Markers.EMPTY, null, "null", null, JavaType.Primitive.Null);
    }

    private static Expression spaced(Expression value) {
        return value.withPrefix(value.getPrefix().withWhitespace(" "));
    }

    /** Gives lines another indentation. */
    private static final class Indentation extends JavaIsoVisitor<Integer> {
        private final String from;
        private final String to;

        Indentation(String from, String to) {
            this.from = "\n" + from;
            this.to = "\n" + to;
        }

        @Override
        public Space visitSpace(@Nullable Space space, Space.Location location, Integer none) {
            if (space == null) return Space.EMPTY;
            return space.withWhitespace(space.getWhitespace().replace(from, to))
                    .withComments(ListUtils.map(
                            space.getComments(),
                            comment -> comment.withSuffix(comment.getSuffix().replace(from, to))));
        }
    }
}
