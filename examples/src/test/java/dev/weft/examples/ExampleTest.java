package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ExampleTest {
    @Test
    void whatGoesWrongEndsTheProcessWithOneAndASentence() throws Exception {
        assertThat(new Program(Failing.class).fail())
                .containsExactly("before", "Failing: the answer should be \"42\" and is \"41\"");
    }

    /** An example that finds something wrong. */
    static final class Failing {
        private Failing() {}

        public static void main(String[] args) {
            Example.main(Failing.class, out -> {
                out.println("before");
                Check.same(42, 41, "the answer");
            });
        }
    }
}
