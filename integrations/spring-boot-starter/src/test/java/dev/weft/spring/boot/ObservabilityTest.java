package dev.weft.spring.boot;

import static dev.weft.Async.coroutine;
import static org.assertj.core.api.Assertions.assertThat;

import dev.weft.CoroutineInfo;
import dev.weft.CoroutineListener;
import dev.weft.micrometer.CoroutineMeterConvention;
import dev.weft.micrometer.CoroutineMetrics;
import dev.weft.micrometer.CoroutineObservationContext;
import dev.weft.micrometer.CoroutineObservationConvention;
import dev.weft.micrometer.CoroutineObservations;
import dev.weft.micrometer.DefaultCoroutineObservationConvention;
import dev.weft.micrometer.PinnedCarrierMetrics;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.micrometer.observation.Observation;
import io.micrometer.observation.ObservationHandler;
import io.micrometer.observation.ObservationRegistry;
import java.net.URL;
import java.net.URLClassLoader;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.springframework.boot.LazyInitializationBeanFactoryPostProcessor;
import org.springframework.boot.WebApplicationType;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.builder.SpringApplicationBuilder;
import org.springframework.boot.micrometer.metrics.autoconfigure.CompositeMeterRegistryAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.MetricsAutoConfiguration;
import org.springframework.boot.micrometer.metrics.autoconfigure.export.simple.SimpleMetricsExportAutoConfiguration;
import org.springframework.boot.micrometer.observation.autoconfigure.ObservationAutoConfiguration;
import org.springframework.boot.test.context.FilteredClassLoader;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.context.ApplicationListener;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.event.ContextRefreshedEvent;

/** What is there under which conditions, and that nothing listens when the context has ended. */
class ObservabilityTest {
    private final Seen seen = new Seen();
    private final ApplicationContextRunner bare = new ApplicationContextRunner()
            .withConfiguration(AutoConfigurations.of(WeftObservabilityAutoConfiguration.class));
    private final ApplicationContextRunner observed = bare.withConfiguration(AutoConfigurations.of(
                    MetricsAutoConfiguration.class,
                    CompositeMeterRegistryAutoConfiguration.class,
                    SimpleMetricsExportAutoConfiguration.class,
                    ObservationAutoConfiguration.class))
            .withBean("seen", Seen.class, () -> seen);

    /** The names of observed coroutines that have ended. */
    static final class Seen implements ObservationHandler<CoroutineObservationContext> {
        final List<String> names = new CopyOnWriteArrayList<>();

        @Override
        public void onStop(CoroutineObservationContext context) {
            names.add(context.getContextualName());
        }

        @Override
        public boolean supportsContext(Observation.Context context) {
            return context instanceof CoroutineObservationContext;
        }
    }

    /** The names of coroutines that have started. */
    static final class Started implements CoroutineListener {
        final List<String> names = new CopyOnWriteArrayList<>();

        @Override
        public void started(CoroutineInfo coroutine) {
            names.add(coroutine.name());
        }
    }

    private static void runOne(String name) {
        coroutine(() -> name).named(name).start().await();
    }

    private static long lived(MeterRegistry registry, String name) {
        Timer timer =
                registry.find("weft.coroutines.lifetime").tag("name", name).timer();
        return timer == null ? 0 : timer.count();
    }

    @Test
    void theyAreThereWhereTheirRegistriesAre() {
        observed.run(context -> {
            assertThat(context)
                    .hasSingleBean(CoroutineMetrics.class)
                    .hasSingleBean(CoroutineObservations.class)
                    .doesNotHaveBean(PinnedCarrierMetrics.class)
                    .doesNotHaveBean(CoroutinesEndpoint.class);
            runOne("order 7");
            assertThat(lived(context.getBean(MeterRegistry.class), "order #")).isEqualTo(1);
            assertThat(seen.names).containsExactly("order #");
        });
        bare.run(context -> assertThat(context)
                .hasNotFailed()
                .doesNotHaveBean(CoroutineMetrics.class)
                .doesNotHaveBean(CoroutineObservations.class));
    }

