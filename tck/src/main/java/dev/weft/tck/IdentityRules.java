package dev.weft.tck;

import dev.weft.spi.SpiLevel;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Rules 1: the identity of a backend. */
abstract class IdentityRules extends Fixture {
    IdentityRules(BackendContract contract) {
        super(contract);
    }

    @Test
    void rule101_theIdIsLowerCaseAndStaysTheSame() {
        String id = backend.id();
        require(!id.isBlank(), "the id is blank");
        requireEqual(id.toLowerCase(Locale.ROOT), id, "the id");
        requireEqual(id, backend.id(), "the id, asked for again,");
        requireEqual(id, contract.backend().id(), "the id of another instance");
    }

    @Test
    void rule102_theClassSaysItsSpiLevel() {
        SpiLevel level = backend.getClass().getAnnotation(SpiLevel.class);
        if (level == null) throw new AssertionError(backend.getClass().getName() + " has no @SpiLevel");
        requireEqual(SpiLevel.CURRENT, level.value(), "its @SpiLevel");
    }

    @Test
    void rule103_itUnderstandsTheTypesOfItsSources() {
        requireUnderstood(sources.one());
        Class<?> many = sources.many();
        if (many != null) requireUnderstood(many);
        Stream.of(sources.empty(), sources.never(), sources.infinite())
                .filter(source -> source != null)
                .forEach(source -> requireUnderstood(source.getClass()));
    }

    @Test
    void rule104_itDoesNotUnderstandForeignTypes() {
        for (Class<?> foreign : new Class<?>[] {Object.class, String.class, Runnable.class})
            require(!backend.understands(foreign), "it claims to understand " + foreign.getName());
    }

    private void requireUnderstood(Class<?> type) {
        require(backend.understands(type), "it does not understand " + type.getName());
    }
}
