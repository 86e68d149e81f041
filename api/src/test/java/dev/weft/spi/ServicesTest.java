package dev.weft.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.ServiceConfigurationError;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class ServicesTest {
    private final List<String> skipped = new ArrayList<>();

    @Test
    void whatCannotBeLoadedIsLeftOut() {
        List<Integer> loaded = Services.load(List.of(1, 2, 3).iterator(), this::unlessTwo, this::skip);
        assertThat(loaded).containsExactly(1, 3);
        assertThat(skipped).containsExactly("two");
    }

    @Test
    void aLoaderThatFailsForEverIsLeft() {
        Iterator<Integer> broken = new Iterator<>() {
            @Override
            public boolean hasNext() {
                throw new ServiceConfigurationError("unreadable");
            }

            @Override
            public Integer next() {
                throw new AssertionError("not reached");
            }
        };
        assertThat(Services.load(broken, Function.identity(), this::skip)).isEmpty();
        assertThat(skipped).hasSize(64).containsOnly("unreadable");
    }

    private int unlessTwo(int number) {
        if (number == 2) throw new NoClassDefFoundError("two");
        return number;
    }

    private void skip(Throwable failure) {
        skipped.add(failure.getMessage());
    }
}
