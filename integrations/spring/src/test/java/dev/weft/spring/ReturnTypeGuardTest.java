package dev.weft.spring;

import static dev.weft.Async.coroutine;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.weft.AsyncStream;
import dev.weft.Cached;
import dev.weft.Coroutine;
import dev.weft.Deferred;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.beans.factory.support.DefaultListableBeanFactory;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.cache.annotation.Cacheable;
import org.springframework.context.event.EventListener;
import org.springframework.core.ReactiveAdapterRegistry;
import org.springframework.http.ResponseEntity;
import org.springframework.resilience.annotation.Retryable;
import org.springframework.scheduling.annotation.Scheduled;
import org.springframework.security.access.prepost.PostFilter;
import org.springframework.transaction.annotation.Transactional;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.GetMapping;
import org.springframework.web.service.annotation.GetExchange;
import reactor.core.publisher.Mono;

/** In a context whose registry, a bean, knows Weft or does not; the shared one knows it, since other tests need it. */
class ReturnTypeGuardTest {
    private static void check(Class<?> type, ReactiveAdapterRegistry registry) {
        var beans = new DefaultListableBeanFactory();
        beans.registerSingleton("registry", registry);
        var definition = new RootBeanDefinition(type);
        definition.setLazyInit(true);
        beans.registerBeanDefinition("bean", definition);
        new ReturnTypeGuard(beans).afterSingletonsInstantiated();
    }

    private static ReactiveAdapterRegistry knowing() {
        ReactiveTypes.registerShared();
        var registry = new ReactiveAdapterRegistry();
        ReactiveTypes.register(registry);
        return registry;
    }

    static class OneCoroutine {
        @GetMapping("/")
        Coroutine<String> get() {
            return coroutine(() -> "");
        }
    }

    static class OneHandle {
        @ExceptionHandler
        Deferred<String> get() {
            return coroutine(() -> "").start();
        }
    }

    static class OneStream {
        @GetMapping("/")
        AsyncStream<String> get() {
            return AsyncStream.from(List.of());
        }
    }

    static class OneEntity {
        @GetMapping("/")
        ResponseEntity<AsyncStream<String>> get() {
            return ResponseEntity.ok(AsyncStream.from(List.of()));
        }
    }

    static class EntityLater {
        @GetMapping("/")
        Mono<ResponseEntity<AsyncStream<String>>> get() {
            return Mono.empty();
        }
    }

    static Stream<Class<?>> handlers() {
        return Stream.of(OneCoroutine.class, OneHandle.class, OneStream.class, OneEntity.class, EntityLater.class);
    }

    @ParameterizedTest
    @MethodSource("handlers")
    void W3_aHandlerIsRefusedIfTheRegistryOfTheWebDoesNotKnowItsType(Class<?> type) {
        assertThatCode(() -> check(type, knowing())).doesNotThrowAnyException();
        assertThatThrownBy(() -> check(type, new ReactiveAdapterRegistry()))
                .isInstanceOf(UnknownReturnTypeException.class)
                .hasMessageContaining(type.getName() + ".get (@")
                .hasMessageContaining("Spring would take that for data")
                .hasMessageContaining("let weft-spring-boot-starter register it (weft.spring.enabled=true)");
    }

    static class Jobs {
        @Scheduled(fixedDelay = 1)
        Cached<String> scheduled() {
            return Cached.of(() -> "");
        }

        @EventListener(String.class)
        Cached<String> event() {
            return Cached.of(() -> "");
        }

        @Cacheable("c")
        Cached<String> cached() {
            return Cached.of(() -> "");
        }

        @Transactional
        Cached<String> transaction() {
            return Cached.of(() -> "");
        }

        @Retryable
        Cached<String> retried() {
            return Cached.of(() -> "");
        }

        Cached<String> calledByNobody() {
            return Cached.of(() -> "");
        }
    }

    interface Client {
        @GetExchange("/")
        Cached<String> called();
    }

    @Transactional
    static class Service {
        public Cached<String> ofTheClass() {
            return Cached.of(() -> "");
        }
    }

    /** {@code Cached} is a type that no registry knows. */
    @Test
    void W3_eachMethodThatSpringCallsIsRefused() {
        assertThatThrownBy(() -> check(Jobs.class, knowing()))
                .hasMessageContaining("scheduled (@Scheduled)")
                .hasMessageContaining("event (@EventListener)")
                .hasMessageContaining("cached (@Cacheable)")
                .hasMessageContaining("transaction (@Transactional)")
                .hasMessageContaining("retried (@Retryable)")
                .hasMessageContaining("there is no adapter for dev.weft.Cached; return a Coroutine")
                .satisfies(found -> assertThat(found.getMessage()).doesNotContain("calledByNobody"));
        assertThatThrownBy(() -> check(Client.class, knowing())).hasMessageContaining("called (@HttpExchange)");
        assertThatThrownBy(() -> check(Service.class, knowing())).hasMessageContaining("ofTheClass (@Transactional)");
    }

    static class Filtered {
        @PostFilter("filterObject != null")
        AsyncStream<String> all() {
            return AsyncStream.from(List.of());
        }
    }

    @Test
    void whatSecurityFiltersHasToBeAPublisher() {
        assertThatThrownBy(() -> check(Filtered.class, knowing()))
                .hasMessage(
                        Filtered.class.getName() + ".all (@PostFilter) returns dev.weft.AsyncStream<java.lang.String>."
                                + " Spring Security filters a publisher only: return a Flux or a Mono");
    }

    static class Nested {
        @GetMapping("/")
        Mono<Coroutine<String>> get() {
            return Mono.empty();
        }
    }

    @Test
    void whatIsInsideAnotherTypeIsRefused() {
        assertThatThrownBy(() -> check(Nested.class, knowing()))
                .hasMessageContaining(
                        "Nested.get (@RequestMapping) returns reactor.core.publisher.Mono<dev.weft.Coroutine")
                .hasMessageContaining("return it as it is, or await it");
    }

    static class Plain {
        @GetMapping("/")
        String get() {
            return "";
        }

        @Transactional
        Mono<String> mono() {
            return Mono.empty();
        }
    }

    @Test
    void allElseIsLeftAlone() {
        assertThatCode(() -> check(Plain.class, new ReactiveAdapterRegistry())).doesNotThrowAnyException();
    }
}
