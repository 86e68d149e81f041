package dev.weft.examples.guide;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.Backend;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The programs of {@code docs/guide/start.md}. What its messages say is in CompileErrorsTest and SwitchingTest. */
class StartGuideTest extends GuideTest {
    @ParameterizedTest
    @MethodSource("backends")
    void eachProgramSaysHello(Backend backend) throws Exception {
        assertThat(printed(backend, () -> HelloReactor.main(new String[0]))).containsExactly("Hello, Weft");
        assertThat(printed(backend, () -> HelloRx.main(new String[0]))).containsExactly("Hello, Weft");
        assertThat(printed(backend, () -> HelloJdk.main(new String[0]))).containsExactly("Hello, Weft");
    }
}
