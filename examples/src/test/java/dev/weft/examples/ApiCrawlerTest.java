package dev.weft.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.spi.Backend;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ApiCrawlerTest {
    @ParameterizedTest
    @MethodSource("dev.weft.examples.Told#backends")
    void itGetsWhatThereIsAndSaysWhatIsMissing(Backend backend) throws Exception {
        List<String> told = Told.by(ApiCrawler::crawl, backend);
        assertThat(told)
                .hasSize(5)
                .startsWith("asked for /robots.txt", "/page-13: java.io.IOException: status 500")
                .endsWith(
                        "18 of 20 pages, with at most 4 requests at once",
                        "/page-7 was busy and answered after 3 requests");
        assertThat(told.get(2)).startsWith("/page-17: java.util.concurrent.TimeoutException");
    }
}
