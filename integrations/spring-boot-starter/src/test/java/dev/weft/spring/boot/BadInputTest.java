package dev.weft.spring.boot;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.convert.ApplicationConversionService;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** What an application must not ask for. */
class BadInputTest {
    private final ApplicationContextRunner runner = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(WeftAutoConfiguration.class))
            .withInitializer(context ->
                    context.getBeanFactory().setConversionService(ApplicationConversionService.getSharedInstance()))
            .withPropertyValues("weft.spring.plain-controllers=true");

    @ParameterizedTest
    @CsvSource({
        "2GB, 'weft.spring.max-body must be from 0B to 2147483647B, but is 2147483648B'",
        "-1B, 'weft.spring.max-body must be from 0B to 2147483647B, but is -1B'",
        "two cups, does not match data size pattern"
    })
    void aLimitForBodiesHasToFit(String limit, String message) {
        runner.withPropertyValues("weft.spring.max-body=" + limit)
                .run(context -> assertThat(context).getFailure().rootCause().hasMessageContaining(message));
    }
}