    @Test
    void neitherMicrometerNorTheActuatorNeedBeThere() {
        bare.withClassLoader(new FilteredClassLoader("dev.weft.micrometer", "org.springframework.boot.actuate"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ListenerBeans.class));
        bare.withClassLoader(new FilteredClassLoader("dev.weft.micrometer", "io.micrometer"))
                .run(context -> assertThat(context).hasNotFailed().hasSingleBean(ListenerBeans.class));
        observed.withClassLoader(new FilteredClassLoader("dev.weft.micrometer")).run(context -> {
            assertThat(context).hasNotFailed().doesNotHaveBean(CoroutineMetrics.class);
            runOne("order 7");
            assertThat(seen.names).isEmpty();
        });
    }

    @Test
    void propertiesSwitchThemOnAndOff() {
        observed.withPropertyValues("management.metrics.enable.weft=false")
                .run(context -> assertThat(context).doesNotHaveBean(CoroutineMetrics.class));
        observed.withPropertyValues("management.observations.enable.weft=false")
                .run(context -> assertThat(context).doesNotHaveBean(CoroutineObservations.class));
        observed.withPropertyValues("weft.spring.pinned-carriers=true")
                .run(context -> assertThat(context).hasSingleBean(PinnedCarrierMetrics.class));
        observed.withPropertyValues("management.endpoints.web.exposure.include=coroutines")
                .run(context -> assertThat(context).hasSingleBean(CoroutinesEndpoint.class));
        observed.withPropertyValues("weft.spring.enabled=false", "management.endpoints.web.exposure.include=coroutines")
                .run(context -> assertThat(context)
                        .doesNotHaveBean(CoroutineMetrics.class)
                        .doesNotHaveBean(CoroutineObservations.class)
                        .doesNotHaveBean(ListenerBeans.class)
                        .doesNotHaveBean(CoroutinesEndpoint.class));
    }

    /** Boot makes a timer of each observation. */
    @Test
    void theTimerOfTheObservationsMayBeLeftOut() {
        observed.run(context -> {
            runOne("order 7");
            assertThat(context.getBean(MeterRegistry.class)
                            .get("weft.coroutine")
                            .timer()
                            .count())
                    .isEqualTo(1);
        });
        observed.withPropertyValues("management.metrics.enable.weft.coroutine=false")
                .run(context -> {
                    runOne("order 7");
                    MeterRegistry meters = context.getBean(MeterRegistry.class);
                    assertThat(meters.find("weft.coroutine").timer()).isNull();
                    assertThat(lived(meters, "order #")).isEqualTo(1);
                });
    }

    @Test
    void theyStepBackForBeansOfTheApplication() {
        var own = ObservationRegistry.create();
        own.observationConfig().observationHandler(seen);
        observed.withBean("metrics", CoroutineMetrics.class, CoroutineMetrics::new)
                .withBean("observations", CoroutineObservations.class, () -> new CoroutineObservations(own))
                .withBean("coroutinesEndpoint", String.class)
                .withPropertyValues("management.endpoints.web.exposure.include=coroutines")
                .run(context -> {
                    assertThat(context).getBean(CoroutineMetrics.class).isSameAs(context.getBean("metrics"));
                    assertThat(context).doesNotHaveBean(CoroutinesEndpoint.class);
                    runOne("order 7");
                    assertThat(seen.names).containsExactly("order #");
                });
    }

    @Test
    void conventionsThatAreBeansAreTheirs() {
        observed.withBean(CoroutineMeterConvention.class, () -> new CoroutineMeterConvention() {
                    @Override
                    public Tags getTags(CoroutineInfo coroutine) {
                        return Tags.of("name", "mine");
                    }
                })
                .withBean(CoroutineObservationConvention.class, () -> new DefaultCoroutineObservationConvention() {
                    @Override
                    public String getContextualName(CoroutineObservationContext context) {
                        return "mine";
                    }
                })
                .run(context -> {
                    runOne("order 7");
                    assertThat(lived(context.getBean(MeterRegistry.class), "mine"))
                            .isEqualTo(1);
                    assertThat(seen.names).containsExactly("mine");
                });
    }

