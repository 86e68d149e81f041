package dev.weft.rewrite;

import java.util.stream.Stream;
import org.openrewrite.ExecutionContext;
import org.openrewrite.Preconditions;
import org.openrewrite.SourceFile;
import org.openrewrite.TreeVisitor;
import org.openrewrite.java.JavaIsoVisitor;
import org.openrewrite.java.MethodMatcher;
import org.openrewrite.java.search.UsesMethod;
import org.openrewrite.java.tree.Expression;
import org.openrewrite.java.tree.J;
import org.openrewrite.java.tree.Space;

/** Writes words of Weft, imported statically, or with their class where the name is taken. */
abstract class WordVisitor extends JavaIsoVisitor<ExecutionContext> {
    /** What is written is Java, so sources in Groovy and Kotlin, whose trees are alike, are left alone. */
    @Override
    public boolean isAcceptable(SourceFile source, ExecutionContext run) {
        return source instanceof J.CompilationUnit;
    }

    /** {@return this, for the sources that have one of some calls; they need not import the type that has it} */
    final TreeVisitor<?, ExecutionContext> whereAny(Stream<MethodMatcher> calls) {
        TreeVisitor<?, ExecutionContext> any = calls.<TreeVisitor<?, ExecutionContext>>map(UsesMethod::new)
                .reduce((one, other) -> Preconditions.or(one, other))
                .orElseThrow();
        return Preconditions.check(any, this);
    }

    /** {@return a word and its argument, instead of the call at the cursor} */
    final J.MethodInvocation write(Word word, Expression argument, J.MethodInvocation call) {
        var place = new Place(getCursor());
        boolean qualified = place.takes(word);
        if (qualified) maybeAddImport(word.owner());
        else if (!place.imports(word)) maybeAddImport(word.owner(), word.name());
        return word.instead(call, argument, qualified);
    }

    /** Whether a call has comments that would have no place in what is written instead. */
    static boolean hasComments(J.MethodInvocation call) {
        var select = call.getPadding().getSelect();
        return select == null
                || isCommented(select.getAfter())
                || isCommented(select.getElement().getPrefix())
                || isCommented(call.getName().getPrefix())
                || isCommented(call.getPadding().getArguments().getBefore())
                || call.getPadding().getArguments().getPadding().getElements().stream()
                        .anyMatch(argument ->
                                isCommented(argument.getElement().getPrefix()) || isCommented(argument.getAfter()));
    }

    private static boolean isCommented(Space space) {
        return !space.getComments().isEmpty();
    }
}
