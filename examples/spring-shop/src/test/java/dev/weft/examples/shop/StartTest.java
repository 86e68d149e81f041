package dev.weft.examples.shop;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.test.system.CapturedOutput;
import org.springframework.boot.test.system.OutputCaptureExtension;

/** The start of the application. */
@ExtendWith(OutputCaptureExtension.class)
class StartTest {
    /** Of beans that come too early for a post-processor, for example. */
    @Test
    void nothingIsWarnedOf(CapturedOutput output) {
        new SpringApplicationBuilder(SpringShop.class)
                .run("--server.port=0", "--shop.database=starting")
                .close();
        assertThat(output).doesNotContain(" WARN ", " ERROR ");
    }
}