    @Test
    void aListenerThatIsABeanIsToldWhileItsContextIsThere() {
        var started = new Started();
        var withListener = bare.withBean("started", Started.class, () -> started);
        withListener.run(parent -> {
            runOne("parent");
            bare.withParent(parent).run(child -> runOne("child"));
        });
        runOne("nobody");
        assertThat(started.names).containsExactly("parent", "child");
        withListener
                .withInitializer(context ->
                        context.addBeanFactoryPostProcessor(new LazyInitializationBeanFactoryPostProcessor()))
                .run(context -> runOne("lazy"));
        assertThat(started.names).containsExactly("parent", "child", "lazy");
    }

    @Test
    void W6_ofTwoContextsEachHasItsOwn() {
        var others = new Seen();
        var registry = new SimpleMeterRegistry();
        observed.run(first -> {
            observed.withBean("seen", Seen.class, () -> others)
                    .withBean(MeterRegistry.class, () -> registry)
                    .withAllowBeanDefinitionOverriding(true)
                    .run(second -> runOne("both"));
            runOne("first");
            MeterRegistry its = first.getBean(MeterRegistry.class);
            assertThat(List.of(lived(its, "both"), lived(its, "first"))).containsExactly(1L, 1L);
        });
        runOne("nobody");
        assertThat(List.of(lived(registry, "both"), lived(registry, "first"))).containsExactly(1L, 0L);
        assertThat(others.names).containsExactly("both");
        assertThat(seen.names).containsExactly("both", "first");
        assertThat(registry.find("weft.coroutines.active").gauges()).isEmpty();
    }

    @Test
    void W6_aContextThatFailsToStartLeavesNothing() {
        var started = new Started();
        bare.withBean("started", Started.class, () -> started)
                .withInitializer(
                        context -> context.addApplicationListener(new ApplicationListener<ContextRefreshedEvent>() {
                            @Override
                            public void onApplicationEvent(ContextRefreshedEvent allBeansAreThere) {
                                runOne("before it fails");
                                throw new IllegalStateException("no");
                            }
                        }))
                .run(context -> assertThat(context).hasFailed());
        runOne("nobody");
        assertThat(started.names).containsExactly("before it fails");
    }

    @Configuration(proxyBeanMethods = false)
    @ImportAutoConfiguration({WeftObservabilityAutoConfiguration.class, ObservationAutoConfiguration.class})
    static class Restarted {
        @Bean
        ObservationRegistry registry() {
            return ObservationRegistry.create();
        }

        @Bean
        CoroutineListener names(CopyOnWriteArrayList<String> started) {
            return new CoroutineListener() {
                @Override
                public void started(CoroutineInfo coroutine) {
                    started.add(coroutine.name());
                }
            };
        }

        @Bean
        CopyOnWriteArrayList<String> started() {
            return new CopyOnWriteArrayList<>();
        }
    }

    /** As devtools do it: the classes of the application are loaded again, those of Weft are not. */
    @Test
    void W6_whatIsRestartedListensOnce() throws Exception {
        Object before = startedBy("before");
        Object after = startedBy("after");
        runOne("nobody");
        assertThat(List.of(before, after)).isEqualTo(List.of(List.of("before"), List.of("after")));
    }

    private static Object startedBy(String name) throws Exception {
        URL classes =
                ObservabilityTest.class.getProtectionDomain().getCodeSource().getLocation();
        try (var loader = new RestartLoader(classes)) {
            Class<?> app = loader.loadClass(Restarted.class.getName());
            assertThat(app).isNotSameAs(Restarted.class);
            try (var context = new SpringApplicationBuilder(app)
                    .web(WebApplicationType.NONE)
                    .run()) {
                runOne(name);
                return context.getBean(CopyOnWriteArrayList.class);
            }
        }
    }

    private static final class RestartLoader extends URLClassLoader {
        RestartLoader(URL classes) {
            super(new URL[] {classes}, ObservabilityTest.class.getClassLoader());
        }

        @Override
        protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
            return name.startsWith(Restarted.class.getName()) ? findClass(name) : super.loadClass(name, resolve);
        }
    }
}
