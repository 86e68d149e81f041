package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import org.junit.jupiter.api.Test;

class HelloWeftTest {
    @Test
    void itSaysHello() {
        var told = new ByteArrayOutputStream();
        PrintStream out = System.out;
        System.setOut(new PrintStream(told, true));
        try {
            HelloWeft.main(new String[0]);
        } finally {
            System.setOut(out);
        }
        assertThat(told.toString().lines()).containsExactly("Hello, Weft", "tick 0", "tick 1", "tick 2");
    }
}
